"""The handlers of a validation: the best model is kept, and a sheet of samples is drawn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from ignite.engine import Engine, Events
from PIL import Image

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.handlers import BestModel, SampleSheet, TrainingProgress
from cosimgen_monai.networks import CoSimGen, read_model
from cosimgen_monai.prompts import Request

CLASSES = ClassTable(("background", "liver", "spleen", "aorta"), background=0)
NETWORK = {"num_classes": 4, "num_colours": 4, "image_size": 16, "base_channels": 8, "channel_mults": [1, 2]}


def validate(evaluator: Engine, epoch: int, metric: float) -> None:
    evaluator.state.epoch, evaluator.state.key_metric_name = epoch, "presence_f1"
    evaluator.state.metrics = {"presence_f1": metric}
    evaluator.fire_event(Events.COMPLETED)


def test_the_best_model_is_kept_and_a_tie_goes_to_the_later(tmp_path: Path) -> None:
    network, evaluator, trainer = CoSimGen(**NETWORK), Engine(lambda *_: None), Engine(lambda *_: None)
    trainer.state.best_metric, trainer.state.best_metric_epoch = -1, -1
    BestModel(tmp_path / "model.pt", network, {"network": NETWORK}, trainer).attach(evaluator)
    for epoch, metric, kept in ((1, 0.0, 1), (2, 0.5, 2), (3, 0.4, 2), (4, 0.5, 4)):
        torch.nn.init.constant_(network.null_embedding, float(epoch))
        validate(evaluator, epoch, metric)
        model = read_model(tmp_path / "model.pt")
        assert model.card["validation"]["epoch"] == kept
        assert model.state["null_embedding"].unique().item() == kept
        assert trainer.state.best_metric_epoch == kept


def test_a_difference_within_the_tolerance_is_a_tie_but_not_step_by_step(tmp_path: Path) -> None:
    network, evaluator, trainer = CoSimGen(**NETWORK), Engine(lambda *_: None), Engine(lambda *_: None)
    trainer.state.best_metric, trainer.state.best_metric_epoch = -1, -1
    BestModel(tmp_path / "model.pt", network, {"network": NETWORK}, trainer, tolerance=0.01).attach(evaluator)
    for epoch, metric, kept in ((1, 0.90, 1), (2, 0.892, 2), (3, 0.884, 2), (4, 0.89, 4)):
        validate(evaluator, epoch, metric)
        assert read_model(tmp_path / "model.pt").card["validation"]["epoch"] == kept
    progress = TrainingProgress(tmp_path, evaluator, "group", {})
    assert progress._best() == "the best model is of epoch 4: presence_f1 0.890"  # not the 0.90 of the first


def test_nothing_held_out_gives_no_figure(tmp_path: Path) -> None:
    network, evaluator, trainer = CoSimGen(**NETWORK), Engine(lambda *_: None), Engine(lambda *_: None)
    trainer.state.best_metric, trainer.state.best_metric_epoch = -1, -1
    BestModel(tmp_path / "model.pt", network, {"network": NETWORK, "split": "all"}, trainer).attach(evaluator)
    validate(evaluator, 1, 0.9)
    assert read_model(tmp_path / "model.pt").card["validation"] == {"epoch": 1}


def test_a_sheet_is_drawn_at_each_validation(tmp_path: Path, tiny_generator: Callable[..., Any]) -> None:
    requests = [Request(i, "A photo of liver", (1,), "classes", i) for i in range(6)]
    sheet = SampleSheet(tmp_path, CLASSES, torch.zeros(4, 3), num_samples=5)
    evaluator = tiny_generator(requests, val_handlers=[sheet])
    evaluator.run(3)
    evaluator.run(12)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["epoch-0003.png", "epoch-0012.png"]
    assert len(sheet.samples) == 5
    assert Image.open(tmp_path / "epoch-0003.png").size[0] > 48
