"""The how-to's example, taken out of the page and run on a folder made by its description."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny import TINY, TRAIN, workflow

import cosimgen_monai.data
from cosimgen_monai.networks import read_model

PAGE = Path(TRAIN).parents[1] / "docs" / "adding_a_dataset.md"


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def make_lesions(folder: Path) -> Path:
    rng = np.random.default_rng(0)
    for name in ("images", "masks"):
        (folder / name).mkdir(parents=True)
    for patient in range(4):
        for number in range(3):
            mask = np.zeros((40, 50), np.uint8)
            mask[10:30, 10 + number : 35] = 128
            mask[:2] = 255
            photo = (90 + mask[..., None] // 4 + rng.integers(0, 20, (40, 50, 3))).astype(np.uint8)
            Image.fromarray(photo).save(folder / "images" / f"patient0{patient}_{number}.jpg")
            Image.fromarray(mask).save(folder / "masks" / f"patient0{patient}_{number}.png")
    return folder


def test_the_example_of_the_how_to_trains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    space: dict[str, object] = {}
    exec(compile(block("python"), str(PAGE), "exec"), space)
    monkeypatch.setattr(cosimgen_monai.data, "SkinLesions", space["SkinLesions"], raising=False)
    overlay = tmp_path / "skin_lesions.json"
    overlay.write_text(block("json"), "utf-8")
    few = {key: value for key, value in TINY.items() if not key.startswith("source#")}
    lesions = str(make_lesions(tmp_path / "lesions"))
    few |= {"max_epochs": 1, "dataset_dir": lesions, "run_id": "training"}
    run = workflow([TRAIN, str(overlay)], "train", tmp_path, **few)
    run.run()
    run.finalize()
    card = read_model(tmp_path / "run" / "model.pt").card
    assert card["classes"]["names"] == ["skin", "lesion"]
    assert card["images"]["dataset"] == "SkinLesions"
    assert card["class_sets"] == [{"ids": [1], "count": 9}]
