"""``model.pt`` and ``model.json`` of the best validation so far."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import torch
from ignite.engine import Engine, Events

from cosimgen_monai.networks import save_model

logger = logging.getLogger(__name__)


class BestModel:
    """Save the validated (EMA) weights when the key metric is no worse than the best; a tie goes to the later.

    Args:
        path: where ``model.pt`` goes.
        network: the network that is validated.
        card: content of ``model.json``.
        trainer: the trainer, whose state keeps the best metric across interruptions.
        dtype: type in which weights are stored.
    """

    def __init__(
        self, path: str | Path, network: torch.nn.Module, card: dict[str, Any], trainer: Engine, dtype: str = "float16"
    ) -> None:
        self.path = Path(path)
        self.network = network
        self.card = card
        self.trainer = trainer
        self.dtype = dtype

    def attach(self, engine: Engine) -> None:
        """Attach to the validation's evaluator."""
        engine.add_event_handler(Events.COMPLETED, self._save)

    def _save(self, engine: Engine) -> None:
        training: Any = self.trainer.state
        metric = engine.state.metrics[engine.state.key_metric_name]  # type: ignore[attr-defined]
        if metric < training.best_metric:
            return
        training.best_metric, training.best_metric_epoch = metric, engine.state.epoch
        validation = {name: round(float(value), 4) for name, value in engine.state.metrics.items()}
        card = {**self.card, "validation": {"epoch": engine.state.epoch, **validation}}
        save_model(self.path, self.network.state_dict(), card, self.dtype)
