"""CholecSeg8k's layout: frames with their watershed and colour masks, by video and clip."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

from cosimgen_monai.data.datasets.cholecseg8k import CLASSES
from cosimgen_monai.export.pictures.png import picture_of, save_picture
from cosimgen_monai.export.writer import SampleWriter

FIRST_VIDEO = 900
"""Videos count from here, so that none is taken for one of Cholec80's."""
FRAMES_A_CLIP = 80
VOID_CODE = 255

COLOURS = {
    "black background": (127, 127, 127),
    "abdominal wall": (210, 140, 140),
    "liver": (255, 114, 114),
    "gastrointestinal tract": (231, 70, 156),
    "fat": (186, 183, 75),
    "grasper": (170, 255, 0),
    "connective tissue": (255, 85, 0),
    "blood": (255, 0, 0),
    "cystic duct": (255, 255, 0),
    "L-hook electrocautery": (169, 255, 184),
    "gallbladder": (255, 160, 165),
    "hepatic vein": (0, 50, 128),
    "liver ligament": (111, 74, 0),
}
"""Colour of each class in the colour masks; pixels of no class are white."""


class CholecSeg8kLayout(SampleWriter):
    """Write ``video900/video900_00000/frame_0_endo.png`` with ``_watershed_mask`` and ``_color_mask``.

    80 frames make a clip and a clip a video, since readers split by video. The annotation tool's own ``_endo_mask`` is
    no label map and is not written.
    """

    def write(self, sample: dict[str, Any]) -> None:
        """Write a frame and its two masks."""
        index, label = sample["request"].index, sample["label"][0].numpy()
        video = f"video{FIRST_VIDEO + index // FRAMES_A_CLIP}"
        stem = self.folder / video / f"{video}_00000" / f"frame_{index % FRAMES_A_CLIP}_endo.png"
        codes = np.full(256, VOID_CODE, dtype=np.uint8)
        colours = np.full((256, 3), 255, dtype=np.uint8)
        for class_id, name in enumerate(self.classes.names):
            codes[class_id], colours[class_id] = CLASSES[name], COLOURS[name]
        watershed = np.repeat(codes[label][..., None], 3, axis=-1)
        save_picture(stem, Image.fromarray(picture_of(sample)))
        save_picture(stem.with_name(f"{stem.stem}_watershed_mask.png"), Image.fromarray(watershed))
        save_picture(stem.with_name(f"{stem.stem}_color_mask.png"), Image.fromarray(colours[label]))
