"""The legend of a picture of masks."""

from __future__ import annotations

import numpy as np
from PIL import Image

from cosimgen_monai.codec import ClassTable, with_legend

COLOURS = [(10, 20, 30), (255, 0, 0), (0, 0, 255), (1, 200, 3)]


def test_every_colour_stands_below_the_picture_void_too() -> None:
    picture = Image.new("RGB", (400, 50), (90, 90, 90))
    whole = np.asarray(with_legend(picture, ClassTable(("a", "b", "c"), has_void=True), COLOURS))
    assert (whole[:50] == 90).all()
    below = whole[50:]
    places = [np.argwhere((below == colour).all(-1)) for colour in COLOURS]
    assert [len(place) for place in places] == [100] * 4  # a swatch of 12 x 12 within its frame
    lefts = [place[:, 1].min() for place in places]
    assert lefts == sorted(lefts)  # in the order of the classes
    assert len({place[:, 0].min() for place in places}) == 1


def test_names_wider_than_the_picture_go_on_in_further_lines() -> None:
    classes = ClassTable(tuple(f"a long name {i}" for i in range(4)))
    whole = np.asarray(with_legend(Image.new("RGB", (240, 5)), classes, COLOURS))[5:]
    tops = [np.argwhere((whole == colour).all(-1))[:, 0].min() for colour in COLOURS]
    assert tops[0] == tops[1] < tops[2] == tops[3]
    narrow = with_legend(Image.new("RGB", (20, 5)), classes, COLOURS)  # one a line, whatever is cut off
    assert narrow.height == 5 + 5 + 4 * 20
