"""Anybody's own folder, and BTCV's other release, train by their overlays."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from tiny import CONFIGS, TINY, TRAIN, generate, root_cause, workflow

FOLDER = [TRAIN, str(CONFIGS / "data" / "folder.json")]
BTCV = [TRAIN, str(CONFIGS / "data" / "btcv.json")]
SIZE = {key: value for key, value in TINY.items() if not key.startswith("source#")}
CHAOS = {
    "images": "Train_Sets/CT/{stem}/DICOM_anon/i{slice},*.dcm",
    "labels": "Train_Sets/CT/{stem}/Ground/liver_GT_{slice}.png",
    "dataset_name": "CHAOS",
}


def train(folder: Path, config: list[str], **override: object) -> Path:
    run = workflow(config, "train", folder, **{**SIZE, "run_id": "training", **override})
    run.run()
    run.finalize()
    return folder / "run"


def test_chaos_trains_and_generates(real_chaos: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class_file = tmp_path / "classes.json"
    class_file.write_text(json.dumps({"classes": ["background", "liver"], "background": "background"}), "utf-8")
    run = train(tmp_path, FOLDER, dataset_dir=str(real_chaos), class_file=str(class_file), split="all", **CHAOS)
    card = json.loads((run / "model.json").read_text("utf-8"))
    assert (card["images"]["dataset"], card["images"]["modality"]) == ("CHAOS", "CT")
    assert card["slice_spacing"] == 2.0
    assert card["classes"]["names"] == ["background", "liver"]
    assert str(real_chaos) not in json.dumps(card)
    assert "SAME" in caplog.text
    made = generate(tmp_path / "made", run / "model.pt", prompts=["liver"], num_samples=1)
    (image,) = made.glob("nifti/*/imagesTr/*.nii.gz")
    assert nib.load(image).header.get_zooms() == pytest.approx((12.5, 12.5, 2.0))  # 400 mm / 32, and the slices' own


def test_the_zenodo_release_trains(tmp_path: Path) -> None:
    root = tmp_path / "zenodo"
    label = np.zeros((16, 16, 4), np.uint8)
    label[4:12, 4:12], label[8:12, 8:12] = 6, 14
    for number in range(1, 4):
        for folder, name, voxels in (
            ("image_btcv_multiorgan", "img", label.astype(np.int16) * 10),
            ("label_btcv_multiorgan", "label", label),
        ):
            (root / folder).mkdir(parents=True, exist_ok=True)
            nib.save(
                nib.Nifti1Image(voxels, np.diag((25.0, 25.0, 5.0, 1.0))), root / folder / f"{name}{number:04d}.nii.gz"
            )
    header = "publisher,original_id,extent_left,extent_right,extent_ant,extent_post,extent_inf,extent_sup"
    rows = [f"Synapse,{number:04d},0,16,0,16,0,4" for number in range(1, 4)]
    (root / "cropping.csv").write_text("\n".join([header, *rows]), "utf-8")
    run = train(tmp_path, BTCV, dataset_dir=str(root), release="zenodo", max_epochs=1)
    card = json.loads((run / "model.json").read_text("utf-8"))
    assert card["images"]["dataset"] == "BTCV-Zenodo"
    assert card["classes"]["names"][14] == "duodenum"


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ({}, r"classes\.json is missing"),
        ({"release": "zenodo"}, r"Unknown key\(s\) \['release'\]"),
        ({"on_fault": "ignore"}, r"`on_fault` must be one of raise, skip"),
    ],
)
def test_a_folder_refuses(tmp_path: Path, override: dict, message: str) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011  (MONAI wraps what an expression raises)
        train(tmp_path, FOLDER, dataset_dir=str(tmp_path), **override)
    assert re.search(message, str(root_cause(caught.value)))
