"""Specks: fragments of an enlarged label that no low-resolution pixel stands behind."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt
from scipy.ndimage import label as components

_EIGHT = np.ones((3, 3), dtype=bool)


def merge_specks(
    label: NDArray[np.uint8], parent: NDArray[np.uint8], min_pixels: int, keep_pixels: int = 0
) -> NDArray[np.uint8]:
    """Merge specks into what surrounds them, and bring back small structures that were lost.

    A connected piece of fewer than ``min_pixels`` is a speck if none of its pixels had its class in ``parent``: a thin
    line that has fallen into pieces stays, a splinter at the border of two organs goes.

    Args:
        label: ids at the large size, H W.
        parent: the low-resolution label, enlarged pixel by pixel to H W.
        min_pixels: size in large pixels below which a piece may be a speck.
        keep_pixels: structures of ``parent`` of at most so many large pixels keep all of them.

    Returns:
        ids, H W.
    """
    result = label.copy()
    for class_id in np.unique(parent):
        small = _pieces_below(parent == class_id, keep_pixels + 1)
        result[small] = class_id
    speck = np.zeros(label.shape, dtype=bool)
    for class_id in np.unique(result):
        speck |= _pieces_below(result == class_id, min_pixels, stands_on=parent == class_id)
    if not speck.any() or speck.all():
        return result
    nearest = distance_transform_edt(speck, return_distances=False, return_indices=True)
    return result[tuple(nearest)]


def _pieces_below(
    mask: NDArray[np.bool_], min_pixels: int, stands_on: NDArray[np.bool_] | None = None
) -> NDArray[np.bool_]:
    """Return the pieces of a mask that are smaller than a size, and where given touch nothing of ``stands_on``."""
    pieces, _ = components(mask, structure=_EIGHT)
    small = np.bincount(pieces.ravel()) < min_pixels
    if stands_on is not None:
        small[np.unique(pieces[stands_on & mask])] = False
    small[0] = False  # what is not in the mask
    return small[pieces]
