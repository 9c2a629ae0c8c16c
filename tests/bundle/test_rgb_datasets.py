"""CholecSeg8k, VOC and MBRSC through the real configs: trained on real files, then drawn from."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from PIL import Image
from tiny import CONFIGS, TINY, TRAIN, generate, root_cause, workflow

OF_THE_PHANTOM = {"source#num_volumes", "source#num_slices", "source#matrix_size"}
SETTINGS = {key: value for key, value in TINY.items() if key not in OF_THE_PHANTOM} | {"max_epochs": 1}


def train_on(folder: Path, dataset: str, dataset_dir: Path, **override: Any) -> Path:
    """Train on a dataset by its overlay and return the model."""
    config = [TRAIN, str(CONFIGS / "data" / f"{dataset}.json")]
    places = {"dataset_dir": str(dataset_dir), "cache_dir": str(folder / "cache")}
    run = workflow(config, "train", folder, **{**SETTINGS, **places, "run_id": "training", **override})
    run.run()
    run.finalize()
    return folder / "run" / "model.pt"


def check_drawn(run: Path, card: dict[str, Any], size: tuple[int, int]) -> None:
    """Check that PNG and NIfTI say the same, in shape (width x height) and ids."""
    (nifti,) = (run / "nifti").iterdir()
    labels = json.loads((nifti / "dataset.json").read_text("utf-8"))["labels"]
    names = card["classes"]["names"]
    with (run / "manifest.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3
    for row in rows:
        image = Image.open(run / "png/images" / f"{row['id']}.png")
        label = np.asarray(Image.open(run / "png/labels" / f"{row['id']}.png"))
        assert (image.mode, image.size) == ("RGB", size)
        assert label.shape == size[::-1]
        for k in range(3):
            channel = nib.load(nifti / "imagesTr" / f"{row['id']}_{k:04d}.nii.gz")
            shown = np.asarray(channel.dataobj)[::-1, ::-1, 0].T
            np.testing.assert_array_equal(shown, np.asarray(image)[..., k])
        written = np.asarray(nib.load(nifti / "labelsTr" / f"{row['id']}.nii.gz").dataobj)[::-1, ::-1, 0].T
        for class_id in np.unique(label):
            name = "ignore" if class_id == 255 else names[class_id]
            assert set(written[label == class_id]) == {labels[name]}


def test_laparoscopic_frames(tmp_path: Path, samples: Path, caplog: pytest.LogCaptureFixture) -> None:
    few = {"split": "all", "batch_size": 1}
    model = train_on(tmp_path, "cholecseg8k", samples / "cholecseg8k", **few)
    assert "SAME 1 item(s)" in caplog.text
    card = json.loads(model.with_suffix(".json").read_text("utf-8"))
    assert card["images"]["dataset"] == "CholecSeg8k"
    assert card["classes"]["background"] is None
    assert card["class_sets"] == [{"ids": [0, 2, 3, 4, 10], "count": 1}]
    assert "NC-SA" in card["images"]["terms"]
    run = generate(tmp_path / "drawn", model, prompts=["A laparoscopic image of liver, gallbladder"])
    check_drawn(run, card, (57, 32))  # 854 x 480 at 32 rows


def test_frames_may_be_padded(tmp_path: Path, samples: Path) -> None:
    few = {"split": "all", "batch_size": 1, "source#fit": "pad"}
    model = train_on(tmp_path, "cholecseg8k", samples / "cholecseg8k", **few)
    card = json.loads(model.with_suffix(".json").read_text("utf-8"))
    check_drawn(generate(tmp_path / "drawn", model, classes=[["liver"]]), card, (32, 18))


def test_photos(tmp_path: Path, samples: Path) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011  (MONAI wraps what an expression raises)
        train_on(tmp_path / "none", "voc", samples / "voc2012")
    assert "--split all" in str(root_cause(caught.value))
    model = train_on(tmp_path, "voc", samples / "voc2012", split="all")
    card = json.loads(model.with_suffix(".json").read_text("utf-8"))
    assert card["classes"]["background"] == 0
    assert {"ids": [15, 16], "count": 1} in card["class_sets"]
    assert card["prompt_template"] == "A photo of {classes}"
    check_drawn(generate(tmp_path / "drawn", model, classes=[["dog", "person"]]), card, (43, 32))


def test_aerial_tiles(tmp_path: Path, samples: Path) -> None:
    few = {"train#trainer#epoch_length": 3, "source#crop_stride": 2000}
    model = train_on(tmp_path, "mbrsc", few_tiles(tmp_path / "tiles", samples / "mbrsc"), **few)
    card = json.loads(model.with_suffix(".json").read_text("utf-8"))
    assert card["split"] == "group"
    assert card["classes"]["names"] == ["building", "land", "road", "vegetation", "water"]
    assert sum(entry["count"] for entry in card["class_sets"]) >= 8
    check_drawn(generate(tmp_path / "drawn", model), card, (32, 32))


def few_tiles(folder: Path, mbrsc: Path) -> Path:
    """Link some tiles of few pixels: reading all 72 pictures takes half a minute."""
    folder.mkdir()
    for number in (1, 2, 4):
        (folder / f"Tile {number}").symlink_to(mbrsc / "Semantic segmentation dataset" / f"Tile {number}")
    return folder
