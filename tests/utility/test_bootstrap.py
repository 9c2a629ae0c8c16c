"""The paired bootstrap against SciPy's, and its intervals against what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from cosimgen_monai.utility.bootstrap import Estimate, Resamples, by_group
from cosimgen_monai.utility.dice import dice

RNG = np.random.default_rng(0)
GROUPS, CLASSES = 12, 3


def counts_of(quality: float, seeds: int = 1) -> np.ndarray:
    """Counts of an arm by seed and group, the truths alike in every arm."""
    true = np.random.default_rng(1).integers(40, 400, (1, GROUPS, CLASSES)).repeat(seeds, 0)
    predicted = (true * RNG.uniform(0.8, 1.2, true.shape)).astype(np.int64)
    both = (np.minimum(true, predicted) * np.clip(quality + RNG.normal(0, 0.1, true.shape), 0, 1)).astype(np.int64)
    return np.stack([both, predicted, true], axis=2)


def test_the_difference_of_two_arms_has_scipys_standard_error_of_one_group_fewer() -> None:
    first, second = counts_of(0.6), counts_of(0.7)
    resamples = Resamples.draw(GROUPS, 20_000, seed=0)
    found = (resamples.dice(second) - resamples.dice(first)).class_mean(range(CLASSES))

    def difference(indices: np.ndarray) -> np.ndarray:
        chosen = [counts[0][indices.astype(int)[1:]].sum(0) for counts in (second, first)]
        return (dice(chosen[0]) - dice(chosen[1])).mean(-1)

    places = np.arange(GROUPS)
    expected = stats.bootstrap(
        (places,), difference, n_resamples=5_000, method="percentile", vectorized=False, rng=np.random.default_rng(3)
    ).standard_error
    between = found.interval(GROUPS)
    assert between is not None
    assert found.value == pytest.approx((between[0] + between[1]) / 2)
    assert (between[1] - between[0]) / 2 == pytest.approx(stats.t.ppf(0.975, GROUPS - 1) * expected, rel=0.05)


def test_each_resample_sums_its_groups_and_averages_the_seeds() -> None:
    counts = counts_of(0.7, seeds=3)
    resamples = Resamples.draw(GROUPS, 600, seed=0)  # more than are summed at a time
    found = resamples.dice(counts)
    assert resamples.groups.sum(1).tolist() == [GROUPS - 1] * 600
    for r in (0, 255, 256, 599):
        chosen = np.repeat(np.arange(GROUPS), resamples.groups[r])
        np.testing.assert_allclose(found.resampled[r], np.mean([dice(seed[chosen].sum(0)) for seed in counts], axis=0))
    np.testing.assert_allclose(found.by_seed, [dice(seed.sum(0)) for seed in counts])
    np.testing.assert_allclose(found.value, found.by_seed.mean(0))


def test_pairing_takes_out_what_both_arms_share() -> None:
    same = Resamples.draw(GROUPS, 500, seed=0).dice(counts_of(0.6, seeds=2))
    assert (same - same).class_mean(range(CLASSES)).interval(GROUPS) == (0.0, 0.0)


@pytest.mark.parametrize("by_seed", [[50, 60, 70, 80], [60, 70]])
def test_where_only_seeds_vary_the_interval_is_students(by_seed: list[int]) -> None:
    both = np.array(by_seed)[:, None].repeat(GROUPS, 1)
    hundred = np.full_like(both, 100)
    found = Resamples.draw(GROUPS, 200, seed=0).dice(np.stack([both, hundred, hundred], axis=2)[..., None])
    values = np.array(by_seed) / 100
    expected = stats.t.interval(0.95, len(values) - 1, values.mean(), stats.sem(values))
    assert found.of_class(0).interval(GROUPS) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("groups", "seeds", "group_spread", "seed_spread"), [(10, 2, 1, 1), (150, 2, 1, 0.3), (10, 4, 0.3, 1)]
)
def test_a_difference_that_is_none_is_called_one_in_a_twentieth_of_the_studies_at_most(
    groups: int, seeds: int, group_spread: float, seed_spread: float
) -> None:
    rng, called, studies = np.random.default_rng(0), 0, 400
    for _ in range(studies):
        by_group_and_seed = rng.normal(0, group_spread, (1, groups)) + rng.normal(0, seed_spread, (seeds, 1))
        weights = Resamples.draw(groups, 200, seed=int(rng.integers(2**31))).groups
        by_seed = by_group_and_seed.mean(1)
        resampled = weights @ by_group_and_seed.mean(0) / (groups - 1)
        between = Estimate(by_seed.mean(), by_seed, resampled).interval(groups)
        assert between is not None
        called += not between[0] <= 0 <= between[1]
    assert called / studies < 0.08


def test_of_fewer_than_two_groups_nothing_is_known() -> None:
    found = Resamples.draw(1, 50, seed=0).dice(counts_of(0.7, seeds=2)[:, :1])
    assert found.class_mean(range(CLASSES)).interval(1) is None


def test_images_are_summed_by_group_in_the_order_of_names() -> None:
    counts = np.arange(2 * 5 * 3 * 1).reshape(2, 5, 3, 1)
    found = by_group(counts, ["b", "a", "b", "c", "a"])
    np.testing.assert_array_equal(found[:, 0], counts[:, 1] + counts[:, 4])
    np.testing.assert_array_equal(found[:, 1], counts[:, 0] + counts[:, 2])
    np.testing.assert_array_equal(found[:, 2], counts[:, 3])


def test_a_class_that_a_resample_lacks_is_left_out_of_its_mean_and_never_nan() -> None:
    counts = counts_of(0.7)
    counts[:, 1:, :, 2] = 0  # one patient in twelve holds the class
    found = Resamples.draw(GROUPS, 400, seed=0).dice(counts)
    assert 0.2 < np.isnan(found.resampled[:, 2]).mean() < 0.5  # (11/12)^11 = 0.38
    assert not np.isnan(found.class_mean(range(CLASSES)).resampled).any()
    assert found.of_class(2).interval(1) is None
    counts[..., 2] = 0
    assert Resamples.draw(GROUPS, 40, seed=0).dice(counts).of_class(2).interval(GROUPS) is None
