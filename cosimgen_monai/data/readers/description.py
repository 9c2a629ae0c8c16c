"""What an item is like at its native size, for those who look at a dataset before they train."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cosimgen_monai.data.readers.ct_volume import CTPair


def describe_volume(volume: CTPair) -> dict[str, Any]:
    """Return a volume's ``size`` (voxels along X, Y, Z), ``spacing`` (mm) and ``value_range`` (HU)."""
    spacing = [round(size, 4) for size in volume.spacing]
    return {"size": list(volume.image.shape), "spacing": spacing, "value_range": _range(volume.image)}


def describe_picture(image: NDArray[np.uint8]) -> dict[str, Any]:
    """Return a picture's ``size`` (width, height) and ``value_range``; pictures (H W 3) have no spacing."""
    return {"size": [image.shape[1], image.shape[0]], "spacing": None, "value_range": _range(image)}


def _range(values: NDArray[Any]) -> list[float]:
    return [float(values.min()), float(values.max())]
