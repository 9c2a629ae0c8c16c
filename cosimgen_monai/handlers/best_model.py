"""``model.pt`` and ``model.json`` of the best validation so far."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import torch
from ignite.engine import Engine, Events

from cosimgen_monai.networks import save_model
from cosimgen_monai.processes import rank

logger = logging.getLogger(__name__)


class BestModel:
    """Save the validated (EMA) weights when the key metric is no worse than the best.

    A tie goes to the later weights, which have learned longer, and so does a difference that is noise.

    Args:
        path: where ``model.pt`` goes.
        network: the network that is validated.
        card: content of ``model.json``.
        trainer: the trainer, whose state keeps the best metric across interruptions.
        dtype: type in which weights are stored.
        tolerance: a metric this much below the best is a tie.
    """

    def __init__(
        self,
        path: str | Path,
        network: torch.nn.Module,
        card: dict[str, Any],
        trainer: Engine,
        dtype: str = "float16",
        tolerance: float = 0.0,
    ) -> None:
        self.path = Path(path)
        self.network = network
        self.card = card
        self.trainer = trainer
        self.dtype = dtype
        self.tolerance = tolerance

    def attach(self, engine: Engine) -> None:
        """Attach to the validation's evaluator."""
        engine.add_event_handler(Events.COMPLETED, self._save)

    def _save(self, engine: Engine) -> None:
        training: Any = self.trainer.state
        metric = engine.state.metrics[engine.state.key_metric_name]  # type: ignore[attr-defined]
        if metric < training.best_metric - self.tolerance:
            return
        training.best_metric = max(metric, training.best_metric)  # many small steps down are no tie
        training.best_metric_epoch = engine.state.epoch
        if rank() > 0:
            return
        held_out = self.card.get("split") != "all"  # otherwise no figure says anything about unseen data
        figures = {name: round(float(value), 4) for name, value in engine.state.metrics.items()} if held_out else {}
        card = {**self.card, "validation": {"epoch": engine.state.epoch, **figures}}
        save_model(self.path, self.network.state_dict(), card, self.dtype)
