"""MBRSC, aerial imagery of Dubai (https://humansintheloop.org/resources/datasets/semantic-segmentation-dataset-2/)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cosimgen_monai.codec import VOID, ClassTable
from cosimgen_monai.data.datasets.rgb_source import RGBSource
from cosimgen_monai.data.faults import Faults
from cosimgen_monai.data.readers.mask import label_of_colours, palette_as_colours
from cosimgen_monai.data.readers.readable import entries, folders_in
from cosimgen_monai.data.resampling.square import to_square
from cosimgen_monai.settings import check_counts

CLASSES = {
    "building": (0x3C, 0x10, 0x98),
    "land": (0x84, 0x29, 0xF6),
    "road": (0x6E, 0xC1, 0xE4),
    "vegetation": (0xFE, 0xDD, 0x3A),
    "water": (0xE2, 0xA9, 0x29),
}
"""Colour of each class in the masks; ``classes.json`` gives others, which occur in no mask."""
VOID_COLOURS = ((0x9B, 0x9B, 0x9B), (0, 0, 0))
"""Unlabeled, and the black that is in no legend."""


class MBRSC(RGBSource):
    """``Tile N/images`` and ``Tile N/masks`` (or ``tileNN``), read as overlapping crops; split by tile.

    Args:
        dataset_dir: the folder that holds the tiles, or one above it (``Semantic segmentation dataset``).
        crop_size: side of a crop in native pixels; reflected beyond the edge where a picture is smaller.
        crop_stride: distance of neighbouring crops in native pixels, at most.
        on_fault: ``raise`` or ``skip``, see :class:`FileSource`.

    Raises:
        ValueError: if no folder is given, or a key is wrong.
    """

    name = "MBRSC"
    group_name = "tile"
    classes = ClassTable(tuple(CLASSES), background=None, has_void=True)
    terms = "MBRSC semantic segmentation of aerial imagery (Humans in the Loop): CC0 1.0, public domain."

    def __init__(
        self, dataset_dir: str | Path | None, crop_size: int = 512, crop_stride: int = 128, on_fault: str = "raise"
    ) -> None:
        super().__init__(dataset_dir, on_fault=on_fault)
        check_counts(crop_size=crop_size, crop_stride=crop_stride)
        self.crop_size = crop_size
        self.crop_stride = crop_stride

    def find(self, faults: Faults) -> list[dict[str, str]]:
        """List the pictures as dicts of ``image``, ``label`` and ``group`` (the tile), by tile and name."""
        tiles = _tiles(self.dataset_dir)
        for folder in folders_in(self.dataset_dir):
            if not tiles:
                with faults.left_out():
                    tiles = _tiles(folder)
        if not tiles and not faults.messages:
            raise FileNotFoundError(
                f"`dataset_dir` {self.dataset_dir} is not laid out as {self.name}: expected folders Tile 1 (or tile01) "
                "with images and masks in it."
            )
        items: list[dict[str, str]] = []
        for number, folders in sorted(tiles.items()):
            with faults.left_out():
                if len(folders) > 1:
                    raise ValueError(f"{' and '.join(map(str, folders))} are the same tile: keep one.")
                items += _pairs(folders[0], f"Tile {number}", faults)
        return items

    def read_label(self, path: Path) -> NDArray[np.uint8]:
        """Read a mask's colours as ids (H W), whatever the order of its palette."""
        table = {colour: class_id for class_id, colour in enumerate(CLASSES.values())}
        return label_of_colours(palette_as_colours(path), table | dict.fromkeys(VOID_COLOURS, VOID), path)

    def read(self, item: dict[str, str], image_size: int) -> Iterator[dict[str, Any]]:
        """Read a picture's crops, reduced to the training size.

        Yields:
            dicts of ``image`` (uint8, 3 H W), ``label`` (uint8 ids, 1 H W), ``group``, and the crop's ``top`` and
            ``left`` in native pixels.
        """
        image, label = self.read_pair(item)
        size = self.crop_size
        tops, lefts = (crop_starts(side, size, self.crop_stride) for side in label.shape)
        margins = [(0, max(0, size - side)) for side in label.shape]
        image = np.pad(image, (*margins, (0, 0)), mode="reflect")
        label = np.pad(label, margins, mode="reflect")
        for top in tops:
            for left in lefts:
                crop = np.s_[top : top + size, left : left + size]
                pair = to_square(image[crop], label[crop], image_size, self.classes.num_classes)
                yield {**pair, "group": item["group"], "top": top, "left": left}

    def settings(self) -> dict[str, Any]:
        """Return what shapes a cached pair, beside the files."""
        return {"source": self.name, "crop_size": self.crop_size, "crop_stride": self.crop_stride}

    def card(self) -> dict[str, Any]:
        """Return what a model's file says of its training data's images."""
        return {**super().card(), "crop_size": self.crop_size}


def crop_starts(side: int, size: int, stride: int) -> list[int]:
    """Return where crops begin along a side: evenly spaced, ``stride`` apart at most, from edge to edge."""
    room = max(0, side - size)
    return np.linspace(0, room, -(-room // stride) + 1).round().astype(int).tolist()


def _tiles(folder: Path) -> dict[int, list[Path]]:
    """Return the tile folders by number: ``Tile 1``, ``tile01``."""
    tiles: dict[int, list[Path]] = {}
    for path in folders_in(folder):
        if match := re.fullmatch(r"tile[ _-]?0*(\d+)", path.name, re.IGNORECASE):
            tiles.setdefault(int(match[1]), []).append(path)
    return tiles


def _pairs(tile: Path, group: str, faults: Faults) -> list[dict[str, str]]:
    """Pair a tile's images and masks by name."""
    images, labels = _files(tile / "images", ".jpg"), _files(tile / "masks", ".png")
    if not images and not labels:
        raise FileNotFoundError(f"{tile} holds no images/*.jpg with masks/*.png.")
    items = []
    for stem in sorted(images | labels):
        with faults.left_out():
            image, label = tile / "images" / f"{stem}.jpg", tile / "masks" / f"{stem}.png"
            if stem not in images or stem not in labels:
                have, lack = (image, label) if stem in images else (label, image)
                raise ValueError(f"{have} has no partner: expected {lack}. Add it, or take the file away.")
            items.append({"image": str(image), "label": str(label), "group": group})
    return items


def _files(folder: Path, suffix: str) -> set[str]:
    """Return the stems of a folder's files with a suffix; none where there is no such folder."""
    return {path.stem for path in entries(folder) if path.suffix == suffix} if folder.is_dir() else set()
