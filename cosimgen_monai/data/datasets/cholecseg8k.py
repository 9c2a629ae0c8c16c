"""CholecSeg8k, laparoscopic frames (https://arxiv.org/abs/2012.12453)."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cosimgen_monai.codec import VOID, ClassTable
from cosimgen_monai.data.datasets.rgb_source import RGBSource
from cosimgen_monai.data.faults import Faults
from cosimgen_monai.data.readers.mask import label_of_codes, read_mask
from cosimgen_monai.data.readers.readable import entries, folders_in

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
FRAME, WATERSHED = ".png", "_watershed_mask.png"
"""Endings of a frame and of its mask."""


class CholecSeg8k(RGBSource):
    """``videoXX/videoXX_NNNNN/frame_N_endo.png`` with its watershed mask; split by video.

    Args:
        dataset_dir: the folder that holds ``video01`` and its like.
        fit: ``squash`` or ``pad``, see :class:`RGBSource`.
        on_fault: ``raise`` or ``skip``, see :class:`FileSource`.

    Raises:
        ValueError: if no folder is given, or a key is wrong.
    """

    name = "CholecSeg8k"
    group_name = "video"
    classes = ClassTable(tuple(CLASSES), background=None, has_void=True)
    native_size = (480, 854)
    terms = "CholecSeg8k: CC BY-NC-SA 4.0."

    def find(self, faults: Faults) -> list[dict[str, str]]:
        """List the frames as dicts of ``image``, ``label`` and ``group`` (the video), in the videos' order."""
        clips: list[Path] = []
        for video in folders_in(self.dataset_dir):
            if video.name.startswith("video"):
                with faults.left_out():
                    clips += folders_in(video)
        items, found = [], 0
        for clip in clips:
            with faults.left_out():
                frames = _frames(clip)
                found += len(frames)
                for frame in sorted(frames, key=_by_number):
                    with faults.left_out():
                        items.append(_pair(clip, frame, frames[frame]))
        if not found and not faults.messages:
            raise FileNotFoundError(
                f"`dataset_dir` {self.dataset_dir} is not laid out as {self.name}: expected "
                "video01/video01_00080/frame_100_endo.png and its like in it."
            )
        return items

    def read_label(self, path: Path) -> NDArray[np.uint8]:
        """Read a watershed mask as ids (H W); codes 0 and 255 are void."""
        table = {code: class_id for class_id, code in enumerate(CLASSES.values())}
        return label_of_codes(read_mask(path), table | dict.fromkeys(VOID_CODES, VOID), path)


def _frames(clip: Path) -> dict[str, set[str]]:
    """Return the frames of a clip (``frame_100_endo``), each with the endings of its files."""
    frames: dict[str, set[str]] = {}
    for path in entries(clip):
        if match := re.fullmatch(rf"(.*_endo)({re.escape(FRAME)}|{re.escape(WATERSHED)})", path.name):
            frames.setdefault(match[1], set()).add(match[2])
    return frames


def _pair(clip: Path, frame: str, endings: set[str]) -> dict[str, str]:
    image, label = clip / f"{frame}{FRAME}", clip / f"{frame}{WATERSHED}"
    if WATERSHED not in endings:
        raise ValueError(f"{image} has no mask: expected {label}. Add it, or take the frame away.")
    if FRAME not in endings:
        raise ValueError(f"{label} has no frame: expected {image}. Add it, or take the mask away.")
    return {"image": str(image), "label": str(label), "group": clip.parent.name}


def _by_number(frame: str) -> tuple[int, str]:
    """Sort frames of a clip by number, not by letter."""
    number = re.search(r"(\d+)_endo", frame)
    return int(number[1]) if number else -1, frame
