"""Presence rates, by a hand count and against SciPy's intervals."""

from __future__ import annotations

import math

import pytest
import torch
from ignite.engine import Engine
from scipy.stats import binomtest

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.metrics import PresenceF1, PresenceRates, wilson_interval
from cosimgen_monai.prompts import Request

CLASSES = ClassTable(("background", "liver", "spleen", "aorta"), background=0)
SIZE = 64  # a class is present from 8 pixels


@pytest.mark.parametrize(("hits", "total"), [(0, 1), (0, 40), (3, 7), (20, 40), (199, 200), (40, 40), (12, 4096)])
def test_wilson_interval_is_scipys(hits: int, total: int) -> None:
    expected = binomtest(hits, total).proportion_ci(method="wilson")
    assert wilson_interval(hits, total) == pytest.approx((expected.low, expected.high), abs=1e-5)


def test_nothing_counted_tells_nothing() -> None:
    assert wilson_interval(0, 0) == (0.0, 1.0)
    rates = PresenceRates(CLASSES, SIZE**2).compute()
    assert math.isnan(rates["hit_rate"])
    assert math.isnan(rates["unrequested_rate"])
    assert (rates["presence_f1"], rates["samples"]) == (0.0, 0)


def label_of(*areas: int) -> torch.Tensor:
    """A label (1 H W) with so many pixels of liver, spleen and aorta."""
    ids = torch.cat([torch.full((area,), i + 1, dtype=torch.uint8) for i, area in enumerate(areas)])
    return torch.nn.functional.pad(ids, (0, SIZE**2 - len(ids))).reshape(1, SIZE, SIZE)


# asked, pixels of (liver, spleen, aorta): what counts
SAMPLES = [
    ((1,), (4, 0, 7), "classes"),  # liver found from half the threshold; aorta, not asked, is not yet drawn
    ((1, 2), (3, 500, 8), "text"),  # liver missed, spleen found, aorta drawn unasked
    ((3,), (8, 9, 2000), "both"),  # aorta found, liver and spleen unasked
]


def test_rates_are_those_counted_by_hand() -> None:
    rates = PresenceRates(CLASSES, SIZE**2)
    for asked, areas, _ in SAMPLES:
        rates.update(asked, torch.tensor([0, *areas]))
    counted = rates.compute()
    assert counted["hit_rate"] == 3 / 4
    assert counted["unrequested_rate"] == 3 / 5
    assert counted["presence_f1"] == pytest.approx(2 * 3 / (2 * 3 + 1 + 3))
    assert (counted["asked_pairs"], counted["unasked_pairs"], counted["samples"]) == (4, 5, 3)
    expected = binomtest(3, 4).proportion_ci(method="wilson")
    assert counted["hit_rate_interval"] == pytest.approx((expected.low, expected.high), abs=1e-5)


def test_chance_is_each_request_beside_every_other_samples_mask() -> None:
    rates, crossed = PresenceRates(CLASSES, SIZE**2), PresenceRates(CLASSES, SIZE**2)
    for i, (asked, areas, _) in enumerate(SAMPLES):
        rates.update(asked, torch.tensor([900, *areas]))
        for j, (_, others, _) in enumerate(SAMPLES):
            if i != j:
                crossed.update(asked, torch.tensor([900, *others]))
    assert rates.compute()["presence_f1_chance"] == pytest.approx(crossed.compute()["presence_f1"])


def test_drawing_what_was_asked_is_worth_nothing_where_all_ask_the_same() -> None:
    for first, second, chance in [((1,), (2,), 0.0), ((1, 2), (1, 2), 1.0), ((1, 2), (1,), 2 / 3)]:
        rates = PresenceRates(CLASSES, SIZE**2)
        for asked in (first, second):
            rates.update(asked, torch.tensor([100 if i in asked else 0 for i in range(4)]))
        assert rates.compute()["presence_f1"] == 1
        assert rates.chance() == pytest.approx(chance)


def test_one_sample_has_no_chance_level() -> None:
    rates = PresenceRates(CLASSES, SIZE**2)
    rates.update((1,), torch.tensor([0, 9, 0, 0]))
    assert math.isnan(rates.chance())


def test_attached_to_an_engine_it_counts_each_run_anew() -> None:
    batches = [
        [{"request": Request(i, "", asked, by, 0), "label": label_of(*areas)}]
        for i, (asked, areas, by) in enumerate(SAMPLES)
    ]
    evaluator = Engine(lambda _, batch: batch)
    PresenceF1(CLASSES, SIZE).attach(evaluator, "presence_f1")
    for _ in range(2):
        metrics = evaluator.run(batches).metrics
        assert metrics["presence_f1"] == pytest.approx(0.6)
        assert metrics["hit_rate_by_classes"] == 1.0
        assert metrics["hit_rate_by_text"] == 0.5
        assert metrics["unrequested_rate_by_text"] == 1.0
