"""``checkpoint.pt``: everything that a run needs to go on as if it had never been stopped."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import torch
from ignite.engine import Engine, Events

from cosimgen_monai.networks import load_tensors
from cosimgen_monai.processes import rank
from cosimgen_monai.settings import atomic_write

logger = logging.getLogger(__name__)
FORMAT = 1
IDENTITY = ("architecture", "network", "schedule", "classes", "images", "sentence_encoder")
"""What of a model's card a checkpoint must share with the training that takes it up."""


class Checkpoint:
    """Save a training each few epochs, atomically, and take it up again.

    Random states are not among what is saved: every random number is keyed by seed and iteration. Of several processes
    the first one saves and all take up the file, which does not depend on their number.

    Args:
        path: where ``checkpoint.pt`` is.
        objects: what to save by name: anything with ``state_dict`` and ``load_state_dict``.
        card: what the model is (``model.json``'s content); a checkpoint of another model is refused by it.
        interval: epochs between two checkpoints; the last epoch is always saved.
    """

    def __init__(self, path: str | Path, objects: dict[str, Any], card: dict[str, Any], interval: int = 1) -> None:
        self.path = Path(path)
        self.objects = {name: thing for name, thing in objects.items() if thing is not None}
        self.identity = _identity(card)
        self.interval = interval

    def attach(self, engine: Engine) -> None:
        """Attach to a trainer: resume from the file where there is one, save after epochs."""
        if self.path.is_file():
            self._resume(engine)
        engine.add_event_handler(Events.EPOCH_COMPLETED, self._save)

    def _save(self, engine: Engine) -> None:
        state = engine.state
        if rank() > 0 or (state.epoch % self.interval and state.epoch != state.max_epochs):
            return
        content = {name: thing.state_dict() for name, thing in self.objects.items()}
        trainer = {key: getattr(state, key) for key in ("epoch", "iteration", "best_metric", "best_metric_epoch")}
        with atomic_write(self.path) as draft:
            torch.save({"format": FORMAT, "identity": self.identity, "trainer": trainer, "objects": content}, draft)

    def _resume(self, engine: Engine) -> None:
        content = load_tensors(self.path)
        if (
            not isinstance(content, dict)
            or content.get("format") != FORMAT
            or set(content["objects"]) != set(self.objects)
        ):
            raise ValueError(f"{self.path} is no checkpoint of this training; use another --output_dir.")
        known = _identity(content["identity"])
        if differing := [
            _named(key, self.identity[key], known.get(key)) for key in IDENTITY if known.get(key) != self.identity[key]
        ]:
            raise ValueError(f"{self.path} is of another model (its {'; '.join(differing)}); use another --output_dir.")
        for name, thing in self.objects.items():
            try:
                thing.load_state_dict(content["objects"][name])
            except (RuntimeError, ValueError, KeyError) as error:
                raise ValueError(
                    f"The {name} in {self.path} is another than this training's; use another --output_dir, or the "
                    f"settings of that training: {error}"
                ) from error
        for key, value in content["trainer"].items():
            setattr(engine.state, key, value)
        logger.info("going on from %s after epoch %d of %d", self.path, engine.state.epoch, engine.state.max_epochs)


def _identity(card: dict[str, Any]) -> dict[str, Any]:
    """Return what identifies a model, as JSON; what is null counts as left out, as it was before there was the key."""
    known = json.loads(json.dumps({key: card.get(key) for key in IDENTITY}))
    return {
        key: {name: value for name, value in part.items() if value is not None} if isinstance(part, dict) else part
        for key, part in known.items()
    }


def _named(key: str, ours: Any, theirs: Any) -> str:
    """Return a key of two identities that differs, with what within it does: ``network: palette_order``."""
    if not (isinstance(ours, dict) and isinstance(theirs, dict)):
        return key
    return f"{key}: {', '.join(k for k in {**ours, **theirs} if ours.get(k) != theirs.get(k))}"
