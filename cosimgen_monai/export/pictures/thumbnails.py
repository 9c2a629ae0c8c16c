"""Small pictures of every sample, for the contact sheet and the gallery."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cosimgen_monai.codec import Picture, colour_label, overlay, to_8_bit
from cosimgen_monai.export.pictures.png import save_picture
from cosimgen_monai.export.record.manifest import sample_id
from cosimgen_monai.export.writer import SampleWriter

MAX_SIDE = 160


class Thumbnails(SampleWriter):
    """Write ``<id>.png``: image, mask and overlay side by side, none larger than 160 pixels."""

    def write(self, sample: dict[str, Any]) -> None:
        """Write a sample's strip."""
        image, label = to_8_bit(sample["image"].numpy()), sample["label"][0].numpy()
        strip = np.concatenate(small_pictures(image, label, self.colours, self.classes.background, MAX_SIDE), axis=1)
        save_picture(self.folder / f"{sample_id(sample['request'])}.png", Image.fromarray(strip))


def small_pictures(
    image: Picture,
    label: Picture,
    colours: Sequence[tuple[int, int, int]],
    background: int | None,
    max_side: int,
) -> tuple[Picture, Picture, Picture]:
    """Return image (H W 3), mask (H W ids) and overlay as pictures to look at, none larger than ``max_side``."""
    longest = max(label.shape)
    if longest > max_side:
        size = tuple(max(1, round(side * max_side / longest)) for side in label.shape[::-1])
        image = np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BOX))
        label = np.asarray(Image.fromarray(label).resize(size, Image.Resampling.NEAREST))
    return image, colour_label(label, colours), overlay(image, label, colours, background)


def read_strip(path: Path) -> tuple[Picture, Picture, Picture]:
    """Return the image, mask and overlay (H W 3 each) of a sample's small picture."""
    strip: NDArray[np.uint8] = np.asarray(Image.open(path))
    image, mask, over = np.split(strip, 3, axis=1)
    return image, mask, over
