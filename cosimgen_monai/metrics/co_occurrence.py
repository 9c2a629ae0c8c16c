"""Class co-occurrence: which classes come along when one is there (paper, supplement, figures 13 and 14)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def co_occurrence(presence: NDArray[Any]) -> NDArray[np.float64]:
    """Return the probability of a class occurring, given a conditional class: P(j | i) = n_ij / n_i.

    n_ij counts the pairs that hold both i and j, n_i those that hold i.

    What it cannot tell: where or how large classes are, and which come in threes; a row that few pairs are behind is as
    sure of itself as any.

    Args:
        presence: zeros and ones, N x c.

    Returns:
        c x c; row i is the condition, column j the class that occurs. The rows of classes that are nowhere are NaN.

    Raises:
        ValueError: if ``presence`` is no matrix of zeros and ones.
    """
    presence = np.asarray(presence, dtype=np.float64)
    if presence.ndim != 2 or not np.isin(presence, (0, 1)).all():
        raise ValueError(f"`presence` must be an N x c matrix of zeros and ones, got shape {presence.shape}.")
    together = presence.T @ presence
    alone = np.diag(together)[:, None]
    return np.divide(together, alone, out=np.full_like(together, np.nan), where=alone > 0)
