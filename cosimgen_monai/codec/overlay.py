"""Pictures of pairs: the mask over the image, and sheets of both in columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class SheetRow:
    """One pair of a sheet.

    Attributes:
        title: the prompt.
        note: what is said below it.
        image: H W 3, 8 bit.
        label: H W ids.
    """

    title: str
    note: str
    image: Picture
    label: Picture


def to_8_bit(image: NDArray[np.floating]) -> Picture:
    """Return an image (3 H W, [-1, 1]) as 8 bit, H W 3."""
    return np.rint((np.moveaxis(image, 0, -1) + 1) * 127.5).clip(0, 255).astype(np.uint8)


def colour_label(label: Picture, colours: Sequence[tuple[int, int, int]]) -> Picture:
    """Return a label (H W ids) in its classes' colours, H W 3; the void takes the last colour."""
    table = np.zeros((256, 3), dtype=np.uint8)
    table[: len(colours)] = colours
    table[255] = colours[-1]
    return table[label]


def overlay(
    image: Picture, label: Picture, colours: Sequence[tuple[int, int, int]], background: int | None, alpha: float = 0.45
) -> Picture:
    """Lay the classes' colours over an image (H W 3); the background stays as it is."""
    blend = (1 - alpha) * image + alpha * colour_label(label, colours)
    keep = np.zeros(label.shape, dtype=bool) if background is None else label == background
    return np.where(keep[..., None], image, np.rint(blend).astype(np.uint8)).astype(np.uint8)


def draw_sheet(
    rows: Sequence[SheetRow],
    colours: Sequence[tuple[int, int, int]],
    background: int | None,
    heading: str,
    tile: int = 160,
    columns: int = 2,
) -> Image.Image:
    """Draw pairs as image, mask and overlay under their prompts, several to a line."""
    font, gap, text = ImageFont.load_default(size=12), 8, 40
    width, height = 3 * tile + gap, tile + text
    lines = -(-len(rows) // columns)
    sheet = Image.new("RGB", (columns * (width + gap) + gap, lines * (height + gap) + 32), "white")
    draw = ImageDraw.Draw(sheet)
    draw.text((gap, gap), heading, fill="black", font=ImageFont.load_default(size=15))
    for i, row in enumerate(rows):
        left, top = gap + (i % columns) * (width + gap), 32 + (i // columns) * (height + gap)
        for line, words in enumerate((row.title, row.note)):
            draw.text((left, top + 17 * line), _shorten(words, width, font), fill="black", font=font)
        pictures = (row.image, colour_label(row.label, colours), overlay(row.image, row.label, colours, background))
        for k, picture in enumerate(pictures):
            nearest = Image.fromarray(picture).resize((tile, tile), Image.Resampling.NEAREST)
            sheet.paste(nearest, (left + k * (tile + 2), top + text - 4))
    return sheet


def _shorten(words: str, width: int, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """Cut words that are wider than a tile."""
    while font.getlength(words) > width and len(words) > 1:
        words = words[:-2] + "…"
    return words
