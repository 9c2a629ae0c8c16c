"""Distances of features, a few rows at a time, so that no matrix of all pairs is ever held."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

_CHUNK = 1024


def distances(a: NDArray[Any], b: NDArray[Any]) -> Iterator[Iterator[torch.Tensor]]:
    """Yield the Euclidean distances of rows (Na D) to columns (Nb D): for some rows at a time, some columns at a time.

    In float64, since a small distance is a difference of large numbers.
    """
    for start in range(0, len(a), _CHUNK):
        rows = torch.from_numpy(np.asarray(a[start : start + _CHUNK], dtype=np.float64))
        yield (
            torch.cdist(rows, torch.from_numpy(np.asarray(b[i : i + _CHUNK], dtype=np.float64)))
            for i in range(0, len(b), _CHUNK)
        )


def copy_distance(features: NDArray[Any]) -> float:
    """Return the distance (a hundred-thousandth of the longest feature) up to which two rows are copies.

    A copy's distance is a difference of large numbers, and a network's output may hang on its batch.
    """
    return 1e-5 * float(np.einsum("nd,nd->n", features, features).max()) ** 0.5 + sys.float_info.min


def nearest(a: NDArray[Any], b: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return each row's distance to its nearest row of the other set, and which row that is."""
    smallest, index = [], []
    for blocks in distances(a, b):
        minima = [block.min(1) for block in blocks]
        best = torch.stack([minimum.values for minimum in minima]).min(0)
        within = torch.stack([minimum.indices for minimum in minima]).gather(0, best.indices[None])[0]
        smallest.append(best.values)
        index.append(best.indices * _CHUNK + within)
    return torch.cat(smallest).numpy(), torch.cat(index).numpy()
