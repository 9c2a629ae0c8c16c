"""The paired bootstrap against SciPy's and against the formula of a mean."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from cosimgen_monai.utility.bootstrap import Resamples, by_group, class_mean, interval
from cosimgen_monai.utility.dice import dice

RNG = np.random.default_rng(0)
GROUPS, CLASSES = 12, 3


def counts_of(quality: float, seeds: int = 1) -> np.ndarray:
    """Counts of an arm by seed and group, the truths alike in every arm."""
    true = np.random.default_rng(1).integers(40, 400, (1, GROUPS, CLASSES)).repeat(seeds, 0)
    predicted = (true * RNG.uniform(0.8, 1.2, true.shape)).astype(np.int64)
    both = (np.minimum(true, predicted) * np.clip(quality + RNG.normal(0, 0.1, true.shape), 0, 1)).astype(np.int64)
    return np.stack([both, predicted, true], axis=2)


def test_the_difference_of_two_arms_has_scipys_interval_of_one_group_fewer() -> None:
    first, second = counts_of(0.6), counts_of(0.7)
    resamples = Resamples.draw(GROUPS, 1, 20_000, seed=0)
    found = interval(class_mean(resamples.dice(second) - resamples.dice(first), range(CLASSES)))

    def difference(indices: np.ndarray) -> np.ndarray:
        chosen = [counts[0][indices.astype(int)[1:]].sum(0) for counts in (second, first)]
        return (dice(chosen[0]) - dice(chosen[1])).mean(-1)

    places = np.arange(GROUPS)
    expected = stats.bootstrap(
        (places,), difference, n_resamples=5_000, method="percentile", vectorized=False, rng=np.random.default_rng(3)
    ).confidence_interval
    assert found is not None
    np.testing.assert_allclose(found, (expected.low, expected.high), atol=0.004)


def test_each_resample_sums_its_groups_and_averages_its_seeds() -> None:
    counts = counts_of(0.7, seeds=3)
    resamples = Resamples.draw(GROUPS, 3, 600, seed=0)  # more than are summed at a time
    values = resamples.dice(counts)
    assert resamples.groups.sum(1).tolist() == [GROUPS - 1] * 600
    assert resamples.seeds.sum(1).tolist() == [2] * 600
    for r in (0, 255, 256, 599):
        chosen = np.repeat(np.arange(GROUPS), resamples.groups[r])
        by_seed = [dice(seed[chosen].sum(0)) for seed in np.repeat(counts, resamples.seeds[r], axis=0)]
        np.testing.assert_allclose(values[r], np.mean(by_seed, axis=0))


def test_pairing_takes_out_what_both_arms_share() -> None:
    same = counts_of(0.6)
    resamples = Resamples.draw(GROUPS, 1, 500, seed=0)
    assert interval(class_mean(resamples.dice(same) - resamples.dice(same), range(CLASSES))) == (0.0, 0.0)


@pytest.mark.parametrize("by_seed", [[50, 60, 70, 80], [60, 70]])
def test_seeds_widen_the_interval_as_the_formula_says(by_seed: list[int]) -> None:
    # one group, so that only the seeds vary: a mean of n values has the variance s² / n, s² without bias
    both = np.array(by_seed)
    hundred = np.full_like(both, 100)
    counts = np.stack([both, hundred, hundred], axis=1)[:, None, :, None]
    values = Resamples.draw(1, len(both), 50_000, seed=0).dice(counts)[:, 0]
    np.testing.assert_allclose(values.mean(), 0.65, atol=1e-3)
    np.testing.assert_allclose(values.std(), stats.sem(both / 100), rtol=0.02)


def test_one_seed_and_one_group_have_no_width() -> None:
    counts = counts_of(0.7)[:, :1]
    assert np.ptp(Resamples.draw(1, 1, 50, seed=0).dice(counts), axis=0).tolist() == [0.0] * CLASSES


def test_images_are_summed_by_group_in_the_order_of_names() -> None:
    counts = np.arange(2 * 5 * 3 * 1).reshape(2, 5, 3, 1)
    found = by_group(counts, ["b", "a", "b", "c", "a"])
    np.testing.assert_array_equal(found[:, 0], counts[:, 1] + counts[:, 4])
    np.testing.assert_array_equal(found[:, 1], counts[:, 0] + counts[:, 2])
    np.testing.assert_array_equal(found[:, 2], counts[:, 3])


def test_a_class_that_a_resample_lacks_is_left_out_of_its_mean_and_never_nan() -> None:
    counts = counts_of(0.7)
    counts[:, 1:, :, 2] = 0  # one patient in twelve holds the class
    values = Resamples.draw(GROUPS, 1, 400, seed=0).dice(counts)
    assert 0.2 < np.isnan(values[:, 2]).mean() < 0.5  # (11/12)^11 = 0.38
    assert not np.isnan(class_mean(values, range(CLASSES))).any()
    between = interval(values[:, 2])
    assert between is not None
    assert between[0] == between[1]
    assert interval(np.full(5, np.nan)) is None
