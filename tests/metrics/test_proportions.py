"""Intervals of proportions against SciPy's, and what clusters make of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binomtest

from cosimgen_monai.metrics import wilson_interval
from cosimgen_monai.metrics.proportions import ClusteredProportion


def counted(hits: list[int], events: list[int]) -> ClusteredProportion:
    found = ClusteredProportion()
    for k, n in zip(hits, events, strict=True):
        found.add(k, n)
    return found


@pytest.mark.parametrize(("hits", "total"), [(0, 1), (0, 40), (3, 7), (20, 40), (199, 200), (40, 40), (12, 4096)])
def test_wilson_interval_is_scipys(hits: int, total: int) -> None:
    expected = binomtest(hits, total).proportion_ci(method="wilson")
    assert wilson_interval(hits, total) == pytest.approx((expected.low, expected.high), abs=1e-5)
    alone = counted([1] * hits + [0] * (total - hits), [1] * total)
    assert alone.interval() == pytest.approx((expected.low, expected.high), abs=1e-5)


def test_nothing_counted_has_no_value() -> None:
    nothing = counted([0, 0], [0, 0])
    assert math.isnan(nothing.value())
    assert nothing.interval() == wilson_interval(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("failing", [0, 1, 6, 64])
def test_clusters_that_fail_as_a_whole_count_as_one_event_each(failing: int) -> None:
    whole = counted([0] * failing + [8] * (64 - failing), [8] * 64)
    assert whole.value() == 1 - failing / 64
    assert whole.interval() == pytest.approx(wilson_interval(64 - failing, 64))


@pytest.mark.parametrize(("hits", "events"), [([5], [8]), ([1, 2, 3], [3, 6, 9])])
def test_clusters_of_one_and_the_same_share_count_as_one_event_each(hits: list[int], events: list[int]) -> None:
    found = counted(hits, events)
    assert found.interval() == pytest.approx(wilson_interval(found.value() * len(hits), len(hits)))


def test_of_clusters_that_fail_together_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    held = {"clustered": 0, "as if independent": 0}
    for _ in range(400):
        rates = rng.beta(4.5, 0.5, 100)  # 0.9 on average, much the same within a sample
        events = rng.integers(1, 13, 100)
        found = counted(rng.binomial(events, rates).tolist(), events.tolist())
        for name, (low, high) in (
            ("clustered", found.interval()),
            ("as if independent", wilson_interval(found.hits, found.events)),
        ):
            held[name] += low <= 0.9 <= high
    assert held["clustered"] / 400 > 0.92
    assert held["as if independent"] / 400 < 0.85
