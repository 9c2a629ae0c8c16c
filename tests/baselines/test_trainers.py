"""The trainings of the baselines: they learn, and go on after a kill as if there had been none."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from ignite.engine import Events
from tiny_baselines import KINDS, Training

from cosimgen_monai.handlers import Checkpoint

CARD = {"architecture": "a baseline"}


def run(training: Any, path: Path, stop_after: int | None = None) -> Any:
    Checkpoint(path, training.objects, CARD).attach(training.trainer)
    if stop_after is not None:
        training.trainer.add_event_handler(Events.ITERATION_COMPLETED(once=stop_after), _stop)
        with pytest.raises(KeyboardInterrupt):
            training.trainer.run()
    else:
        training.trainer.run()
    return training


def _stop() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("kind", KINDS)
def test_a_killed_training_goes_on_bit_by_bit(tmp_path: Path, kind: str) -> None:
    options = {"max_epochs": 3, **({} if kind == "cvae" else {"r1_interval": 4, "reconstruction_weight": 1})}
    whole = run(Training(kind, **options), tmp_path / "whole.pt")
    run(Training(kind, **options), tmp_path / "cut.pt", stop_after=5)
    torch.manual_seed(99)
    again = run(Training(kind, **options), tmp_path / "cut.pt")
    found = again.weights()
    assert [name for name, tensor in whole.weights().items() if not torch.equal(tensor, found[name])] == []


def test_a_checkpoint_of_another_baseline_is_refused(tmp_path: Path) -> None:
    run(Training("tgan"), tmp_path / "checkpoint.pt")
    other = Training("pix2pix")
    with pytest.raises(ValueError, match="another --output_dir"):
        Checkpoint(tmp_path / "checkpoint.pt", other.objects, CARD).attach(other.trainer)
    with pytest.raises(ValueError, match="no checkpoint of this training"):
        Checkpoint(tmp_path / "checkpoint.pt", Training("cvae").objects, CARD).attach(other.trainer)
    with pytest.raises(ValueError, match=r"another model \(its architecture\)"):
        Checkpoint(tmp_path / "checkpoint.pt", other.objects, {"architecture": "pix2pix"}).attach(other.trainer)


def test_the_cvae_learns_to_reconstruct() -> None:
    one, losses = Training("cvae", max_epochs=12, lr=0.01), []
    one.trainer.add_event_handler(Events.ITERATION_COMPLETED, lambda e: losses.append(e.state.output["reconstruction"]))
    one.trainer.run()
    # log(MSE)/2: half a nat less is an error 2.7 times smaller
    assert sum(losses[-5:]) / 5 < sum(losses[:5]) / 5 - 0.5


@pytest.mark.parametrize("kind", ["pix2pix", "tgan"])
def test_the_judge_learns_to_tell_drawn_from_real(kind: str) -> None:
    one = Training(kind, max_epochs=8, lr=0.01, mismatch_weight=0)
    for group in one.trainer.optimizer.param_groups:
        group["lr"] = 0.0  # a generator that stands still
    losses: list[float] = []
    one.trainer.add_event_handler(Events.ITERATION_COMPLETED, lambda e: losses.append(e.state.output["discriminator"]))
    one.trainer.run()
    assert math.isclose(losses[0], 2 * math.log(2), rel_tol=0.25)  # it knows nothing
    assert losses[-1] < 0.8 * losses[0]


@pytest.mark.parametrize("kind", KINDS)
def test_bfloat16_trains(kind: str) -> None:
    one = Training(kind)
    one.trainer.precision = "bfloat16"
    one.trainer.run()
    assert all(math.isfinite(loss) for loss in one.trainer.state.output.values())
