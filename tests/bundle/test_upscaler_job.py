"""The upscaler's training, and generating with what it leaves behind."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import torch
from ignite.engine import Events
from PIL import Image
from tiny import CONFIGS, TINY_UPSCALER, UPSCALER, generate, root_cause, train_upscaler, workflow

from cosimgen_monai.baselines import SRResNet
from cosimgen_monai.networks import ESPCN, TrainedModel, read_model, save_model

SRGAN = [UPSCALER, str(CONFIGS / "baselines" / "srgan.json")]
TINY_SRGAN = {key: value for key, value in TINY_UPSCALER.items() if key != "network#num_layers"}
TINY_SRGAN |= {"network#features": 4, "network#num_blocks": 1, "discriminator#num_layers": 2, "max_epochs": 1}


@pytest.fixture(scope="module")
def upscaler(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny upscaler of the phantom, 16 to 64."""
    return train_upscaler(tmp_path_factory.mktemp("upscaler")) / "upscaler.pt"


def read_upscaler(path: Path) -> TrainedModel:
    """Read an upscaler's two files."""
    return read_model(path, "upscaler_path", {"espcn": ESPCN})


def test_a_training_leaves_upscaler_and_sheets(upscaler: Path) -> None:
    card = read_upscaler(upscaler).card
    assert card["image_sizes"] == [16, 32, 64]
    assert card["images"]["dataset"] == "phantom"
    assert card["validation"]["psnr"] > 10
    assert 0 < card["validation"]["mask_iou"] <= 1
    sheets = sorted((upscaler.parent / "sheets").iterdir())
    assert [sheet.name for sheet in sheets] == ["epoch-0001.png", "epoch-0002.png"]
    assert Image.open(sheets[0]).size[0] == 4 * (64 + 4)


def test_a_training_goes_on_bit_by_bit(upscaler: Path, tmp_path: Path) -> None:
    run = workflow(UPSCALER, "train", tmp_path, **{**TINY_UPSCALER, **places(upscaler), "run_id": "training"})
    trainer = run.parser.get_parsed_content("train#trainer")
    trainer.add_event_handler(Events.EPOCH_COMPLETED(once=1), trainer.terminate)
    run.run()
    train_upscaler(tmp_path, **places(upscaler))
    once, twice = (read_upscaler(path).state for path in (upscaler, tmp_path / "run" / "upscaler.pt"))
    assert all(torch.equal(once[name], twice[name]) for name in once)


def places(upscaler: Path) -> dict[str, str]:
    """Return the data of the first run, so that a second does not make it again."""
    folder = upscaler.parent.parent
    return {"dataset_dir": str(folder / "phantom"), "cache_dir": str(folder / "cache")}


def test_pairs_come_out_four_times_as_large_on_their_physical_grid(
    upscaler: Path, tiny_model: Path, tmp_path: Path
) -> None:
    sizes, corners, drawn = {}, {}, {}
    for times in (1, 2, 4):
        run = generate(tmp_path / str(times), tiny_model, upscale=times, upscaler_path=str(upscaler), steps=4)
        volume = nib.load(next(run.glob("nifti/*/imagesTr/*000000_0000.nii.gz")))
        sizes[times] = volume.shape[:2]
        corners[times] = volume.affine @ [-0.5, -0.5, 0, 1]
        drawn[times] = next(csv.DictReader((run / "manifest.csv").open(newline="", encoding="utf-8")))
        spacing = volume.header.get_zooms()[:2]
        assert spacing == pytest.approx((400 / (32 * times),) * 2)
        label = np.asarray(Image.open(next(run.glob("png/labels/*000000.png"))))
        assert label.shape == (32 * times, 32 * times)
    assert sizes == {1: (32, 32), 2: (64, 64), 4: (128, 128)}
    for times in (2, 4):  # the outer corner of the first voxel stays where it was
        np.testing.assert_allclose(corners[times][:2], corners[1][:2], atol=1e-6)
        assert drawn[times]["classes_found"] == drawn[1]["classes_found"]
        assert len(drawn[times]["upscaler_sha256"]) == 64


def test_an_upscaler_of_other_classes_is_refused_before_anything_is_drawn(
    upscaler: Path, tiny_model: Path, tmp_path: Path
) -> None:
    card = json.loads(upscaler.with_suffix(".json").read_text("utf-8"))
    other = ESPCN(5, 5, **{key: card["network"][key] for key in ("features", "num_layers")})
    card["classes"] = {"names": list("abcde"), "background": 0, "has_void": False}
    card["network"] |= {"num_classes": 5, "num_colours": 5}
    for key in ("format", "sha256"):
        del card[key]
    save_model(tmp_path / "upscaler.pt", other.state_dict(), card)
    with pytest.raises(Exception) as caught:  # noqa: PT011  (MONAI wraps what an expression raises)
        generate(tmp_path, tiny_model, upscale=2, upscaler_path=str(tmp_path / "upscaler.pt"))
    message = str(root_cause(caught.value))
    assert "5 classes" in message
    assert "--upscale 1" in message
    assert not (tmp_path / "run").exists()


def test_a_diffusion_model_is_no_upscaler(tiny_model: Path, tmp_path: Path) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011
        generate(tmp_path, tiny_model, upscale=2, upscaler_path=str(tiny_model))
    assert "is a cosimgen model; only espcn" in str(root_cause(caught.value))


def test_the_shipped_upscaler_fits_the_shipped_model() -> None:
    models = CONFIGS.parent / "models"
    assert (models / "upscaler.pt").stat().st_size <= 25e6
    upscaler = read_upscaler(models / "upscaler.pt").card
    model = read_model(models / "model.pt").card
    assert upscaler["classes"] == model["classes"]
    assert upscaler["image_sizes"][0] == model["network"]["image_size"]


@pytest.mark.parametrize("overlay", ["voc", "mbrsc", "cholecseg8k", "btcv"])
def test_every_overlay_trains_an_upscaler(overlay: str, samples: Path, tmp_path: Path) -> None:
    folder = {"voc": "voc2012", "btcv": "ct_btcv_layout_standin"}.get(overlay, overlay)
    config = [UPSCALER, str(CONFIGS / "data" / f"{overlay}.json")]
    sizes = {"image_size": 8, "batch_size": 1, "max_epochs": 1, "network#features": 4, "network#num_layers": 1}
    if overlay == "mbrsc":
        sizes["source#crop_stride"] = 4096
    override = {"device": "cpu", "val_interval": 1, "dataset_dir": str(samples / folder), "split": "all", **sizes}
    run = workflow(config, "train", tmp_path, run_id="training", **{**override, "cache_dir": str(tmp_path / "cache")})
    run.run()
    assert (tmp_path / "run" / "upscaler.pt").is_file()


def test_equation_8_takes_features_from_this_machine(upscaler: Path, tmp_path: Path) -> None:
    override = {**TINY_UPSCALER, **places(upscaler), "max_epochs": 1, "perceptual_weight": 0.1, "image_size": 32}
    run = workflow(UPSCALER, "train", tmp_path, run_id="training", perceptual_features="efficientnet_lite0", **override)
    run.run()
    assert {"mse", "perceptual", "total"} == set(run.parser.get_parsed_content("train#trainer").state.output)
    with pytest.raises(Exception) as caught:  # noqa: PT011
        workflow(UPSCALER, "train", tmp_path, perceptual_features="vgg16", perceptual_path=str(tmp_path), **override)
    assert "vgg16" in str(root_cause(caught.value))
    with pytest.raises(Exception) as caught:  # noqa: PT011
        workflow(UPSCALER, "train", tmp_path, **override)
    assert "--perceptual_features" in str(root_cause(caught.value))


@pytest.mark.parametrize("noise", [0.5, [0.1], [0.1, -1], ["a", 0]])
def test_impossible_noise_is_refused(upscaler: Path, tmp_path: Path, noise: object) -> None:
    run = workflow(UPSCALER, "train", tmp_path, **{**TINY_UPSCALER, **places(upscaler), "input_noise": noise})
    with pytest.raises(Exception) as caught:  # noqa: PT011
        run.parser.get_parsed_content("train#trainer")
    assert "`input_noise`" in str(root_cause(caught.value))


def test_a_seed_is_checked_before_it_is_used(upscaler: Path, tmp_path: Path) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011
        workflow(UPSCALER, "train", tmp_path, **{**TINY_UPSCALER, **places(upscaler), "seed": -1})
    assert "`seed` must be a non-negative integer, got -1" in str(root_cause(caught.value))


def test_small_pairs_can_be_redrawn(upscaler: Path, tiny_model: Path, tmp_path: Path) -> None:
    redraw = {"_target_": "cosimgen_monai.sampling.Redraw", "ckpt_path": str(tiny_model), "timestep": 50, "steps": 2}
    override = {**TINY_UPSCALER, "dataset_dir": places(upscaler)["dataset_dir"], "image_size": 32, "max_epochs": 1}
    run = workflow(UPSCALER, "train", tmp_path, run_id="training", redraw=redraw, **override)
    run.run()
    assert (tmp_path / "run" / "upscaler.pt").is_file()


def test_srgan_trains_on_the_same_pairs(upscaler: Path, tmp_path: Path) -> None:
    run = workflow(SRGAN, "train", tmp_path, run_id="training", **{**TINY_SRGAN, **places(upscaler)})
    run.run()
    model = read_model(tmp_path / "run" / "upscaler.pt", "peer_path", {"srgan": SRResNet})
    assert model.card["validation"]["psnr"] > 5
    small = torch.rand(1, 6, 8, 8)
    assert model.network()(small).shape == (1, 6, 16, 16)
    with pytest.raises(ValueError, match="srgan model; only espcn"):
        read_upscaler(tmp_path / "run" / "upscaler.pt")


@pytest.mark.parametrize("weight", [0.0, 10.0])
def test_srgans_gradient_penalty_is_as_it_is_set(weight: float, upscaler: Path, tmp_path: Path) -> None:
    penalty = {"adversarial#r1_weight": weight, "adversarial#r1_interval": 1}
    options = {**TINY_SRGAN, **places(upscaler), **penalty}
    run = workflow(SRGAN, "train", tmp_path, run_id="training", **options)
    run.run()
    losses = run.parser.get_parsed_content("train#trainer").state.output
    assert ("penalty" in str(losses)) == (weight > 0)


@pytest.mark.parametrize("key", ["mismatch_weight", "reconstruction_weight"])
def test_srgan_refuses_weights_of_what_it_has_not(key: str, upscaler: Path, tmp_path: Path) -> None:
    options = {**TINY_SRGAN, **places(upscaler), f"adversarial#{key}": 0.5}
    with pytest.raises(RuntimeError) as caught:
        workflow(SRGAN, "train", tmp_path, run_id="training", **options).run()
    assert f"`adversarial#{key}` must be 0 for SRGAN, got 0.5" in str(root_cause(caught.value))
