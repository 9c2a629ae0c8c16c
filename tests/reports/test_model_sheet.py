"""Models side by side: only what all were asked for alike, and real pairs that hold it."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_parts import TINY_CLASSES, tiny_pairs

from cosimgen_monai.data import RealPairs
from cosimgen_monai.export import GeneratedFolder
from cosimgen_monai.reports.model_sheet import draw_model_sheet, generated_cells, real_cells, shared_requests

COLOURS = [(0, 0, 0), (255, 0, 0), (0, 255, 0), (0, 0, 255)]


def a_set(folder: Path, asked: list[str], grey: int) -> GeneratedFolder:
    """Write a set of even grey images whose masks are liver."""
    for k in range(len(asked)):
        for kind, value in (("images", grey), ("labels", 1)):
            (folder / "png" / kind).mkdir(parents=True, exist_ok=True)
            Image.fromarray(np.full((8, 8), value, np.uint8)).save(folder / "png" / kind / f"s{k}.png")
    with (folder / "manifest.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("id", "classes_asked"), *((f"s{k}", words) for k, words in enumerate(asked))])
    return GeneratedFolder(folder, TINY_CLASSES, 8)


def test_columns_are_what_all_models_were_asked_for_alike(tmp_path: Path) -> None:
    first = a_set(tmp_path / "a", ["liver", "spleen", "liver; spleen", "liver"], 50)
    second = a_set(tmp_path / "b", ["liver", "aorta", "liver; spleen", "liver"], 90)
    assert shared_requests([first, second]) == {"s0": (1,), "s2": (1, 2)}
    assert list(shared_requests([first], number=2)) == ["s0", "s2"]  # from few classes to many
    (tmp_path / "b/manifest.csv").unlink()
    with pytest.raises(ValueError, match="has no manifest"):
        shared_requests([GeneratedFolder(tmp_path / "b", TINY_CLASSES, 8)])


def test_real_pairs_hold_the_classes_and_as_few_others_as_any() -> None:
    pairs = tiny_pairs(30)
    sets = [(1,), (2, 3), (1, 2, 3)]
    cells = real_cells(RealPairs(pairs, (-200, 200)), pairs.presence, sets, seed=0)
    for ids, cell in zip(sets[:2], cells[:2], strict=True):
        assert cell is not None
        assert set(np.unique(cell[1])) - {0} == set(ids)
    assert cells[2] is None  # a tiny pair has two organs at most


def test_the_sheet_has_a_row_a_model_and_leaves_gaps(tmp_path: Path) -> None:
    drawn = a_set(tmp_path / "a", ["liver", "spleen"], 50)
    rows = {"real": [None, None], "CVAE": generated_cells(drawn, ["s1", "s0"])}
    sheet = np.asarray(draw_model_sheet(rows, ["spleen", "liver"], COLOURS, "heading", tile=16))
    for k in range(2):
        left = 92 + k * 20
        tops = np.flatnonzero((sheet[:, left + 8] == 50).all(-1))
        assert len(tops) == 16  # one image, enlarged twice, in the second row alone
        assert (sheet[tops[-1] + 3 : tops[-1] + 19, left : left + 16] == COLOURS[1]).all()


def test_a_long_name_stands_beside_the_pictures_and_not_under_them() -> None:
    names = ("", "CoSimGen, guidance 2")
    sheets = [np.asarray(draw_model_sheet({name: [None]}, [""], COLOURS, "", tile=64)) for name in names]
    where = np.argwhere((sheets[0] != sheets[1]).any(axis=2))
    assert len(where)
    assert where[:, 1].max() < 92  # the margin
    assert np.ptp(where[:, 0]) > 14  # in two lines
