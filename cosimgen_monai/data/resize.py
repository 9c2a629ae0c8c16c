"""Resizing by area: images by the mean, labels by the majority; no id is ever invented."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cosimgen_monai.codec import VOID


def resize_image(image: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Resize an image: the mean over each pixel's area where an axis shrinks (no aliasing), linear where it grows.

    Args:
        image: uint8, H W C.
        size: height and width.

    Returns:
        uint8, height width C.
    """
    rows, columns = (_mean_weights(n, m) for n, m in zip(image.shape[:2], size, strict=True))
    resized = np.einsum("hwc,xw->hxc", np.tensordot(rows, image.astype(np.float32), 1), columns, optimize=True)
    return np.rint(resized).astype(np.uint8)


def resize_label(label: NDArray[np.uint8], size: tuple[int, int], num_classes: int) -> NDArray[np.uint8]:
    """Resize a label: each pixel takes the class that covers most of its area.

    The void wins only where it covers more than half, so that neither a thin void border eats the objects that it
    parts, nor do objects grow into a broad one.

    Args:
        label: uint8 ids, H W, ``VOID`` where there is none.
        size: height and width.
        num_classes: number of classes c.

    Returns:
        uint8 ids, height width.
    """
    if label.shape == tuple(size):
        return label.copy()
    rows, columns = (_area_weights(n, m) for n, m in zip(label.shape, size, strict=True))

    def area(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
        return rows @ mask.astype(np.float32) @ columns.T

    resized = np.full(size, VOID, dtype=np.uint8)
    largest = np.zeros(size, dtype=np.float32)
    for class_id in np.flatnonzero(np.bincount(label.ravel(), minlength=num_classes)[:num_classes]):
        share = area(label == class_id)
        wins = share > largest + 1e-5  # of equal shares the lower id's, whatever the rounding
        resized[wins], largest[wins] = class_id, share[wins]
    resized[area(label == VOID) > 0.5 + 1e-5] = VOID
    return resized


def _area_weights(n: int, m: int) -> NDArray[np.float32]:
    """Return the share (m x n) that each of n input pixels has in the area of each of m output pixels."""
    edges = np.arange(m + 1) * (n / m)
    pixel = np.arange(n)
    overlap = np.minimum(edges[1:, None], pixel + 1) - np.maximum(edges[:-1, None], pixel)
    return (np.clip(overlap, 0, None) * (m / n)).astype(np.float32)


def _mean_weights(n: int, m: int) -> NDArray[Any]:
    """Return the weights (m x n) of the mean by area where an axis shrinks, of linear interpolation where it grows."""
    if m <= n:
        return _area_weights(n, m)
    centres = (np.arange(m) + 0.5) * (n / m) - 0.5
    return np.stack([np.interp(centres, np.arange(n), row) for row in np.eye(n)], axis=1).astype(np.float32)
