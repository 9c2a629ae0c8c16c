"""The tables: read from reports and manifests, partial where a model is missing, and each run bound to its settings."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
import equal_time_plan
import reproduce_tables


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
    reproduce_tables.print_tables(arguments(tmp_path), list(reproduce_tables.MODELS))
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

    monkeypatch.setattr(equal_time_plan, "time_model", time_model)
    first = equal_time_plan.read_plan(arguments(tmp_path), ["CVAE", "CoSimGen"])
    assert equal_time_plan.read_plan(arguments(tmp_path), ["CVAE", "CoSimGen"]) == first
    assert timed == ["CVAE", "CoSimGen"]
    with pytest.raises(SystemExit, match="another run"):
        equal_time_plan.read_plan(arguments(tmp_path, minutes_per_model=9.0), ["CVAE", "CoSimGen"])


def test_options_that_train_nothing_are_no_part_of_a_plan(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(equal_time_plan, "time_model", lambda args, model: {"max_epochs": 3})
    first = equal_time_plan.read_plan(arguments(tmp_path), ["CVAE"])
    assert equal_time_plan.read_plan(arguments(tmp_path, include_real=True, plan_only=True), ["CVAE"]) == first


def test_the_plan_says_time_and_memory(tmp_path: Path, capsys: Any) -> None:
    facts = {"seconds_per_iteration": 2.0, "iterations_per_epoch": 30, "batch_size": 24, "max_epochs": 8}
    plan = {"CoSimGen": {**facts, "gpu_memory_gib": 11.5, "memory_gib": 3.2}}
    equal_time_plan.print_plan(arguments(tmp_path, scale="paper", num_samples=512), plan)
    said = capsys.readouterr().out
    assert "8 epochs of 30 iterations of 2 s: 8.0 minutes" in said
    assert "about 8.3 of sampling" in said  # (4 x 64 + 1.25 x 512) x 20 passes x 2 s / 24 / 3 / 60
    assert "11.5 GiB of GPU memory" in said
    assert "up to 3.2 GiB of memory" in said
    assert "In all about 0.3 hours" in said


def test_an_ablations_alignment_stands_in_its_table(tmp_path: Path) -> None:
    evaluated(tmp_path / "no_triplet")
    (tmp_path / "no_triplet/alignment.json").write_text(json.dumps({"retrieval_accuracy": 0.4, "distance_ratio": 0.9}))
    figures = reproduce_tables.figures_of(tmp_path / "no_triplet")
    assert (figures["text_finds_classes"], figures["matched_distance"]) == (0.4, 0.9)
