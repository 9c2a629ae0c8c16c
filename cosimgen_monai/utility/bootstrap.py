"""Paired bootstrap of Dice: what a difference between two arms would be with other test patients and other seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from cosimgen_monai.settings import derive_seed
from cosimgen_monai.utility.dice import dice

_SHARE = 0.95
_BLOCK = 256  # resamples at a time: with every generated pair a group of its own, all at once are too large
Interval = tuple[float, float] | None


@dataclass(frozen=True)
class Estimate:
    """A figure, or one a class, of all held-out groups and all seeds, and how it varies with them.

    Attributes:
        value: the figure.
        by_seed: the same by seed, first axis S.
        resampled: the same in each resample of the groups, first axis R; NaN where a resample cannot tell.
    """

    value: NDArray[np.float64]
    by_seed: NDArray[np.float64]
    resampled: NDArray[np.float64]

    def __sub__(self, other: Estimate) -> Estimate:
        """Return the difference of two arms, of the same groups and seeds."""
        return Estimate(self.value - other.value, self.by_seed - other.by_seed, self.resampled - other.resampled)

    def __truediv__(self, other: Estimate) -> Estimate:
        """Return a ratio, of the same seeds; over nothing it is NaN or infinite."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return Estimate(self.value / other.value, self.by_seed / other.by_seed, self.resampled / other.resampled)

    def of_class(self, index: int) -> Estimate:
        """Return one class's."""
        return Estimate(self.value[index], self.by_seed[:, index], self.resampled[:, index])

    def class_mean(self, ids: Sequence[int]) -> Estimate:
        """Return the mean over some classes."""
        return Estimate(*(class_mean(values, ids) for values in (self.value, self.by_seed, self.resampled)))

    def interval(self, num_groups: int) -> Interval:
        """Return the interval of 95 %, ``None`` where it cannot be known: of fewer than two groups, or no value.

        Two Student's intervals, whose squared halves add up: one of the standard error over the resampled groups
        (Efron and Tibshirani 1993, chapter 6), one of that over the seeds. Where there is no difference, zero is
        outside in about 5 % of the studies, with groups of like size; of percentiles of resampled seeds, of which two
        or four are at hand, it is in up to half.

        Args:
            num_groups: the groups that the figure rests on.
        """
        known = self.resampled[np.isfinite(self.resampled)]
        if num_groups < 2 or not len(known) or not np.isfinite([self.value, *self.by_seed]).all():
            return None
        squared = _quantile(num_groups) ** 2 * known.var()
        if (seeds := len(self.by_seed)) > 1:
            squared += _quantile(seeds) ** 2 * self.by_seed.var(ddof=1) / seeds
        return float(self.value - squared**0.5), float(self.value + squared**0.5)


@dataclass(frozen=True)
class Resamples:
    """Which groups each resample holds, how often; the same for every arm, which makes it paired.

    The bootstrap is over whole groups, since the slices of a patient are alike. Of n groups each resample holds n - 1
    (Rao and Wu 1988): a mean then varies by s² / n, where n of them would vary by less.

    Args:
        groups: how often each group is in each resample, R x G.
    """

    groups: NDArray[np.uint16]

    @staticmethod
    def draw(num_groups: int, number: int, seed: int) -> Resamples:
        """Draw resamples, each of one group fewer than there are."""
        rng = np.random.default_rng(derive_seed("bootstrap", seed))
        groups = np.empty((number, num_groups), np.uint16)  # no count comes near its limit, R x G numbers stand here
        for row in groups:
            row[:] = rng.multinomial(max(1, num_groups - 1), np.full(num_groups, 1 / num_groups))
        return Resamples(groups)

    def dice(self, counts: NDArray) -> Estimate:
        """Return the Dice of each class, the mean over seeds.

        Args:
            counts: pixel counts by seed and group, S x G x 3 x c.
        """
        found = np.empty((len(self.groups), counts.shape[-1]))
        for start in range(0, len(found), _BLOCK):
            block = slice(start, start + _BLOCK)
            summed = np.einsum("rg,sgkc->rskc", self.groups[block].astype(np.int64), counts, optimize=True)
            found[block] = dice(summed).mean(axis=1)
        by_seed = dice(counts.sum(axis=1))
        return Estimate(by_seed.mean(axis=0), by_seed, found)


def _quantile(number: int) -> float:
    """Return by how many standard errors a mean of so many values may be off."""
    return float(student.ppf((1 + _SHARE) / 2, number - 1))


def by_group(counts: NDArray, groups: Sequence[str]) -> NDArray[np.int64]:
    """Sum counts (S x N x 3 x c) over the images of each group: S x G x 3 x c, groups in the order of their names."""
    names, index = np.unique(np.asarray(groups), return_inverse=True)
    return np.stack([counts[:, index == k].sum(axis=1) for k in range(len(names))], axis=1)


def class_mean(values: NDArray[np.float64], ids: Sequence[int]) -> NDArray[np.float64]:
    """Return the mean over some classes of values (… x c), those without a value left out; NaN where none has one."""
    chosen = values[..., list(ids)]
    known = ~np.isnan(chosen)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(known, chosen, 0).sum(-1) / known.sum(-1)
