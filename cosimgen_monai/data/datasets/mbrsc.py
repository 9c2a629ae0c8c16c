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
from cosimgen_monai.data.readers.mask import label_of_colours, palette_as_colours
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

    Raises:
        FileNotFoundError: if the folder is missing or holds no tiles.
        ValueError: if no folder is given, a key is no positive number, or an image has no mask or a mask no image.
    """

    name = "MBRSC"
    group_name = "tile"
    classes = ClassTable(tuple(CLASSES), background=None, has_void=True)
    terms = "MBRSC semantic segmentation of aerial imagery (Humans in the Loop): CC0 1.0, public domain."

    def __init__(self, dataset_dir: str | Path | None, crop_size: int = 512, crop_stride: int = 128) -> None:
        super().__init__(dataset_dir)
        check_counts(crop_size=crop_size, crop_stride=crop_stride)
        self.crop_size = crop_size
        self.crop_stride = crop_stride

    def items(self) -> list[dict[str, str]]:
        """List the pictures as dicts of ``image``, ``label`` and ``group`` (the tile), by tile and name."""
        tiles = _tiles(self.dataset_dir)
        if not tiles:
            for folder in sorted(path for path in self.dataset_dir.iterdir() if path.is_dir()):
                tiles = tiles or _tiles(folder)
        if not tiles:
            raise FileNotFoundError(
                f"`dataset_dir` {self.dataset_dir} is not laid out as {self.name}: expected folders Tile 1 (or tile01) "
                "with images and masks in it."
            )
        return [row for number in sorted(tiles) for row in _pairs(tiles[number], f"Tile {number}")]

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


def _tiles(folder: Path) -> dict[int, Path]:
    """Return the tile folders by number: ``Tile 1``, ``tile01``."""
    tiles: dict[int, Path] = {}
    for path in sorted(folder.iterdir()):
        match = re.fullmatch(r"tile[ _-]?0*(\d+)", path.name, re.IGNORECASE)
        if match is None or not path.is_dir():
            continue
        if int(match[1]) in tiles:
            raise ValueError(f"{tiles[int(match[1])]} and {path} are the same tile: keep one.")
        tiles[int(match[1])] = path
    return tiles


def _pairs(tile: Path, group: str) -> list[dict[str, str]]:
    """Pair a tile's images and masks by name."""
    images = {path.stem: path for path in sorted((tile / "images").glob("*.jpg"))}
    labels = {path.stem: path for path in sorted((tile / "masks").glob("*.png"))}
    for stem in sorted(images.keys() ^ labels.keys()):
        have, lack = (
            (images, tile / "masks" / f"{stem}.png") if stem in images else (labels, tile / "images" / f"{stem}.jpg")
        )
        raise ValueError(f"{have[stem]} has no partner: expected {lack}. Add it, or take the file away.")
    if not images:
        raise FileNotFoundError(f"{tile} holds no images/*.jpg with masks/*.png.")
    return [{"image": str(images[stem]), "label": str(labels[stem]), "group": group} for stem in sorted(images)]
