"""``generating`` as a user runs it: files that other tools read, and the same bytes again."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from PIL import Image
from tiny import CONFIGS, INFERENCE, command_line, generate

from cosimgen_monai.networks import read_model

NIFTI = "nifti/Dataset900_phantomSynthetic"


def rows_of(run: Path) -> list[dict[str, str]]:
    with (run / "manifest.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def files_of(run: Path) -> dict[str, bytes]:
    paths = [path for path in sorted(run.rglob("*")) if path.is_file() and path.suffix in (".gz", ".png", ".csv")]
    return {str(path.relative_to(run)): path.read_bytes() for path in paths}


def test_generating_by_text_writes_pairs_that_agree(tmp_path: Path, tiny_model: Path) -> None:
    run = generate(tmp_path, tiny_model, prompts=["A photo of liver, spleen"])
    rows = rows_of(run)
    assert [row["classes_asked"] for row in rows] == ["spleen; liver"] * 3
    assert len({row["seed"] for row in rows}) == 3
    assert {row["model_sha256"] for row in rows} == {read_model(tiny_model).card["sha256"]}
    for row in rows:
        label = nib.load(run / NIFTI / "labelsTr" / f"{row['id']}.nii.gz")
        image = nib.load(run / NIFTI / "imagesTr" / f"{row['id']}_0000.nii.gz")
        assert np.array_equal(image.affine, label.affine)
        assert image.get_data_dtype() == np.int16
        assert label.get_data_dtype() == np.uint8
        assert nib.aff2axcodes(image.affine) == ("R", "A", "S")
        assert image.header.get_zooms()[:2] == pytest.approx((400 / 32, 400 / 32))
        shown = np.asarray(label.dataobj)[::-1, ::-1, 0].T
        assert np.array_equal(shown, np.asarray(Image.open(run / "png/labels" / f"{row['id']}.png")))
    assert (run / "contact_sheet.png").is_file()


def test_generating_by_class_and_by_the_training_sets(tmp_path: Path, tiny_model: Path) -> None:
    by_class = rows_of(generate(tmp_path / "a", tiny_model, classes=[["liver", "spleen"], ["aorta"]]))
    assert [row["classes_asked"] for row in by_class] == ["spleen; liver", "aorta", "spleen; liver"]
    assert {row["asked_by"] for row in by_class} == {"classes"}
    model = read_model(tiny_model)
    trained = {"; ".join(model.classes.names_of(ids)) for ids in model.class_sets()}
    assert {row["classes_asked"] for row in rows_of(generate(tmp_path / "b", tiny_model))} <= trained


def test_an_interrupted_run_goes_on_to_the_same_bytes(tmp_path: Path, tiny_model: Path) -> None:
    whole = generate(tmp_path / "whole", tiny_model, num_samples=5)
    expected = files_of(whole)
    cut = generate(tmp_path / "cut", tiny_model, num_samples=5)
    manifest = (cut / "manifest.csv").read_bytes().splitlines(keepends=True)
    (cut / NIFTI / "imagesTr/.draft-0-cosimgen_000002_0000.nii.gz").write_bytes(b"half")
    (cut / "manifest.csv").write_bytes(b"".join(manifest[:3]) + manifest[3][:20])  # killed in the middle of a line
    again = generate(tmp_path / "cut", tiny_model, num_samples=5)
    assert files_of(again) == expected


def test_a_finished_run_draws_nothing(tmp_path: Path, tiny_model: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    run = generate(tmp_path, tiny_model)
    before = files_of(run)
    generate(tmp_path, tiny_model)
    assert "finished" in caplog.text
    assert files_of(run) == before


def test_shipped_weights_draw_from_another_folder(tmp_path: Path) -> None:
    few = {
        "num_samples": 2,
        "batch_size": 2,
        "steps": 2,
        "prompts": "['A photo of liver, spleen']",
        "output_dir": "out",
    }
    command = [
        sys.executable,
        "-m",
        "monai.bundle",
        "run",
        "generating",
        "--config_file",
        INFERENCE,
        *command_line(few),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(rows_of(tmp_path / "out")) == 2
    assert not (CONFIGS.parent / "output").exists()
