"""How a CT volume becomes pairs: the square that every slice shows, and the HU of black and white."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from cosimgen_monai.codec import VOID
from cosimgen_monai.data.readers.ct_volume import CTPair
from cosimgen_monai.data.resampling.axial_slices import axial_slices

MIN_LEVELS = 32
"""Fewest grey levels of a window; volumes of values from 0 to 1 would be left with two."""


@dataclass(frozen=True)
class CTView:
    """Field of view and window.

    Args:
        field_of_view: side of the square that every slice shows, in mm; padded with air, never stretched.
        window: HU of black and white; -175 to 250 is MONAI's, -125 to 275 TransUNet's.

    Raises:
        ValueError: if the window is not [low, high] or too narrow for whole numbers, or the field of view not positive.
    """

    field_of_view: float
    window: tuple[float, float]

    def __post_init__(self) -> None:
        low, high = (float(value) for value in self.window)
        if not low < high:
            raise ValueError(f"`window` must be [low, high] in HU with low below high, got {self.window!r}.")
        if high - low < MIN_LEVELS or max(-low, high) > np.iinfo(np.int16).max:
            raise ValueError(
                f"`window` {self.window!r} must span {MIN_LEVELS} to 32767 whole numbers, as which images are kept: "
                "rescale the volumes."
            )
        if not float(self.field_of_view) > 0:
            raise ValueError(f"`field_of_view` must be a positive number of mm, got {self.field_of_view!r}.")
        object.__setattr__(self, "window", (low, high))
        object.__setattr__(self, "field_of_view", float(self.field_of_view))

    def pairs(self, volume: CTPair, group: str, image_size: int) -> Iterator[dict[str, Any]]:
        """Cut a volume into axial slices at the training size; slices that are void all over have no mask, so no pair.

        Yields:
            dicts of ``image`` (int16 HU, clipped to the window, 1 H W), ``label`` (uint8 ids, 1 H W), ``group``,
            ``slice`` (index from the feet) and ``slice_spacing`` (mm).
        """
        masked = (volume.label != VOID).any(axis=(0, 1))
        for index, (image, label) in enumerate(axial_slices(volume, image_size, self.field_of_view)):
            if masked[index]:
                hu = np.clip(np.rint(image), *self.window).astype(np.int16)
                yield {
                    "image": hu[None],
                    "label": label[None],
                    "group": group,
                    "slice": index,
                    "slice_spacing": volume.spacing[2],
                }
