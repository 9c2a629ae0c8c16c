"""Kernel distance: the squared maximum mean discrepancy of two sets of features (KID, Binkowski et al. 2018)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def kernel_distance(
    a: NDArray[Any], b: NDArray[Any], subset_size: int = 1000, num_subsets: int = 100, seed: int = 0
) -> dict[str, float]:
    """Return the mean and standard deviation over random subsets of the unbiased MMD², k(x, y) = (xᵀy/D + 1)³.

    Being unbiased it is near 0, and as often below, for two samples of one distribution, whatever N. A subset is half
    of the smaller set at most: subsets that are the whole set would all be the same, and their deviation nothing.

    What it cannot tell: which images are wrong, and whether they are copies.

    Args:
        a: features, Na D.
        b: features, Nb D.
        subset_size: images of each set in a subset, at most.
        num_subsets: number of subsets.
        seed: seed of the subsets.

    Returns:
        ``mean``, ``std`` and the ``subset_size`` used.

    Raises:
        ValueError: if a set holds fewer than four images.
    """
    if min(len(a), len(b)) < 4:
        raise ValueError(f"A kernel distance needs 4 images or more a set, got {len(a)} and {len(b)}.")
    size = min(subset_size, min(len(a), len(b)) // 2)
    draw = np.random.RandomState(seed)
    values = []
    for _ in range(num_subsets):
        x = a[np.sort(draw.choice(len(a), size, replace=False))].astype(np.float64)
        y = b[np.sort(draw.choice(len(b), size, replace=False))].astype(np.float64)
        values.append(_unbiased_mmd2(x, y))
    return {"mean": float(np.mean(values)), "std": float(np.std(values)), "subset_size": size}


def _unbiased_mmd2(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    n = len(x)
    within = sum(float(k.sum() - np.trace(k)) for k in (_kernel(x, x), _kernel(y, y)))
    return within / (n * (n - 1)) - 2 * float(_kernel(x, y).mean())


def _kernel(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    kernel: NDArray[np.float64] = (x @ y.T / x.shape[1] + 1) ** 3
    return kernel
