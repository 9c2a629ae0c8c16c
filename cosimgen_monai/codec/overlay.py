"""Pictures of pairs: 8-bit images, labels in colour, the mask over the image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


def to_8_bit(image: NDArray[np.floating]) -> Picture:
    """Return an image (3 H W, [-1, 1]) as 8 bit, H W 3."""
    return np.rint((np.moveaxis(image, 0, -1) + 1) * 127.5).clip(0, 255).astype(np.uint8)


def colour_label(label: Picture, colours: Sequence[tuple[int, int, int]]) -> Picture:
    """Return a label (H W ids) in its classes' colours, H W 3; the void takes the last colour."""
    table = np.zeros((256, 3), dtype=np.uint8)
    table[: len(colours)] = colours
    table[255] = colours[-1]
    return table[label]


def overlay(
    image: Picture, label: Picture, colours: Sequence[tuple[int, int, int]], background: int | None, alpha: float = 0.45
) -> Picture:
    """Lay the classes' colours over an image (H W 3); the background stays as it is."""
    blend = (1 - alpha) * image + alpha * colour_label(label, colours)
    keep = np.zeros(label.shape, dtype=bool) if background is None else label == background
    return np.where(keep[..., None], image, np.rint(blend).astype(np.uint8)).astype(np.uint8)
