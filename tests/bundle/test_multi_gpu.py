"""Two processes at half the batch are one process at the whole: in training, after a kill, in all trainings."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
import torch
from ignite.engine import Events
from launching import PATIENCE, bundle, children_of, torchrun, wait_until
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tiny import CONFIGS, TINY, TRAIN, root_cause, train_tiny, workflow
from trainings import TRAININGS, train

from cosimgen_monai.processes import Launch

MULTI_GPU = [TRAIN, str(CONFIGS / "multi_gpu.json")]
LONG = {**TINY, "precision": "float32", "max_epochs": 6, "val_interval": 3, "num_val_samples": 5}
RATE = {"lr_scheduler#warmup_steps": 1}


def weights(run: Path) -> dict[str, torch.Tensor]:
    objects = torch.load(run / "checkpoint.pt", weights_only=True)["objects"]
    kept = [name for name in ("network", "ema", "discriminator") if name in objects]
    return {f"{name}.{key}": tensor.float() for name in kept for key, tensor in objects[name].items()}


def scalars(run: Path) -> dict[tuple[str, int], float]:
    events = EventAccumulator(str(run / "tensorboard")).Reload()
    return {(tag, event.step): event.value for tag in events.Tags()["scalars"] for event in events.Scalars(tag)}


def assert_same(several: Path, one: Path) -> None:
    """Compare weights, losses and validation."""
    torch.testing.assert_close(weights(several), weights(one), atol=1e-4, rtol=0)
    expected = scalars(one)
    assert scalars(several) == pytest.approx(expected, abs=1e-4, nan_ok=True)
    assert len({step for _, step in expected}) > 2


def killed_after_one_epoch(folder: Path) -> Path:
    """Return the folder of a training in one process that ended in its second epoch."""
    run = workflow(TRAIN, "train", folder, **LONG, **RATE, run_id="training", output_dir=str(folder / "one_epoch"))

    @run.parser.get_parsed_content("train#trainer").on(Events.EPOCH_STARTED(once=2))
    def kill() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run.run()
    # this process keeps its own folder locked as long as it lives
    return Path(shutil.copytree(folder / "one_epoch", folder / "run", ignore=shutil.ignore_patterns(".lock")))


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="finds a process to kill in /proc")
def test_one_process_then_two_then_one_is_one_training(tmp_path: Path) -> None:
    whole = train_tiny(tmp_path, **LONG, **RATE, output_dir=str(tmp_path / "whole"))
    run = killed_after_one_epoch(tmp_path)

    def epoch() -> int:
        return torch.load(run / "checkpoint.pt", weights_only=True)["trainer"]["epoch"]

    places = {"dataset_dir": tmp_path / "phantom", "cache_dir": tmp_path / "cache", "output_dir": run}
    with torchrun(*bundle("training", MULTI_GPU, **LONG, **RATE, **places), log=tmp_path / "log") as process:
        wait_until(lambda: epoch() >= 2, process)
        os.kill(children_of(process)[1], signal.SIGKILL)
        assert process.wait(timeout=60) != 0  # the other one does not wait for ever
    assert 2 <= epoch() < LONG["max_epochs"]
    said = (tmp_path / "log").read_text("utf-8")
    assert said.count("another process of this run was lost") <= 1  # torchrun may end the other before it speaks
    assert said.count("going on from") == 1  # one process logs

    train_tiny(tmp_path, **LONG, **RATE, output_dir=str(run))
    assert_same(run, whole)
    assert sorted(path.name for path in (run / "sheets").iterdir()) == ["epoch-0003.png", "epoch-0006.png"]


@pytest.fixture(scope="module")
def in_two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which two processes ran every training."""
    folder = tmp_path_factory.mktemp("in_two")
    script = str(Path(__file__).with_name("trainings.py"))
    with torchrun(script, str(folder), log=folder / "log") as process:
        assert process.wait(timeout=PATIENCE) == 0, (folder / "log").read_text("utf-8")
    return folder


@pytest.mark.parametrize("name", TRAININGS)
def test_every_training_is_the_same_in_two_processes(tmp_path: Path, in_two: Path, name: str) -> None:
    one = train(tmp_path, name)
    assert_same(in_two / name, one)
    (sheet,) = (one / "sheets").iterdir()
    assert (in_two / name / "sheets" / sheet.name).is_file()
    assert len(list((in_two / name / "tensorboard").iterdir())) == 2  # the trainer's and the validation's


def test_an_uneven_split_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cosimgen_monai.processes.shares.num_processes", lambda: 3)
    with pytest.raises(Exception) as caught:  # noqa: PT011
        workflow(TRAIN, "train", tmp_path, **TINY)
    assert "`batch_size` 4 is that of all processes together" in str(root_cause(caught.value))
    assert "--batch_size 3" in str(root_cause(caught.value))


def test_torchrun_without_the_overlay_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    launched = {"TORCHELASTIC_RUN_ID": "none", "RANK": "1", "WORLD_SIZE": "2", "LOCAL_RANK": "1"}
    for key, value in launched.items():
        monkeypatch.setenv(key, value)
    assert Launch.of_this_process() == Launch(rank=1, number=2, local_rank=1)
    with pytest.raises(Exception) as caught:  # noqa: PT011
        workflow(TRAIN, "train", tmp_path, **TINY)
    assert "multi_gpu.json" in str(root_cause(caught.value))


def test_a_network_that_normalises_over_the_batch_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cosimgen_monai.engines.reproducible_trainer.num_processes", lambda: 2)
    configs, _ = TRAININGS["upscaler"]
    settings: dict[str, Any] = {**TRAININGS["upscaler"][1], "network": {"features": 8, "num_blocks": 1}}
    run = workflow([*configs, str(CONFIGS / "baselines" / "srgan.json")], "train", tmp_path, **settings)
    with pytest.raises(Exception) as caught:  # noqa: PT011
        run.run()
    assert "normalises over its batch" in str(root_cause(caught.value))
