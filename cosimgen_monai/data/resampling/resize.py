"""Resizing by area: images by the mean, labels by the majority; no id is ever invented."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

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
    return np.rint(_weigh(image.astype(np.float32), rows, columns)).astype(np.uint8)


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
    present = np.flatnonzero(np.bincount(label.ravel(), minlength=num_classes)[:num_classes]).astype(np.uint8)
    if not present.size:
        return np.full(size, VOID, dtype=np.uint8)
    masks = ((label == class_id)[..., None].astype(np.float32) for class_id in present)
    shares = np.concatenate([_weigh(mask, rows, columns) for mask in masks], axis=-1).round(4)
    # of equal shares the lower id's, whatever the rounding
    return np.where(shares.sum(axis=-1) < 0.5 - 1e-4, VOID, present[shares.argmax(axis=-1)]).astype(np.uint8)


def _weigh(values: NDArray[np.float32], rows: csr_array, columns: csr_array) -> NDArray[np.float32]:
    """Sum values (H W C) by the weights of output rows (height x H) and columns (width x W)."""
    height, width, channels = rows.shape[0], columns.shape[0], values.shape[2]
    across = (rows @ values.reshape(len(values), -1)).reshape(height, -1, channels).swapaxes(0, 1)
    return (columns @ across.reshape(len(across), -1)).reshape(width, height, channels).swapaxes(0, 1)


@lru_cache(maxsize=64)
def _area_weights(n: int, m: int) -> csr_array:
    """Return the share (m x n) that each of n input pixels has in the area of each of m output pixels."""
    edges = np.arange(m + 1) * (n / m)
    pixel = np.arange(n)
    overlap = np.minimum(edges[1:, None], pixel + 1) - np.maximum(edges[:-1, None], pixel)
    return csr_array((np.clip(overlap, 0, None) * (m / n)).astype(np.float32))


@lru_cache(maxsize=64)
def _mean_weights(n: int, m: int) -> csr_array:
    """Return the weights (m x n) of the mean by area where an axis shrinks, of linear interpolation where it grows."""
    if m <= n:
        return _area_weights(n, m)
    centres = (np.arange(m) + 0.5) * (n / m) - 0.5
    weights = [np.interp(centres, np.arange(n), row) for row in np.eye(n)]
    return csr_array(np.stack(weights, axis=1).astype(np.float32))
