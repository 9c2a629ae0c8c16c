"""The pairs that scripts measure on are those of the model's own training."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from tiny_parts import tiny_model, tiny_network

from cosimgen_monai.networks import TrainedModel

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
from training_pairs import pairs_of_model

SMALL = """{"source": {"_target_": "cosimgen_monai.data.PhantomCT", "dataset_dir": "@dataset_dir",
    "num_volumes": 6, "num_slices": 3, "matrix_size": 64}}"""


def trained_on(train_share: float) -> TrainedModel:
    """A model whose card says what it was trained on."""
    training: dict[str, Any] = {"train_share": train_share, "val_share": 0.34, "seed": 0, "labels_sha256": ""}
    return tiny_model(tiny_network(), split="group", training=training)


@pytest.mark.parametrize(("train_share", "patients"), [(1.0, 4), (0.5, 2)])
def test_training_pairs_are_those_of_the_models_share(train_share: float, patients: int, tmp_path: Path) -> None:
    (tmp_path / "small.json").write_text(SMALL, "utf-8")
    places = (str(tmp_path / "phantom"), str(tmp_path / "cache"), str(tmp_path / "small.json"))
    groups = {
        part: {row["group"] for row in pairs_of_model(trained_on(train_share), part, *places)[1].rows}
        for part in ("train", "val")
    }
    assert len(groups["train"]) == patients
    assert len(groups["val"]) == 2
    assert not groups["train"] & groups["val"]
