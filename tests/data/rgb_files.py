"""Tiny folders in the layouts of CholecSeg8k, VOC and MBRSC."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

NOISE = np.random.default_rng(0).integers(0, 256, (24, 40, 3), dtype=np.uint8)


def save(path: Path, pixels: NDArray | Image.Image) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    (pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)).save(path)
    return path


def palette_mask(index: NDArray, colours: list[tuple[int, int, int]]) -> Image.Image:
    picture = Image.fromarray(index.astype(np.uint8))
    picture.putpalette([value for colour in colours for value in colour])
    return picture


def quarters(*values: object) -> NDArray[np.uint8]:
    """A mask of 24 x 40 in four vertical stripes."""
    return np.repeat(np.array(values, np.uint8)[None].repeat(24, 0), 10, axis=1)


def cholec_frame(root: Path, video: int, frame: int, mask: NDArray | None = None) -> Path:
    folder = root / f"video{video:02d}" / f"video{video:02d}_00080"
    codes = quarters(50, 21, 31, 255) if mask is None else mask
    save(
        folder / f"frame_{frame}_endo_watershed_mask.png",
        np.repeat(codes[..., None], 3, 2) if codes.ndim == 2 else codes,
    )
    return save(folder / f"frame_{frame}_endo.png", NOISE)


def voc_photo(root: Path, photo: str, folder: str = "SegmentationClass", index: NDArray | None = None) -> None:
    save(root / "JPEGImages" / f"{photo}.jpg", NOISE)
    colours = [(i, 255 - i, i // 2) for i in range(256)]
    save(root / folder / f"{photo}.png", palette_mask(quarters(0, 12, 20, 255) if index is None else index, colours))


def voc_list(root: Path, name: str, *lines: str) -> None:
    path = root / "ImageSets" / "Segmentation" / f"{name}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", "utf-8")


def mbrsc_tile(root: Path, folder: str, part: int = 1, mask: NDArray | Image.Image | None = None) -> None:
    colours = quarters((60, 16, 152), (226, 169, 41), (155, 155, 155), (0, 0, 0))
    save(root / folder / "images" / f"image_part_{part:03d}.jpg", NOISE)
    save(root / folder / "masks" / f"image_part_{part:03d}.png", colours if mask is None else mask)
