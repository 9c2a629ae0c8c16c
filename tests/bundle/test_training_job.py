"""``training`` as a user runs it: what it leaves behind, and going on after a kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tiny import CONFIGS, TINY, TRAIN, command_line, train_tiny, workflow

from cosimgen_monai.networks import read_model


def test_a_training_leaves_model_sheets_and_scalars(tiny_run: Path) -> None:
    model = read_model(tiny_run / "model.pt")
    assert model.card["images"]["dataset"] == "phantom"
    assert model.card["validation"]["presence_f1"] >= 0
    assert sorted(path.name for path in (tiny_run / "sheets").iterdir()) == ["epoch-0001.png", "epoch-0002.png"]
    assert Image.open(tiny_run / "sheets" / "epoch-0002.png").size[0] > 500
    events = EventAccumulator(str(tiny_run / "tensorboard")).Reload()
    losses = {"diffusion", "triplet", "adversarial", "discriminator", "total"}
    assert losses | {"presence_f1", "hit_rate_by_text"} <= set(events.Tags()["scalars"])


def test_no_path_or_patient_goes_into_a_model(tiny_run: Path) -> None:
    card = (tiny_run / "model.json").read_text("utf-8")
    assert str(tiny_run.parent) not in card
    assert "img0001" not in card


def test_the_shipped_model_file_is_small_and_loads_weights_only(tiny_run: Path) -> None:
    shipped = CONFIGS.parent / "models" / "model.pt"
    assert shipped.stat().st_size <= 25e6
    assert read_model(shipped).card["images"]["dataset"] == "phantom"
    state = torch.load(shipped, weights_only=True)
    assert all(isinstance(tensor, torch.Tensor) for tensor in state.values())


def test_a_finished_run_is_called_finished(tiny_run: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    before = (tiny_run / "model.pt").stat().st_mtime_ns
    train_tiny(tiny_run.parent)
    assert (tiny_run / "model.pt").stat().st_mtime_ns == before
    assert "finished" in caplog.text


def test_a_training_begins_from_another_model(tmp_path: Path, tiny_model: Path) -> None:
    run = workflow(TRAIN, "train", tmp_path, **{**TINY, "init_from": str(tiny_model)})
    expected = read_model(tiny_model).network().state_dict()
    for network in (run.parser.get_parsed_content("network_def"), run.parser.get_parsed_content("ema").module):
        assert all(torch.equal(tensor, expected[name]) for name, tensor in network.state_dict().items())


@pytest.mark.parametrize("delay", [0.0, 0.7])
def test_killed_and_resumed_ends_with_the_same_weights(tmp_path: Path, delay: float) -> None:
    settings = {**TINY, "max_epochs": 4, "val_interval": 2}
    whole = train_tiny(tmp_path, **settings, output_dir=str(tmp_path / "whole"))

    places = {"dataset_dir": tmp_path / "phantom", "cache_dir": tmp_path / "cache", "output_dir": tmp_path / "killed"}
    command = [sys.executable, "-m", "monai.bundle", "run", "training", "--config_file", TRAIN]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(command + command_line({**settings, **places}), stdout=log, stderr=log)
        while process.poll() is None and not (tmp_path / "killed" / "checkpoint.pt").is_file():
            time.sleep(0.02)
        time.sleep(delay)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    resumed = train_tiny(tmp_path, **settings, output_dir=str(tmp_path / "killed"), resume="true")

    states = [torch.load(run / "checkpoint.pt", weights_only=True)["objects"] for run in (whole, resumed)]
    for name in ("network", "discriminator", "ema"):
        for key, value in states[0][name].items():
            assert torch.equal(value, states[1][name][key]), (name, key)


@pytest.mark.parametrize(
    "override",
    [
        {"network#fusion": "channel_addition"},
        {"loss#triplet_weight": 0},
        {"loss#adversarial_weight": 0},
        {"network#base_channels": 4},
        {
            "train#trainer#accumulation_steps": 2,
            "schedule#prediction_type": "epsilon",
        },
    ],
)
def test_ablations_are_overrides(tmp_path: Path, override: dict) -> None:
    run = train_tiny(tmp_path, **override, max_epochs=1)
    assert (run / "model.pt").is_file()


def test_the_papers_scale_trains_on_real_ct(tmp_path: Path, real_ct: Path, caplog: pytest.LogCaptureFixture) -> None:
    overlays = [TRAIN, str(CONFIGS / "data" / "btcv.json"), str(CONFIGS / "paper.json")]
    few_steps = {
        "dataset_dir": str(real_ct),
        "split": "all",
        "max_epochs": 1,
        "val_interval": 1,
        "batch_size": 2,
        "num_val_samples": 2,
        "train#trainer#epoch_length": 3,
        "validate#inferer#steps": 2,
        "run_id": "training",
        "device": "cpu",
    }
    run = workflow(overlays, "train", tmp_path, **few_steps)
    run.run()
    card = json.loads((tmp_path / "run" / "model.json").read_text("utf-8"))
    assert card["network"]["image_size"] == 128
    assert card["images"]["dataset"] == "BTCV"
    assert "SAME" in caplog.text
    network = run.parser.get_parsed_content("network_def")
    assert all(torch.isfinite(parameter).all() for parameter in network.parameters())
