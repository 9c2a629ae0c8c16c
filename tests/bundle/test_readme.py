"""The README's Python does what it says, and its commands, one after the other, do not stand in each other's way."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest
import torch

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), flags=re.S)


def run(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Run a block from the repository root, in few steps, into a folder of its own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bundle").symlink_to(ROOT / "bundle")
    found: dict[str, Any] = {}
    exec(block.replace("num_samples=4,", "num_samples=4, steps=2,").replace("steps=20", "steps=2"), found)
    return found


def test_the_workflow_draws_what_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(BLOCKS[0], tmp_path, monkeypatch)
    with (tmp_path / "output" / "from_python" / "manifest.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["classes_asked"] for row in rows] == ["spleen; liver"] * 4


def test_plain_objects_draw_four_pairs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = run(BLOCKS[1], tmp_path, monkeypatch)
    assert found["image"].shape == (4, 3, 64, 64)
    assert found["label"].shape == (4, 1, 64, 64)
    assert found["label"].dtype == torch.uint8
    assert not torch.equal(found["image"][0], found["image"][1])


@pytest.mark.parametrize("page", ["README.md", "bundle/docs/evaluation.md"])
def test_each_generation_of_a_page_has_a_folder_of_its_own(page: str) -> None:
    text = (ROOT / page).read_text("utf-8").replace("\\\n", " ")
    commands = [line for line in text.splitlines() if "run generating" in line and "--dry_run" not in line]
    folders = [(re.findall(r"--output_dir (\S+)", line) or ["output/generated"])[0] for line in commands]
    folders += re.findall(r'output_dir="(.+?)"', "".join(BLOCKS)) if page == "README.md" else []
    assert len(folders) == len(set(folders)) > 0
