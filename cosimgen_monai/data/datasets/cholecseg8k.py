"""CholecSeg8k, laparoscopic frames (https://arxiv.org/abs/2012.12453)."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cosimgen_monai.codec import VOID, ClassTable
from cosimgen_monai.data.datasets.rgb_source import RGBSource
from cosimgen_monai.data.readers.mask import label_of_codes, read_mask

CLASSES = {
    "black background": 50,
    "abdominal wall": 11,
    "liver": 21,
    "gastrointestinal tract": 13,
    "fat": 12,
    "grasper": 31,
    "connective tissue": 23,
    "blood": 24,
    "cystic duct": 25,
    "L-hook electrocautery": 32,
    "gallbladder": 22,
    "hepatic vein": 33,
    "liver ligament": 5,
}
"""Code of each class in the watershed masks, in the order of the class ids."""
VOID_CODES = (0, 255)
"""Codes of no class; 255 is the one-pixel frame around every mask."""
WATERSHED = "_watershed_mask.png"


class CholecSeg8k(RGBSource):
    """``videoXX/videoXX_NNNNN/frame_N_endo.png`` with its watershed mask; split by video.

    Args:
        dataset_dir: the folder that holds ``video01`` and its like.
        fit: ``squash`` or ``pad``, see :class:`RGBSource`.

    Raises:
        FileNotFoundError: if the folder is missing or holds no frame in this layout.
        ValueError: if no folder is given, or a frame has no mask or a mask no frame (both names are given).
    """

    name = "CholecSeg8k"
    group_name = "video"
    classes = ClassTable(tuple(CLASSES), background=None, has_void=True)
    native_size = (480, 854)
    terms = "CholecSeg8k: CC BY-NC-SA 4.0."

    def items(self) -> list[dict[str, str]]:
        """List the frames as dicts of ``image``, ``label`` and ``group`` (the video), in the videos' order."""
        images = {path: path.with_name(path.stem + WATERSHED) for path in self.dataset_dir.glob("video*/*/*_endo.png")}
        labels = set(self.dataset_dir.glob(f"video*/*/*_endo{WATERSHED}"))
        if not images and not labels:
            raise FileNotFoundError(
                f"`dataset_dir` {self.dataset_dir} is not laid out as {self.name}: expected "
                "video01/video01_00080/frame_100_endo.png and its like in it."
            )
        for image in sorted(images):
            if images[image] not in labels:
                raise ValueError(f"{image} has no mask: expected {images[image]}. Add it, or take the frame away.")
        for label in sorted(labels - set(images.values())):
            frame = label.with_name(label.name.removesuffix(WATERSHED) + ".png")
            raise ValueError(f"{label} has no frame: expected {frame}. Add it, or take the mask away.")
        return [
            {"image": str(image), "label": str(images[image]), "group": image.parents[1].name}
            for image in sorted(images, key=_by_number)
        ]

    def read_label(self, path: Path) -> NDArray[np.uint8]:
        """Read a watershed mask as ids (H W); codes 0 and 255 are void."""
        table = {code: class_id for class_id, code in enumerate(CLASSES.values())}
        return label_of_codes(read_mask(path), table | dict.fromkeys(VOID_CODES, VOID), path)


def _by_number(path: Path) -> tuple[str, int, str]:
    """Sort frames of a clip by number, not by letter."""
    number = re.search(r"(\d+)_endo", path.name)
    return str(path.parent), int(number[1]) if number else -1, path.name
