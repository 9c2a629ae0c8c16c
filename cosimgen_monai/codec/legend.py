"""The colour legend of a picture of masks: each class's name beside its colour."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from cosimgen_monai.codec.class_table import ClassTable

_LINE, _SWATCH, _GAP, _MARGIN = 20, 12, 5, 8


def with_legend(picture: Image.Image, classes: ClassTable, colours: Sequence[tuple[int, int, int]]) -> Image.Image:
    """Return a picture with a legend of its masks' colours below, in as many lines as its width needs.

    Args:
        picture: the picture.
        classes: the classes.
        colours: their colours, the void's last where there is one.
    """
    font = ImageFont.load_default(size=12)
    names = [*classes.names, *(["void"] if classes.has_void else [])]
    places, left, line = [], _MARGIN, 0
    for name in names:
        width = _SWATCH + _GAP + round(font.getlength(name)) + 2 * _GAP
        if left + width > picture.width and left > _MARGIN:
            left, line = _MARGIN, line + 1
        places.append((left, picture.height + _GAP + line * _LINE))
        left += width
    whole = Image.new("RGB", (picture.width, picture.height + _GAP + (line + 1) * _LINE), "white")
    whole.paste(picture)
    draw = ImageDraw.Draw(whole)
    for name, colour, (x, y) in zip(names, colours, places, strict=True):
        draw.rectangle((x, y, x + _SWATCH - 1, y + _SWATCH - 1), fill=colour, outline=(120, 120, 120))
        draw.text((x + _SWATCH + _GAP, y + _SWATCH / 2), name, fill="black", font=font, anchor="lm")
    return whole
