"""Paired bootstrap of Dice: what a difference between two arms would be with other test patients and other seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cosimgen_monai.settings import derive_seed
from cosimgen_monai.utility.dice import dice

_SHARE = 0.95
_BLOCK = 256  # resamples at a time: with every generated pair a group of its own, all at once are too large
Interval = tuple[float, float] | None


@dataclass(frozen=True)
class Resamples:
    """Which groups and seeds each resample holds, how often; the same for every arm, which makes it paired.

    The percentile bootstrap (Efron and Tibshirani 1993, chapter 13) over whole groups, since the slices of a patient
    are alike, and crossed with the seeds of the segmenters. Of n groups or seeds each resample holds n - 1 (Rao and Wu
    1988): a mean then varies by s² / n, where n of them would vary by less, with two seeds by half. With few groups or
    seeds the intervals are still too narrow, and one seed says nothing of another.

    Args:
        groups: how often each group is in each resample, R x G.
        seeds: how often each seed is, R x S.
    """

    groups: NDArray[np.uint16]
    seeds: NDArray[np.int64]

    @staticmethod
    def draw(num_groups: int, num_seeds: int, number: int, seed: int) -> Resamples:
        """Draw resamples, each of one group and one seed fewer than there are."""
        rng = np.random.default_rng(derive_seed("bootstrap", seed))
        groups = np.empty((number, num_groups), np.uint16)  # no count comes near its limit, R x G numbers stand here
        for row in groups:
            row[:] = rng.multinomial(max(1, num_groups - 1), np.full(num_groups, 1 / num_groups))
        seeds = rng.multinomial(max(1, num_seeds - 1), np.full(num_seeds, 1 / num_seeds), size=number)
        return Resamples(groups, seeds)

    def dice(self, counts: NDArray) -> NDArray[np.float64]:
        """Return the Dice of each class in each resample, R x c, the mean over seeds.

        Args:
            counts: pixel counts by seed and group, S x G x 3 x c.
        """
        shares = self.seeds / self.seeds.sum(1, keepdims=True)
        found = np.empty((len(shares), counts.shape[-1]))
        for start in range(0, len(shares), _BLOCK):
            block = slice(start, start + _BLOCK)
            summed = np.einsum("rg,sgkc->rskc", self.groups[block].astype(np.int64), counts, optimize=True)
            found[block] = np.einsum("rs,rsc->rc", shares[block], dice(summed))
        return found


def by_group(counts: NDArray, groups: Sequence[str]) -> NDArray[np.int64]:
    """Sum counts (S x N x 3 x c) over the images of each group: S x G x 3 x c, groups in the order of their names."""
    names, index = np.unique(np.asarray(groups), return_inverse=True)
    return np.stack([counts[:, index == k].sum(axis=1) for k in range(len(names))], axis=1)


def interval(values: NDArray[np.float64]) -> Interval:
    """Return the middle 95 % of resampled values; resamples without a finite one are left out, ``None`` where all are.

    A ratio over nothing has none.
    """
    known = values[np.isfinite(values)]
    if not len(known):
        return None
    low, high = np.quantile(known, [(1 - _SHARE) / 2, (1 + _SHARE) / 2])
    return float(low), float(high)


def class_mean(values: NDArray[np.float64], ids: Sequence[int]) -> NDArray[np.float64]:
    """Return the mean over some classes of values (… x c), those without a value left out; NaN where none has one."""
    chosen = values[..., list(ids)]
    known = ~np.isnan(chosen)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(known, chosen, 0).sum(-1) / known.sum(-1)
