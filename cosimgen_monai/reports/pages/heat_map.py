"""The co-occurrence matrix as a picture: SVG for the page, PNG beside it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PIL import Image, ImageDraw, ImageFont

Matrix = Sequence[Sequence[float | None]]
LOW, HIGH = (240, 244, 250), (17, 61, 125)
"""Colours of 0 and 1: one hue from light to dark, so that it prints in grey and reads to the colour-blind."""
NOWHERE = (200, 200, 200)
_DARK_FROM = 0.55


def shade(value: float | None) -> tuple[int, int, int]:
    """Return the colour of a probability, grey where there is none."""
    if value is None:
        return NOWHERE
    red, green, blue = (round(a + (b - a) * value) for a, b in zip(LOW, HIGH, strict=True))
    return red, green, blue


def words(value: float | None) -> str:
    """Return a probability in two digits, ``–`` where there is none."""
    return "–" if value is None else f"{value:.2f}"


def draw_heat_map(names: Sequence[str], matrix: Matrix, cell: int = 44) -> Image.Image:
    """Draw the matrix with its numbers: conditions from top to bottom, classes that occur from left to right."""
    font = ImageFont.load_default(size=13)
    margin = int(max(font.getlength(name) for name in names)) + 24
    side = margin + cell * len(names) + 12
    picture = Image.new("RGB", (side, side + 24), "white")
    draw = ImageDraw.Draw(picture)
    for i, name in enumerate(names):
        draw.text((margin - 8, margin + cell * (i + 0.5)), name, fill="black", font=font, anchor="rm")
        upright = Image.new("RGB", (margin - 12, 18), "white")
        ImageDraw.Draw(upright).text((0, 9), name, fill="black", font=font, anchor="lm")
        picture.paste(upright.rotate(90, expand=True), (round(margin + cell * (i + 0.5)) - 9, 4))
    for i, row in enumerate(matrix):
        for j, value in enumerate(row):
            left, top = margin + cell * j, margin + cell * i
            draw.rectangle((left, top, left + cell - 2, top + cell - 2), fill=shade(value))
            ink = "white" if (value or 0) > _DARK_FROM else "black"
            centre = (left + cell / 2 - 1, top + cell / 2 - 1)
            draw.text(centre, words(value), fill=ink, font=ImageFont.load_default(size=12), anchor="mm")
    draw.text((12, side), "P(column present | row present)", fill="black", font=font)
    return picture


def heat_map_svg(names: Sequence[str], matrix: Matrix, cell: int = 40) -> str:
    """Return the matrix as SVG; it takes the page's text colour, and each cell says itself when pointed at."""
    margin = round(7.2 * max(map(len, names))) + 16
    side = margin + cell * len(names)
    parts = [
        f'<svg class="heat" viewBox="0 0 {side} {side}" width="{side}" role="img" '
        'aria-label="Class co-occurrence matrix; each cell says its number">'
    ]
    for i, name in enumerate(names):
        middle = margin + cell * (i + 0.5)
        text = escape(name)
        parts.append(f'<text x="{margin - 8}" y="{middle + 4}" text-anchor="end">{text}</text>')
        parts.append(f'<text transform="translate({middle + 4},{margin - 8}) rotate(-90)">{text}</text>')
    for i, row in enumerate(matrix):
        for j, value in enumerate(row):
            parts.append(_cell(margin + cell * j, margin + cell * i, cell, value, names[i], names[j]))
    return "".join([*parts, "</svg>"])


def _cell(left: float, top: float, cell: int, value: float | None, given: str, occurs: str) -> str:
    ink = "#fff" if (value or 0) > _DARK_FROM else "#111"
    tip = escape(f"P({occurs} | {given}) = {words(value)}")
    return (
        f'<g><title>{tip}</title><rect x="{left}" y="{top}" width="{cell - 2}" height="{cell - 2}" rx="3" '
        f'fill="rgb{shade(value)}"/><text x="{left + cell / 2 - 1}" y="{top + cell / 2 + 3}" text-anchor="middle" '
        f'font-size="11" style="fill:{ink}">{words(value)}</text></g>'
    )
