"""The tables: read from reports and manifests, partial where a model is missing, and each run bound to its settings."""

from __future__ import annotations

import importlib.util
import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
spec = importlib.util.spec_from_file_location("reproduce_tables", ROOT / "scripts" / "reproduce_tables.py")
assert spec is not None
assert spec.loader is not None
tables = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tables)


def arguments(folder: Path, **changes: Any) -> Namespace:
    asked = {"dataset": "mbrsc", "dataset_dir": "d", "minutes_per_model": 8.0, "num_samples": 8, "scale": "starter"}
    return Namespace(**{**asked, "ablation": False, "device": "cpu", "output_dir": folder, **changes})


def evaluated(folder: Path) -> None:
    """Write what an evaluation leaves behind."""
    (folder / "evaluation").mkdir(parents=True)
    figures = [{"name": "frechet_inception", "value": 12.5}, {"name": "density_inception", "value": 0.5}]
    report = {"figures": figures, "sfid": {"inception": {"mean": None}}, "presence": {"presence_f1": 0.75}}
    (folder / "evaluation" / "report.json").write_text(json.dumps(report))
    (folder / "single_class").mkdir()
    rows = ["road,road; water", "water,", "land,land", "road,land; road"]
    (folder / "single_class" / "manifest.csv").write_text("\n".join(["classes_asked,classes_found", *rows]) + "\n")


def test_a_partial_table_says_so_and_holds_the_papers_figures(tmp_path: Path, capsys: Any) -> None:
    evaluated(tmp_path / "cvae")
    tables.print_tables(arguments(tmp_path), list(tables.MODELS))
    lines = capsys.readouterr().out.splitlines()
    cells = {line[:30].strip(): line[30:].split() for line in lines if not line.startswith("PARTIAL")}
    assert cells[""] == ["TGAN", "Pix2PixGAN", "CVAE", "CoSimGen"]
    assert cells["frechet_inception"][-2] == "12.5"
    assert cells["sfid_inception"][-2] == "absent"
    assert cells["ppv"][-2] == "0.75"  # one of four lacks its class
    assert cells["paper: FID"] == ["394.86", "410.18", "326.16", "203.67"]
    assert cells["paper: PPV"] == ["0.43", "0.84", "0.91", "0.87"]
    assert "PARTIAL: 1 of 4 models are done." in lines
    assert json.loads((tmp_path / "tables.json").read_text())["ours"]["CoSimGen"] is None


def test_a_plan_is_kept_and_another_runs_is_refused(tmp_path: Path, monkeypatch: Any) -> None:
    timed: list[str] = []

    def time_model(args: Namespace, model: str) -> dict[str, Any]:
        timed.append(model)
        return {"max_epochs": 3}

    monkeypatch.setattr(tables, "time_model", time_model)
    first = tables.read_plan(arguments(tmp_path), ["CVAE", "CoSimGen"])
    assert tables.read_plan(arguments(tmp_path), ["CVAE", "CoSimGen"]) == first
    assert timed == ["CVAE", "CoSimGen"]
    with pytest.raises(SystemExit, match="another run"):
        tables.read_plan(arguments(tmp_path, minutes_per_model=9.0), ["CVAE", "CoSimGen"])
