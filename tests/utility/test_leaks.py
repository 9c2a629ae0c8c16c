"""A generator that may know held-out pairs is refused; a dataset's keys are handed on as they are written."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tiny_parts import TINY_CLASSES, tiny_pairs

from cosimgen_monai.baselines import ARCHITECTURES
from cosimgen_monai.codec import ClassTable
from cosimgen_monai.networks import CoSimGen, save_model
from cosimgen_monai.utility import check_generator, dataset_settings
from cosimgen_monai.utility.generator import flattened

PAIRS = tiny_pairs(12)
IMAGES = {"dataset": "tiny"}
OTHER = {"sha256": "0", "images": {"dataset": "another"}}
NETWORK: dict[str, Any] = {
    "num_classes": 4,
    "num_colours": 4,
    "image_size": 16,
    "base_channels": 8,
    "channel_mults": [1, 2],
    "num_res_blocks": 1,
    "embedding_dim": 16,
    "class_feature_dim": 8,
    "sentence_dim": 8,
}


def model_file(folder: Path, **card: Any) -> Path:
    """Write a model that was trained on all of the tiny pairs."""
    training = {"train_share": 1.0, "val_share": 0.2, "seed": 3, "labels_sha256": PAIRS.labels_sha256()}
    known = {"network": NETWORK, "classes": TINY_CLASSES.to_json(), "images": IMAGES, "initialised_from": None}
    save_model(folder / "model.pt", CoSimGen(**NETWORK).state_dict(), {**known, "training": training, **card})
    return folder / "model.pt"


def check(path: Path, pairs: Any = PAIRS, classes: ClassTable = TINY_CLASSES, image_size: int = 16) -> None:
    source: Any = SimpleNamespace(name="tiny", classes=classes, card=lambda: IMAGES)
    check_generator(path, 0.25, pairs, source, image_size, ARCHITECTURES)


def test_a_generator_of_this_very_share_is_taken(tmp_path: Path) -> None:
    check(model_file(tmp_path))
    check(model_file(tmp_path, initialised_from=OTHER))


def test_one_pair_more_or_less_is_another_training(tmp_path: Path) -> None:
    path = model_file(tmp_path)
    with pytest.raises(ValueError, match=r"trained on other pairs .* it says train_share 1.0, val_share 0.2, seed 3"):
        check(path, tiny_pairs(11))


def test_labels_have_one_hash_wherever_they_are_kept() -> None:
    assert PAIRS.labels_sha256() == tiny_pairs(12).labels_sha256() != tiny_pairs(11).labels_sha256()


@pytest.mark.parametrize(
    ("card", "message"),
    [
        ({"training": None}, "does not say which pairs it was trained on"),
        ({"initialised_from": {"sha256": "0", "images": IMAGES}}, r"began with weights \(--init_from\)"),
        (
            {"initialised_from": {**OTHER, "initialised_from": {"images": IMAGES}}},
            r"began with weights \(--init_from\)",
        ),
    ],
)
def test_a_generator_of_unknown_past_is_refused(tmp_path: Path, card: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check(model_file(tmp_path, **card))


def test_other_classes_and_sizes_are_refused(tmp_path: Path) -> None:
    path = model_file(tmp_path)
    with pytest.raises(ValueError, match=r"draws other classes than tiny's: \['aorta', 'kidney'\]"):
        check(path, classes=ClassTable(("background", "liver", "spleen", "kidney"), background=0))
    with pytest.raises(ValueError, match="draws 16 pixels, `image_size` is 32: set --image_size 16"):
        check(path, image_size=32)


def test_what_a_source_refers_to_goes_along_and_nothing_else() -> None:
    config = {
        "dataset_dir": "DIR",
        "release": "zenodo",
        "organs": "@wanted",
        "wanted": 8,
        "augmentation": [],
        "output_dir": "OUT",
        "source": {"_target_": "X", "dataset_dir": "@dataset_dir", "nested": {"release": "@release"}, "o": "@organs"},
    }
    found = dataset_settings(config)
    assert set(found) == {"source", "dataset_dir", "release", "organs", "wanted", "augmentation"}
    assert found["source"] is config["source"]


def test_nested_settings_become_overrides() -> None:
    assert flattened({"a": 1, "network": {"mults": [1, 2], "deep": {"x": None}}}) == {
        "a": 1,
        "network#mults": [1, 2],
        "network#deep#x": None,
    }
