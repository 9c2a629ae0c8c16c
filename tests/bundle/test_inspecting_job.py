"""``inspecting`` as a user runs it, on the tiny phantom."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from PIL import Image
from tiny import TINY, TRAIN, workflow


def test_inspecting_leaves_page_figures_matrix_and_sheet(tmp_path: Path) -> None:
    place = {"inspection_dir": str(tmp_path / "inspection")}
    run = workflow(TRAIN, "train", tmp_path, **{**TINY, **place, "run_id": "inspecting"})
    run.run()
    folder = tmp_path / "inspection"
    figures = json.loads((folder / "inspection.json").read_text("utf-8"))
    assert figures["parts"]["train"]["items"] + figures["parts"]["val"]["items"] == TINY["source#num_volumes"]
    assert figures["native"]["sizes"] == [{"value": "64 × 64 × 6", "items": 3}]
    assert "group_names" not in figures["parts"]["train"]
    with (folder / "co_occurrence.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0][1:] == [row[0] for row in rows[1:]] == [r["name"] for r in figures["classes"] if not r["background"]]
    assert Image.open(folder / "co_occurrence.png").size[0] > 400
    assert Image.open(folder / "samples.png").size[0] > 500
    assert "<title>phantom: inspection</title>" in (folder / "index.html").read_text("utf-8")
    assert not (tmp_path / "run").exists()
