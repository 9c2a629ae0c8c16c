"""A random affine transform of pairs that calls the emptied corners void."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
from monai.config import KeysCollection
from monai.transforms import MapTransform, RandAffined, Randomizable
from monai.utils import convert_to_dst_type

from cosimgen_monai.codec import VOID


class RandAffineVoidd(Randomizable, MapTransform):
    """MONAI's ``RandAffined`` for an image (bilinear) and its label (nearest).

    Where a rotation or shift uncovers what the picture does not show, the image repeats its edge and the label says
    ``VOID``; MONAI would fill labels with id 0, which may be a class.

    Args:
        keys: the image's key and the label's.
        affine: further arguments of ``RandAffined``: ``prob``, ``rotate_range`` (radians), ``scale_range``,
            ``translate_range`` (pixels), …
    """

    def __init__(self, keys: KeysCollection = ("image", "label"), **affine: Any) -> None:
        super().__init__(keys)
        self.label_key = self.keys[1]
        self.affine = RandAffined(self.keys, mode=("bilinear", "nearest"), padding_mode=("border", "zeros"), **affine)

    def set_random_state(self, seed: int | None = None, state: np.random.RandomState | None = None) -> RandAffineVoidd:
        """Seed the transform."""
        super().set_random_state(seed, state)
        self.affine.set_random_state(seed, state)
        return self

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Transform an image (C H W) and its label (1 H W, ids)."""
        # with 255 - id, MONAI's zeros are the void; its resampling returns floats
        moved = self.affine({**data, self.label_key: VOID - data[self.label_key]})
        moved[self.label_key] = convert_to_dst_type(VOID - moved[self.label_key], data[self.label_key])[0]
        return moved
