"""Mixes of class sets."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from cosimgen_monai.data import BTCV, pair_weights
from cosimgen_monai.prompts import plan_requests
from cosimgen_monai.prompts.mix import apportion, draw_mix, rarity

CLASSES = BTCV("unread").classes
SETS = [(6,)] * 60 + [(1, 6)] * 38 + [(6, 13)] * 2


@pytest.mark.parametrize("number", [1, 7, 10, 1000])
def test_given_shares_are_kept_to_the_sample(number: int) -> None:
    mix = {"liver, spleen": 0.3, "aorta": 0.5, "stomach,liver": 0.2}
    drawn = Counter(draw_mix(mix, CLASSES, (), number, 0))
    for ids, share in (((1, 6), 0.3), ((8,), 0.5), ((6, 7), 0.2)):
        assert abs(drawn[ids] - share * number) < 1
    assert drawn.total() == number
    assert draw_mix(mix, CLASSES, (), number, 0) == draw_mix(mix, CLASSES, (), number, 0)


def test_remainders_go_to_the_largest() -> None:
    assert apportion([0.415, 0.305, 0.28], 10) == [4, 3, 3]  # 4.15, 3.05, 2.8: Hamilton's method
    assert apportion([0.1] * 10, 10) == [1] * 10


def test_balanced_lifts_the_rarest_class_within_the_training_sets() -> None:
    drawn = draw_mix("balanced", CLASSES, SETS, 3000, 0)
    assert set(drawn) == set(SETS)
    # 60 sets of weight 1, 38 of 100/38 and 2 of 50
    share = Counter(drawn)[6, 13] / 3000
    assert share == pytest.approx(100 / (60 + 100 + 100), abs=0.03)


def test_rarity_is_the_trainings_balance_at_full_strength() -> None:
    presence = np.zeros((len(SETS), CLASSES.num_classes), np.uint8)
    for row, ids in zip(presence, SETS, strict=True):
        row[list(ids)] = 1
    np.testing.assert_allclose(rarity(SETS), pair_weights(presence, 1.0))


def test_a_plan_of_a_mix_asks_by_class() -> None:
    plan = plan_requests(CLASSES, 4, 0, mix={"liver": 0.5, "left kidney": 0.5})
    assert {row.by for row in plan} == {"classes"}
    assert Counter(row.prompt for row in plan) == {"A photo of liver": 2, "A photo of left kidney": 2}
