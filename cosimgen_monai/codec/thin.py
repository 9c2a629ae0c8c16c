"""Thin structures of an enlarged mask: what a network swallowed of them comes back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_opening
from scipy.ndimage import label as components

WHOLE_PIXELS = 3
"""Structures of so many low-resolution pixels are kept whole."""
_EIGHT = np.ones((3, 3), dtype=bool)


def restore_thin(label: NDArray[np.uint8], low_label: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Bring back the thin structures of a low-resolution label that its enlargement lost.

    Structures of up to three low-resolution pixels come back whole. Of larger ones, a pixel that stands in no 2 × 2
    block of its class comes back where less than half of it is left: borders within a pixel are the enlargement's, but
    no line breaks.

    Args:
        label: ids at the large size, kH kW.
        low_label: ids, H W.

    Returns:
        ids, kH kW.
    """
    times = label.shape[0] // low_label.shape[0]
    parent = low_label.repeat(times, axis=0).repeat(times, axis=1)
    blocks = (label == parent).reshape(low_label.shape[0], times, low_label.shape[1], times)
    lost = _tiny(low_label) | (_thin(low_label) & (blocks.mean(axis=(1, 3)) < 0.5))
    return np.where(lost.repeat(times, axis=0).repeat(times, axis=1), parent, label)


def _tiny(label: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return the connected pieces of at most ``WHOLE_PIXELS`` pixels."""
    tiny = np.zeros(label.shape, dtype=bool)
    for class_id in np.unique(label):
        pieces, _ = components(label == class_id, structure=_EIGHT)
        small = np.bincount(pieces.ravel()) <= WHOLE_PIXELS
        small[0] = False  # what is not of the class
        tiny |= small[pieces]
    return tiny


def _thin(label: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return the pixels that stand in no 2 × 2 block of their class; the border counts as more of the same."""
    thin = np.zeros(label.shape, dtype=bool)
    for class_id in np.unique(label):
        mask = np.pad(label == class_id, 1, mode="edge")
        thin |= (mask & ~binary_opening(mask, np.ones((2, 2))))[1:-1, 1:-1]
    return thin
