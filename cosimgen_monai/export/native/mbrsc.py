"""MBRSC's layout: ``Tile N/{images,masks}``, classes by colour."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

from cosimgen_monai.codec import VOID
from cosimgen_monai.data.datasets.mbrsc import CLASSES, VOID_COLOURS
from cosimgen_monai.export.pictures.png import picture_of, save_picture
from cosimgen_monai.export.writer import SampleWriter

FIRST_TILE = 901
"""Tiles count from here, so that none is taken for one of Dubai's eight."""
PICTURES_A_TILE = 9


class MbrscLayout(SampleWriter):
    """Write ``Tile 901/images/image_part_001.jpg`` and ``masks/image_part_001.png``, nine to a tile as in the original.

    A drawn picture stands for a crop of the native resolution: it is enlarged to that size (image linear, label
    nearest), so that a reader that cuts crops finds one, and not a quarter of one reflected. Void becomes Unlabeled.
    """

    def write(self, sample: dict[str, Any]) -> None:
        """Write a picture and its mask."""
        index, label = sample["request"].index, sample["label"][0].numpy()
        folder = self.folder / f"Tile {FIRST_TILE + index // PICTURES_A_TILE}"
        name = f"image_part_{index % PICTURES_A_TILE + 1:03d}"
        colours = np.zeros((256, 3), dtype=np.uint8)
        colours[: len(CLASSES)] = [CLASSES[class_name] for class_name in self.classes.names]
        colours[VOID] = VOID_COLOURS[0]
        image, mask = Image.fromarray(picture_of(sample)), Image.fromarray(colours[label])
        crop_size = self.card["images"].get("crop_size")
        if crop_size is not None and crop_size > image.width:
            image = image.resize((crop_size, crop_size), Image.Resampling.BILINEAR)
            mask = mask.resize((crop_size, crop_size), Image.Resampling.NEAREST)
        save_picture(folder / "images" / f"{name}.jpg", image, quality=95, subsampling=0)
        save_picture(folder / "masks" / f"{name}.png", mask)
