"""A picture and its label as the square that a model draws: squashed to it, or padded."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cosimgen_monai.codec import VOID
from cosimgen_monai.data.resampling.resize import resize_image, resize_label

FITS = ("squash", "pad")


def check_fit(fit: str) -> str:
    """Return ``fit``, or raise ``ValueError`` where it is neither of ``FITS``."""
    if fit not in FITS:
        raise ValueError(f"`fit` must be one of {', '.join(FITS)}, got {fit!r}.")
    return fit


def to_square(
    image: NDArray[np.uint8], label: NDArray[np.uint8], size: int, num_classes: int, fit: str = "squash"
) -> dict[str, NDArray[np.uint8]]:
    """Bring a picture and its label to ``size`` x ``size``.

    Args:
        image: uint8, H W 3.
        label: uint8 ids, H W.
        size: side of the square.
        num_classes: number of classes c.
        fit: ``squash`` or ``pad`` (black and void, the picture in the middle).

    Returns:
        ``image`` (3 size size) and ``label`` (1 size size).
    """
    shape = (size, size) if fit == "squash" else padded_shape(label.shape, size)
    image, label = resize_image(image, shape), resize_label(label, shape, num_classes)
    top, left = ((size - n) // 2 for n in shape)
    margins = ((top, size - shape[0] - top), (left, size - shape[1] - left))
    image = np.pad(image, (*margins, (0, 0)))
    label = np.pad(label, margins, constant_values=VOID)
    return {"image": np.ascontiguousarray(np.moveaxis(image, -1, 0)), "label": label[None]}


def padded_shape(native: tuple[int, ...], size: int) -> tuple[int, int]:
    """Return the height and width of a picture of ``native`` shape whose longer side is ``size``."""
    longer = max(native[:2])
    return max(1, round(native[0] * size / longer)), max(1, round(native[1] * size / longer))
