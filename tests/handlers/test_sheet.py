"""Sheets of pairs."""

from __future__ import annotations

import numpy as np

from cosimgen_monai.codec import VOID
from cosimgen_monai.handlers import SheetRow, draw_sheet, verdict

COLOURS = [(10, 20, 30), (255, 0, 0), (0, 0, 255)]
LABEL = np.array([[0, 1], [2, VOID]], dtype=np.uint8)
IMAGE = np.full((2, 2, 3), (100, 50, 20), dtype=np.uint8)  # no grey, as the edges of letters are


def test_sheet_shows_each_pair_as_image_mask_and_overlay() -> None:
    row = SheetRow("A photo of liver " * 50, "seed 1", IMAGE, LABEL)
    one, three = (np.asarray(draw_sheet([row] * n, COLOURS, 0, "heading", tile=40)) for n in (1, 3))
    assert one.shape[1] == three.shape[1]
    assert three.shape[0] > one.shape[0]
    assert one.shape[1] > 2 * 3 * 40
    # a tile's quarter is one pixel of the pair
    colours, counts = np.unique(one.reshape(-1, 3), axis=0, return_counts=True)
    area = {tuple(colour): count for colour, count in zip(colours.tolist(), counts.tolist(), strict=True)}
    assert area[10, 20, 30] == area[255, 0, 0] == 400
    assert area[0, 0, 255] == 800
    assert area[100, 50, 20] == 5 * 400


def test_wide_pictures_keep_their_shape_on_a_sheet() -> None:
    wide = SheetRow("A photo of liver", "", np.full((20, 40, 3), (100, 50, 20), np.uint8), np.ones((20, 40), np.uint8))
    sheet = np.asarray(draw_sheet([wide], COLOURS, 0, "heading", tile=80))
    rows, columns = np.nonzero((sheet == (255, 0, 0)).all(-1))
    assert (np.ptp(rows) + 1, np.ptp(columns) + 1) == (40, 80)


def test_a_verdict_says_what_lacks_and_what_came_unasked() -> None:
    assert verdict("text", ["liver", "aorta"], ["liver", "aorta"]) == "by text, 2 of 2 found"
    found = verdict("classes", ["liver", "aorta"], ["liver", "spleen"])
    assert found == "by classes, 1 of 2 found; lacks aorta; also spleen"
