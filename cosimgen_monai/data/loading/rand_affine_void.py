"""A random rotation, zoom and shift of pairs that calls the emptied corners void."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from functools import lru_cache
from typing import Any

import torch
from monai.config import KeysCollection
from monai.transforms import MapTransform, Randomizable
from torch.nn.functional import grid_sample

from cosimgen_monai.codec import VOID

Map = tuple[tuple[float, float, float], tuple[float, float, float]]


class RandAffineVoidd(Randomizable, MapTransform):
    """Rotate, zoom and shift an image (bilinear) and its label (nearest) by the same random amounts.

    Where that uncovers what the picture does not show, the image repeats its edge and the label says ``VOID``; MONAI's
    ``RandAffined`` would fill labels with id 0, which may be a class, and takes several times as long.

    Args:
        keys: the image's key and the label's.
        prob: share of the pairs that are moved.
        rotate: largest angle to either side, in radians.
        zoom: smallest and largest magnification; above 1 shows less of the picture, and no void.
        shift: largest shift to either side along each axis, as a share of it.

    Raises:
        ValueError: if an argument is out of range.
    """

    def __init__(
        self,
        keys: KeysCollection = ("image", "label"),
        prob: float = 0.5,
        rotate: float = 0.0,
        zoom: tuple[float, float] = (1.0, 1.0),
        shift: float = 0.0,
    ) -> None:
        super().__init__(keys)
        self.image_key, self.label_key = self.keys
        if not 0 < zoom[0] <= zoom[1]:
            raise ValueError(f"`zoom` must be [smallest, largest], both above 0, got {zoom!r}.")
        for name, value, largest in (("prob", prob, 1), ("rotate", rotate, math.pi), ("shift", shift, 1)):
            if not 0 <= value <= largest:
                raise ValueError(f"`{name}` must lie between 0 and {largest:.3g}, got {value!r}.")
        self.prob = prob
        self.rotate = rotate
        self.zoom = zoom
        self.shift = shift

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Transform an image (C S S, float) and its label (1 S S, ids)."""
        image, label = data[self.image_key], data[self.label_key]
        if self.R.random() >= self.prob:
            return dict(data)
        grid = sampling_grid(self._draw(), image.shape[1], image.shape[2])[None]
        moved = grid_sample(image[None], grid, mode="bilinear", padding_mode="border", align_corners=False)[0]
        # with 255 - id, the zeros beyond the edge are the void
        inverse = (VOID - label.float())[None]
        kept = VOID - grid_sample(inverse, grid, mode="nearest", padding_mode="zeros", align_corners=False)[0]
        return {**data, self.image_key: moved, self.label_key: kept.round().to(label.dtype)}

    def _draw(self) -> Map:
        """Draw the map from places (x, y) of the new picture to places of the old, both in [-1, 1]."""
        angle, zoom = self.R.uniform(-self.rotate, self.rotate), self.R.uniform(*self.zoom)
        shift = self.R.uniform(-self.shift, self.shift, 2) * 2
        cosine, sine = math.cos(angle) / zoom, math.sin(angle) / zoom
        return (cosine, -sine, float(shift[0])), (sine, cosine, float(shift[1]))


def sampling_grid(rows: Map, height: int, width: int) -> torch.Tensor:
    """Return where each new pixel comes from (height width 2), as torch's ``affine_grid`` does, in half its time."""
    x, y = (_centres(width)[None, :], _centres(height)[:, None])
    return torch.stack([a * x + b * y + c for a, b, c in rows], dim=-1)


@lru_cache(maxsize=8)
def _centres(n: int) -> torch.Tensor:
    """Return the centres of n pixels side by side in [-1, 1]."""
    return (torch.arange(n) * 2 + 1) / n - 1
