"""An inspection of files made here: its figures against the files, and what training would refuse."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cosimgen_monai.data import BTCV, CholecSeg8k, split_items
from cosimgen_monai.reports import inspect_dataset
from cosimgen_monai.reports.inspection.report import check_folder

LIVER, GALLBLADDER = 21, 22


def write_frame(root: Path, video: str, number: int, mask: np.ndarray) -> Path:
    folder = root / video / f"{video}_00080"
    folder.mkdir(parents=True, exist_ok=True)
    name = f"frame_{number}_endo"
    Image.fromarray(np.full((*mask.shape, 3), 90, np.uint8)).save(folder / f"{name}.png")
    path = folder / f"{name}_watershed_mask.png"
    Image.fromarray(np.repeat(mask[..., None], 3, axis=2)).save(path)
    return path


def halves(right: int) -> np.ndarray:
    mask = np.full((32, 32), LIVER, np.uint8)
    mask[:, 16:] = right
    return mask


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    root = tmp_path / "frames"
    for number in range(3):
        write_frame(root, "video01", number, halves(GALLBLADDER))
    write_frame(root, "video02", 0, halves(255))
    return root


def inspect(frames: Path, split: str = "group", folder: str = "inspection", on_fault: str = "raise") -> dict[str, Any]:
    source = CholecSeg8k(frames, on_fault=on_fault)
    parts = split_items(source, split, 0.5)
    return inspect_dataset(source, parts, split, 32, frames.parent / "cache", frames, frames.parent / folder)


def test_figures_are_those_of_the_files(frames: Path) -> None:
    figures = inspect(frames)
    classes = {row["name"]: row for row in figures["classes"]}
    # of four equal frames liver covers half of each, gallbladder half of three, the void half of one
    assert classes["liver"]["pixel_share"] == pytest.approx(0.5)
    assert classes["gallbladder"]["pixel_share"] == pytest.approx(0.375)
    assert figures["void_share"] == pytest.approx(0.125)
    assert (classes["liver"]["pairs"], classes["liver"]["groups"]) == (4, 2)
    assert classes["gallbladder"]["pairs"] == 3
    assert sum(part["items"] for part in figures["parts"].values()) == 4
    assert figures["native"]["sizes"] == [{"value": "32 × 32", "items": 4}]
    names = figures["co_occurrence"]["names"]
    matrix = figures["co_occurrence"]["matrix"]
    assert matrix[names.index("liver")][names.index("gallbladder")] == 0.75
    assert matrix[names.index("blood")][names.index("liver")] is None
    assert json.loads((frames.parent / "inspection" / "inspection.json").read_text("utf-8")) == figures


def test_values_in_no_table_are_listed_with_file_and_count(frames: Path) -> None:
    mask = halves(GALLBLADDER)
    mask[0, :7] = 99
    bad = write_frame(frames, "video01", 9, mask)
    figures = inspect(frames, "all")
    assert [(fault["file"], fault["values"]) for fault in figures["faults"]] == [(str(bad), {"99": 7})]
    assert figures["parts"]["train"] == {"items": 5, "groups": 2, "pairs": 4, "group_names": ["video01", "video02"]}
    page = (frames.parent / "inspection" / "index.html").read_text("utf-8")
    assert str(bad) in page
    assert "99 (7 pixels)" in page


def test_a_damaged_file_is_listed_too(frames: Path) -> None:
    path = write_frame(frames, "video01", 9, halves(GALLBLADDER))
    path.write_bytes(b"")
    assert str(path) in inspect(frames, "all")["faults"][0]["message"]


@pytest.mark.parametrize(("on_fault", "verdict"), [("raise", "Training refuses"), ("skip", "Training leaves out")])
def test_the_page_says_what_becomes_of_a_damaged_file(frames: Path, on_fault: str, verdict: str) -> None:
    write_frame(frames, "video01", 9, halves(GALLBLADDER)).write_bytes(b"")
    inspect(frames, "all", on_fault=on_fault)
    assert verdict in (frames.parent / "inspection" / "index.html").read_text("utf-8")


def test_a_dataset_of_which_nothing_reads_still_gets_its_page(frames: Path) -> None:
    for path in frames.rglob("*_mask.png"):
        path.write_bytes(b"")
    assert len(inspect(frames, "all")["faults"]) == 4
    assert (frames.parent / "inspection" / "index.html").is_file()


def test_the_page_needs_nothing_else_and_is_small(frames: Path) -> None:
    inspect(frames)
    page = (frames.parent / "inspection" / "index.html").read_text("utf-8")
    assert not re.search(r"(src|href)=\"(?!data:)|url\(|@import|<script", page)
    assert len(page) < 10e6
    assert page.count("data:image/jpeg") == 2 * 4
    assert "do not share" in page


def test_the_same_dataset_may_be_inspected_again_but_no_other_folder_is_touched(frames: Path, tmp_path: Path) -> None:
    inspect(frames)
    inspect(frames, "all")
    other = tmp_path / "others"
    write_frame(other, "video03", 0, halves(GALLBLADDER))
    before = (tmp_path / "inspection" / "index.html").read_bytes()
    with pytest.raises(ValueError, match="holds the inspection of CholecSeg8k"):
        inspect(other, "all")
    assert (tmp_path / "inspection" / "index.html").read_bytes() == before
    with pytest.raises(ValueError, match=r"holds no inspection\.json"):
        inspect(other, "all", folder="frames")


def test_a_folder_that_takes_no_file_is_refused_before_the_data_is_read(frames: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    with pytest.raises(ValueError, match=r"`inspection_dir` .*taken cannot be written into"):
        check_folder(tmp_path / "taken", "CholecSeg8k", frames)


def test_group_names_of_patients_are_not_shown(real_ct: Path, tmp_path: Path) -> None:
    source = BTCV(real_ct)
    parts = {"train": source.items()[1:], "val": source.items()[1:]}
    figures = inspect_dataset(source, parts, "all", 32, tmp_path / "cache", "given", tmp_path / "inspection")
    assert figures["native"]["sizes"] == [{"value": "122 × 101 × 30", "items": 1}]
    assert figures["native"]["spacings"] == [{"value": "3 × 3 × 3", "items": 1}]
    assert figures["native"]["value_range"] == [-1100, 1207]
    for name in ("index.html", "inspection.json", "co_occurrence.csv"):
        assert "img9002" not in (tmp_path / "inspection" / name).read_text("utf-8")
    assert "group_names" not in figures["parts"]["train"]
