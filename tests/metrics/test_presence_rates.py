"""Presence rates, by a hand count and against SciPy's intervals."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from ignite.engine import Engine
from scipy.stats import binomtest

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.metrics import PresenceF1, PresenceRates
from cosimgen_monai.prompts import Request

CLASSES = ClassTable(("background", "liver", "spleen", "aorta"), background=0)
SIZE = 64  # a class is present from 8 pixels


def test_nothing_counted_tells_nothing() -> None:
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


def test_the_interval_of_rates_is_scipys_where_each_sample_asks_for_one_class() -> None:
    rates = PresenceRates(CLASSES, SIZE**2)
    for k in range(40):
        rates.update((1 + k % 3,), torch.tensor([900, *([0] * 3 if k < 7 else [50] * 3)]))
    expected = binomtest(33, 40).proportion_ci(method="wilson")
    assert rates.compute()["hit_rate_interval"] == pytest.approx((expected.low, expected.high), abs=1e-5)


def test_chance_is_each_request_beside_the_masks_of_all_other_requests() -> None:
    samples = [*SAMPLES, ((2, 1), (0, 40, 9), "text"), ((1,), (90, 9, 0), "both"), ((1,), (0, 9, 8), "both")]
    rates = PresenceRates(CLASSES, SIZE**2)
    hits = unrequested = 0.0
    for asked, areas, _ in samples:
        rates.update(asked, torch.tensor([900, *areas]))
        others = [torch.tensor([900, *theirs]) for other, theirs, _ in samples if set(other) != set(asked)]
        found = [set(rates.found(asked, theirs)) for theirs in others]
        hits += sum(len(ids & set(asked)) for ids in found) / len(found)
        unrequested += sum(len(ids - set(asked)) for ids in found) / len(found)
    expected = 2 * hits / (hits + sum(len(asked) for asked, _, _ in samples) + unrequested)
    assert rates.compute()["presence_f1_chance"] == pytest.approx(expected)


def test_two_processes_count_what_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    alone, first, second = (PresenceRates(CLASSES, SIZE**2) for _ in range(3))
    for k, (asked, areas, _) in enumerate(SAMPLES * 3):
        for rates in (alone, (first, second)[k % 3 == 0]):
            rates.update(asked, torch.tensor([900, *areas]))
    others: list[Any] = []  # what the second process gives, in the order in which it is asked for
    for place in ("presence_rates.gather_lists", "proportions.sum_over_processes"):
        monkeypatch.setattr(f"cosimgen_monai.metrics.{place}", lambda own: (others.append(own), own)[1])
    second.join_processes()
    for place in ("presence_rates.gather_lists", "proportions.sum_over_processes"):
        monkeypatch.setattr(f"cosimgen_monai.metrics.{place}", lambda own: own + others.pop(0))
    first.join_processes()
    assert not others
    assert first.compute() == alone.compute()


def test_chance_is_what_other_requests_hold_of_ones_own() -> None:
    for first, second, chance in [((1,), (2,), 0.0), ((1, 2), (1, 3), 1 / 2), ((1, 2), (1,), 2 / 3)]:
        rates = PresenceRates(CLASSES, SIZE**2)
        for asked in (first, second):
            rates.update(asked, torch.tensor([100 if i in asked else 0 for i in range(4)]))
        assert rates.compute()["presence_f1"] == 1
        assert rates.chance() == pytest.approx(chance)


@pytest.mark.parametrize("samples", [1, 5])
def test_one_request_has_no_chance_level_however_often_it_is_drawn(samples: int) -> None:
    rates = PresenceRates(CLASSES, SIZE**2)
    for k in range(samples):
        rates.update((1, 2), torch.tensor([0, 9, 9 * (k % 2), 0]))
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
