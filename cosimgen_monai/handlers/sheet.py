"""Sheets of pairs in columns: prompt, image, mask, overlay."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont, ImageOps

from cosimgen_monai.codec import Picture, colour_label, overlay


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


def draw_sheet(
    rows: Sequence[SheetRow],
    colours: Sequence[tuple[int, int, int]],
    background: int | None,
    heading: str,
    tile: int = 160,
    columns: int = 2,
) -> Image.Image:
    """Draw pairs as image, mask and overlay under their prompts, several to a line."""
    strips = []
    for row in rows:
        over = overlay(row.image, row.label, colours, background)
        strips.append((row.title, row.note, (row.image, colour_label(row.label, colours), over)))
    return draw_strips(strips, heading, tile, columns)


def draw_strips(
    strips: Sequence[tuple[str, str, Sequence[Picture]]], heading: str, tile: int = 160, columns: int = 2
) -> Image.Image:
    """Draw strips of pictures (H W 3 each) under their title and note, several to a line."""
    font, gap, text = ImageFont.load_default(size=12), 8, 40
    width, height = 3 * tile + gap, tile + text
    lines = -(-len(strips) // columns)
    sheet = Image.new("RGB", (columns * (width + gap) + gap, lines * (height + gap) + 32), "white")
    draw = ImageDraw.Draw(sheet)
    draw.text((gap, gap), heading, fill="black", font=ImageFont.load_default(size=15))
    for i, (title, note, pictures) in enumerate(strips):
        left, top = gap + (i % columns) * (width + gap), 32 + (i // columns) * (height + gap)
        for line, words in enumerate((title, note)):
            draw.text((left, top + 17 * line), _shorten(words, width, font), fill="black", font=font)
        for k, picture in enumerate(pictures):
            nearest = ImageOps.contain(Image.fromarray(picture), (tile, tile), Image.Resampling.NEAREST)
            sheet.paste(nearest, (left + k * (tile + 2), top + text - 4))
    return sheet


def _shorten(words: str, width: int, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """Cut words that are wider than a tile; line breaks and the like become spaces."""
    words = " ".join(words[:500].split())
    while font.getlength(words) > width and len(words) > 1:
        words = words[:-2] + "…"
    return words


def verdict(by: str, asked: Iterable[str], found: Iterable[str]) -> str:
    """Say what drove a sample, which of the asked classes it lacks, and which it has beyond them."""
    asked, found = list(asked), list(found)
    notes = [f"by {by}, {sum(name in found for name in asked)} of {len(asked)} found"]
    lacking, beyond = [name for name in asked if name not in found], [name for name in found if name not in asked]
    notes += [f"{word} {', '.join(names)}" for word, names in (("lacks", lacking), ("also", beyond)) if names]
    return "; ".join(notes)
