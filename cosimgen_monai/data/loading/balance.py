"""Class balance: how often a pair is seen in an epoch, so that rare classes are not drowned."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cosimgen_monai.settings import is_number


def check_balance(value: Any) -> None:
    """Raise ``ValueError`` where the key ``balance`` is no number from 0 to 1."""
    if not is_number(value) or not 0 <= value <= 1:
        raise ValueError(f"`balance` must be a number from 0 (every pair once an epoch) to 1, got {value!r}.")


def pair_weights(presence: NDArray[np.uint8], balance: float) -> NDArray[np.float64]:
    """Return how often each pair is seen, relative to the others.

    Repeat-factor sampling (Gupta, Dollár and Girshick 2019, LVIS, section 4.1): with f(c) the share of the pairs that
    hold class c, a pair that holds the classes M weighs

        w = max_{c in M} f(c)^-β.

    β = 1/2 is the paper's r = max(1, √(t / f)) at t = 1; β = 0 weighs all pairs alike; at β = 1 a class in one pair of
    a hundred weighs a hundred times one that is in all.

    Args:
        presence: zeros and ones, N x c.
        balance: β, 0 to 1.
    """
    shares = presence.mean(axis=0)
    factors = np.where(shares > 0, np.maximum(shares, 1e-12) ** -balance, 0.0)
    return np.maximum((presence * factors).max(axis=1), 1.0)


def systematic_draw(weights: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw as many pairs as there are, in ascending order, each in proportion to its weight.

    Systematic sampling: one random offset, then even steps through the summed weights. A pair whose expected number of
    draws is x is drawn ⌊x⌋ or ⌈x⌉ times, so that equal weights draw every pair exactly once.
    """
    num = len(weights)
    steps = np.cumsum(weights) * (num / weights.sum())
    places = np.arange(num) + rng.random()
    return np.minimum(np.searchsorted(steps, places, side="right"), num - 1)
