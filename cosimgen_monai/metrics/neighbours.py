"""Distances of features, a few rows at a time, so that no matrix of all pairs is ever held."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

_CHUNK = 1024


def distances(a: NDArray[Any], b: NDArray[Any]) -> Iterator[torch.Tensor]:
    """Yield the Euclidean distances of all rows of one set (Na D) to all of another (Nb D), float64, n Nb at a time.

    In float64, since the distance of a copy is a difference of large numbers.
    """
    for start in range(0, len(a), _CHUNK):
        rows = torch.from_numpy(np.asarray(a[start : start + _CHUNK], dtype=np.float64))
        columns = [
            torch.cdist(rows, torch.from_numpy(np.asarray(b[i : i + _CHUNK], dtype=np.float64)))
            for i in range(0, len(b), _CHUNK)
        ]
        yield torch.cat(columns, dim=1)


def nearest(a: NDArray[Any], b: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return each row's distance to its nearest row of the other set, and which row that is."""
    rows = [chunk.min(1) for chunk in distances(a, b)]
    return torch.cat([row.values for row in rows]).numpy(), torch.cat([row.indices for row in rows]).numpy()
