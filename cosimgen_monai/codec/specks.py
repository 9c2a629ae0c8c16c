"""Specks: pieces of a mask that are too small to be anything."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt
from scipy.ndimage import label as components

_EIGHT = np.ones((3, 3), dtype=bool)


def check_speck_size(value: Any) -> None:
    """Raise ``ValueError`` where the key ``speck_size`` is no number of pixels from 0 on."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"`speck_size` must be a number of pixels, 0 (off) or above, got {value!r}.")


def merge_specks(label: NDArray[np.uint8], min_pixels: int) -> NDArray[np.uint8]:
    """Merge connected pieces of fewer than ``min_pixels`` pixels into what surrounds them.

    Where two classes meet, a drawn mask blends their colours, and a blend may lie nearest to a third class's. Such
    ghosts are one to three pixels large, along the border. Pixels count as connected across corners, so that
    a thin line is one piece.

    Args:
        label: ids, H W.
        min_pixels: size below which a piece is a speck; 0 for none.

    Returns:
        ids, H W; each speck's pixels have the class of the nearest pixel that is in none.
    """
    speck = np.zeros(label.shape, dtype=bool)
    for class_id in np.unique(label):
        speck |= _pieces_below(label == class_id, min_pixels)
    return _filled(label, speck)


def merge_splinters(label: NDArray[np.uint8], parent: NDArray[np.uint8], min_pixels: int) -> NDArray[np.uint8]:
    """Merge the specks of an enlarged label that no low-resolution pixel stands behind.

    A connected piece of fewer than ``min_pixels`` is a splinter if none of its pixels had its class in ``parent``: a
    thin line that has fallen into pieces stays, a splinter at the border of two organs goes.

    Args:
        label: ids at the large size, H W.
        parent: the low-resolution label, enlarged pixel by pixel to H W.
        min_pixels: size in large pixels below which a piece may be a splinter.

    Returns:
        ids, H W.
    """
    splinter = np.zeros(label.shape, dtype=bool)
    for class_id in np.unique(label):
        splinter |= _pieces_below(label == class_id, min_pixels, stands_on=parent == class_id)
    return _filled(label, splinter)


def _filled(label: NDArray[np.uint8], holes: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Give the pixels of holes the class of the nearest pixel outside; a label of nothing but holes stays."""
    if not holes.any() or holes.all():
        return label
    nearest = distance_transform_edt(holes, return_distances=False, return_indices=True)
    return label[tuple(nearest)]


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
