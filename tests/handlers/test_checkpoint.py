"""An interrupted training goes on as if it had never been stopped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from ignite.engine import Events

from cosimgen_monai.handlers import Checkpoint

CARD = {key: {"of": key} for key in ("network", "schedule", "classes", "images", "sentence_encoder")}

Make = Callable[..., Any]


class Killed(Exception):
    pass


def kill(*_: Any) -> None:
    raise Killed


def run_until(training: Any, path: Path, event: Any = None, interval: int = 1) -> Any:
    Checkpoint(path, training.objects, CARD, interval).attach(training.trainer)
    if event is not None:
        training.trainer.add_event_handler(event, kill)
        with pytest.raises(Killed):
            training.run()
        return training
    return training.run()


def assert_same(a: Any, b: Any) -> None:
    a, b = a.state(), b.state()
    assert a.keys() == b.keys()
    assert [key for key in a if not torch.equal(a[key], b[key])] == []


@pytest.mark.parametrize(
    ("event", "epoch"),
    [
        (Events.EPOCH_COMPLETED(once=2), 2),  # between two epochs
        (Events.ITERATION_COMPLETED(once=8), 2),  # in the middle of the third
    ],
)
def test_a_killed_run_goes_on_bit_by_bit(tiny_training: Make, tmp_path: Path, event: Any, epoch: int) -> None:
    whole = tiny_training(max_epochs=4).run()
    run_until(tiny_training(max_epochs=4), tmp_path / "checkpoint.pt", event)
    torch.manual_seed(99)
    resumed = tiny_training(max_epochs=4)
    epochs: list[int] = []
    resumed.trainer.add_event_handler(Events.EPOCH_STARTED, lambda engine: epochs.append(engine.state.epoch))
    run_until(resumed, tmp_path / "checkpoint.pt")
    assert epochs == list(range(epoch + 1, 5))
    assert resumed.trainer.state.iteration == whole.trainer.state.iteration == 12
    assert_same(resumed, whole)


def test_a_finished_run_can_be_made_longer(tiny_training: Make, tmp_path: Path) -> None:
    run_until(tiny_training(max_epochs=2), tmp_path / "checkpoint.pt")
    assert_same(run_until(tiny_training(max_epochs=3), tmp_path / "checkpoint.pt"), tiny_training(max_epochs=3).run())


def test_a_finished_run_that_is_started_again_changes_nothing(tiny_training: Make, tmp_path: Path) -> None:
    first = run_until(tiny_training(max_epochs=2), tmp_path / "checkpoint.pt")
    assert_same(run_until(tiny_training(max_epochs=2), tmp_path / "checkpoint.pt"), first)


def test_the_best_metric_so_far_survives(tiny_training: Make, tmp_path: Path) -> None:
    first = tiny_training(max_epochs=2)
    first.trainer.state.best_metric, first.trainer.state.best_metric_epoch = 0.75, 1
    run_until(first, tmp_path / "checkpoint.pt")
    second = tiny_training(max_epochs=3)
    Checkpoint(tmp_path / "checkpoint.pt", second.objects, CARD).attach(second.trainer)
    assert (second.trainer.state.best_metric, second.trainer.state.best_metric_epoch) == (0.75, 1)


def test_the_file_holds_plain_tensors_and_values_only(tiny_training: Make, tmp_path: Path) -> None:
    training = run_until(tiny_training(max_epochs=2), tmp_path / "checkpoint.pt")
    content = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert content["trainer"]["epoch"] == 2
    assert torch.equal(content["objects"]["network"]["null_embedding"], training.network.null_embedding)
    assert list(tmp_path.iterdir()) == [tmp_path / "checkpoint.pt"]  # no draft left over


def test_the_interval_thins_checkpoints_and_the_last_epoch_is_always_saved(tiny_training: Make, tmp_path: Path) -> None:
    saved: list[int] = []
    training = tiny_training(max_epochs=5)
    Checkpoint(tmp_path / "checkpoint.pt", training.objects, CARD, interval=2).attach(training.trainer)

    @training.trainer.on(Events.EPOCH_COMPLETED)
    def look() -> None:
        if (tmp_path / "checkpoint.pt").is_file():
            saved.append(torch.load(tmp_path / "checkpoint.pt", weights_only=True)["trainer"]["epoch"])

    training.run()
    assert saved == [2, 2, 4, 5]


def test_a_checkpoint_of_other_parts_is_refused(tiny_training: Make, tmp_path: Path) -> None:
    training = run_until(tiny_training(), tmp_path / "checkpoint.pt")
    without = {name: thing for name, thing in training.objects.items() if name != "discriminator"}
    with pytest.raises(ValueError, match=r"checkpoint\.pt is no checkpoint of this training.*--output_dir"):
        Checkpoint(tmp_path / "checkpoint.pt", without, CARD).attach(training.trainer)


def test_a_checkpoint_of_another_network_is_refused(tiny_training: Make, tmp_path: Path) -> None:
    training = run_until(tiny_training(), tmp_path / "checkpoint.pt")
    other = {**training.objects, "network": torch.nn.Linear(2, 2)}
    with pytest.raises(ValueError, match=r"The network in .*checkpoint\.pt.*--output_dir"):
        Checkpoint(tmp_path / "checkpoint.pt", other, CARD).attach(tiny_training().trainer)


@pytest.mark.parametrize("content", [b"", b"no checkpoint", [1, 2]])
def test_a_file_that_is_no_checkpoint_is_refused(tiny_training: Make, tmp_path: Path, content: Any) -> None:
    path = tmp_path / "checkpoint.pt"
    torch.save(content, path) if isinstance(content, list) else path.write_bytes(content)
    training = tiny_training()
    with pytest.raises(ValueError, match=r"checkpoint\.pt"):
        Checkpoint(path, training.objects, CARD).attach(training.trainer)


def test_a_key_of_later_that_is_null_makes_no_other_model(tiny_training: Make, tmp_path: Path) -> None:
    run_until(tiny_training(max_epochs=1), tmp_path / "checkpoint.pt")
    training = tiny_training(max_epochs=2)
    later = {**CARD, "sentence_encoder": {**CARD["sentence_encoder"], "of_later": None}}
    Checkpoint(tmp_path / "checkpoint.pt", training.objects, later).attach(training.trainer)
    assert training.trainer.state.epoch == 1


def test_a_checkpoint_of_another_model_is_refused(tiny_training: Make, tmp_path: Path) -> None:
    run_until(tiny_training(max_epochs=1), tmp_path / "checkpoint.pt")
    training = tiny_training(max_epochs=2)
    other = {**CARD, "sentence_encoder": {"of": "another"}}
    with pytest.raises(ValueError, match=r"another model \(its sentence_encoder: of\)"):
        Checkpoint(tmp_path / "checkpoint.pt", training.objects, other).attach(training.trainer)
