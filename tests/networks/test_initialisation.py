"""Fine-tuning: what fits is taken, class by class name; what does not is said, and nothing else is changed."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.networks import CoSimGen, initialise, origin, save_model

SIZE = {"image_size": 16, "base_channels": 8, "channel_mults": [1, 2], "num_res_blocks": 1}
OLD = ClassTable(("background", "liver", "spleen"), background=0)
NEW = ClassTable(("background", "spleen", "aorta", "liver"), background=0)
ENCODER: Any = SimpleNamespace(fingerprint="a" * 64)


def network_of(classes: ClassTable, seed: int, **options: Any) -> CoSimGen:
    torch.manual_seed(seed)
    return CoSimGen(classes.num_classes, classes.num_colours, **{**SIZE, **options})


@pytest.fixture
def old(tmp_path: Path) -> CoSimGen:
    network = network_of(OLD, seed=0)
    card = {
        "network": {"num_classes": 3, "num_colours": 3, **SIZE},
        "classes": OLD.to_json(),
        "images": {"dataset": "BTCV", "terms": "research use only"},
        "sentence_encoder": {"name": "any", "sha256": ENCODER.fingerprint},
    }
    save_model(tmp_path / "model.pt", network.state_dict(), card, dtype="float32")
    return network


def test_weights_go_by_name_and_shape_and_class_rows_by_class_name(
    tmp_path: Path, old: CoSimGen, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    fresh = network_of(NEW, seed=1)
    new = initialise(network_of(NEW, seed=1), tmp_path / "model.pt", NEW, ENCODER)
    theirs = old.state_dict()
    for name, tensor in new.state_dict().items():
        if name not in ("palette", "class_encoder.weight"):
            assert torch.equal(tensor, theirs[name]), name
    assert torch.equal(new.palette, fresh.palette)
    rows, old_rows = new.class_encoder.weight, old.class_encoder.weight
    assert torch.equal(rows[1], old_rows[2])  # spleen
    assert torch.equal(rows[3], old_rows[1])  # liver
    assert torch.equal(rows[2], fresh.class_encoder.weight[2])  # aorta is new
    assert "new: aorta" in caplog.text


def test_another_size_takes_what_fits_and_lists_the_rest(
    tmp_path: Path, old: CoSimGen, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    fresh = network_of(OLD, seed=1, image_size=32)
    new = initialise(network_of(OLD, seed=1, image_size=32), tmp_path / "model.pt", OLD, ENCODER)
    name = "unet.down.0.0.fusion.to_space.weight"  # a map over 16 x 16 pixels there, 32 x 32 here
    assert torch.equal(new.state_dict()[name], fresh.state_dict()[name])
    assert torch.equal(new.unet.first.conv.weight, old.unet.first.conv.weight)
    assert name in caplog.text


def test_what_cannot_be_begun_from_is_refused(tmp_path: Path, old: CoSimGen) -> None:
    wide = network_of(NEW, seed=1, base_channels=12, channel_mults=[1, 3])
    before = {name: tensor.clone() for name, tensor in wide.state_dict().items()}
    with pytest.raises(ValueError, match=r"sentence encoder any.*--sentence_encoder_dir"):
        initialise(wide, tmp_path / "model.pt", NEW, SimpleNamespace(fingerprint="b" * 64))  # type: ignore[arg-type]
    with pytest.raises(FileNotFoundError, match=r"`init_from` .*nowhere.*--init_from"):
        initialise(wide, tmp_path / "nowhere.pt", NEW, ENCODER)
    with pytest.raises(ValueError, match=r"no convolution of its U-Net fits.*'base_channels': 8"):
        initialise(wide, tmp_path / "model.pt", NEW, ENCODER)
    assert all(torch.equal(tensor, before[name]) for name, tensor in wide.state_dict().items())


def test_nothing_to_begin_from_changes_nothing() -> None:
    network = network_of(NEW, seed=1)
    assert initialise(network, None, NEW, ENCODER) is network
    assert origin(None) is None


def test_a_fine_tuned_model_names_the_data_and_terms_of_its_origin(tmp_path: Path, old: CoSimGen) -> None:
    found = origin(tmp_path / "model.pt")
    assert found is not None
    assert found["images"]["terms"] == "research use only"
    assert len(found["sha256"]) == 64
