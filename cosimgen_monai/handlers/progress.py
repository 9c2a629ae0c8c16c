"""What a person sees while it runs: a bar, a line a validation, and where everything is at the end."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

from ignite.engine import Engine, Events
from ignite.handlers import ProgressBar
from tqdm import tqdm

from cosimgen_monai.processes import Launch

logger = logging.getLogger(__name__)


class TrainingProgress:
    """A progress bar over all iterations, a line a validation, and a closing note.

    Args:
        output_dir: the run's folder.
        evaluator: the validation's engine.
        split: how the data were split; where ``all``, nothing is held out, and no validation figure is printed.
        next_steps: commands to go on with, each under what it does.
        model: the file of the best model.
    """

    def __init__(
        self,
        output_dir: str | Path,
        evaluator: Engine,
        split: str,
        next_steps: dict[str, str],
        model: str = "model.pt",
    ) -> None:
        self.output_dir = Path(output_dir)
        self.evaluator = evaluator
        self.holds_out = split != "all"
        self.next_steps = next_steps
        self.model = model

    def attach(self, engine: Engine) -> None:
        """Attach to a trainer; one of several processes is enough."""
        if Launch.of_this_process().rank > 0:
            return
        engine.add_event_handler(Events.STARTED, self._open_bar)
        engine.add_event_handler(Events.ITERATION_COMPLETED, self._advance)
        self.evaluator.add_event_handler(Events.COMPLETED, self._validated)
        engine.add_event_handler(Events.COMPLETED, self._closing_note)

    def _open_bar(self, engine: Engine) -> None:
        state: Any = engine.state
        total = state.max_epochs * state.epoch_length
        # a log file gets a line now and then, a terminal a bar that moves
        self.bar = tqdm(total=total, initial=state.iteration, desc="training", mininterval=0.5 if _terminal() else 15)
        self.losses: dict[str, float] = {}

    def _advance(self, engine: Engine) -> None:
        losses: Any = engine.state.output
        for name, value in losses.items():  # a running mean, since single losses jump with their timesteps
            self.losses[name] = 0.95 * self.losses.get(name, value) + 0.05 * value
        self.bar.set_postfix({name: f"{value:.3g}" for name, value in self.losses.items()}, refresh=False)
        self.bar.update()

    def _validated(self, engine: Engine) -> None:
        figures = ", ".join(f"{name} {value:.3f}" for name, value in engine.state.metrics.items())
        self.bar.clear()
        said = figures if self.holds_out else "a sheet was drawn; with --split all no figure says anything"
        logger.info("validation after epoch %d: %s", engine.state.epoch, said)

    def _closing_note(self, engine: Engine) -> None:
        self.bar.close()
        lines = [
            f"Training is finished after {engine.state.epoch} epochs; {self._best()}.",
            f"  best model      {self.output_dir / self.model} (with its .json beside it)",
            f"  sample sheets   {self.output_dir / 'sheets'}",
            f"  loss curves     tensorboard --logdir {self.output_dir / 'tensorboard'}",
        ]
        for purpose, command in self.next_steps.items():
            lines += [f"{purpose}:", f"  python -m monai.bundle run {command}"]
        logger.info("\n%s", "\n".join(lines))

    def _best(self) -> str:
        """Say what the saved weights reached; a tie went to later ones, so it need not be the best there ever was."""
        card = (self.output_dir / self.model).with_suffix(".json")
        if not card.is_file():
            return "no validation was made, so that no model is written"
        found = json.loads(card.read_text("utf-8"))["validation"]
        metric = self.evaluator.state.key_metric_name  # type: ignore[attr-defined]
        figure = f"{metric} {found[metric]:.3f}" if self.holds_out else "no held-out figure (--split all)"
        return f"the best model is of epoch {found['epoch']}: {figure}"


def _terminal() -> bool:
    return sys.stderr.isatty()


class SamplingProgress:
    """A progress bar over the batches of a generator."""

    def attach(self, engine: Engine) -> None:
        """Attach to a generator; one of several processes is enough."""
        if Launch.of_this_process().rank > 0:
            return
        ProgressBar(persist=True, desc="sampling").attach(engine)
