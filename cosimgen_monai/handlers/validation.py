"""When to validate: each few epochs, and always at the end."""

from __future__ import annotations

from ignite.engine import Engine, Events
from monai.engines import Evaluator


class Validation:
    """Run the validation each ``interval`` epochs and after the last (MONAI's ``ValidationHandler`` leaves that out).

    Args:
        validator: the validation's engine.
        interval: epochs between two validations.
    """

    def __init__(self, validator: Evaluator, interval: int) -> None:
        self.validator = validator
        self.interval = interval

    def attach(self, engine: Engine) -> None:
        """Attach to a trainer, before what is saved after an epoch."""
        engine.add_event_handler(Events.EPOCH_COMPLETED, self._validate)

    def _validate(self, engine: Engine) -> None:
        if engine.state.epoch % self.interval == 0 or engine.state.epoch == engine.state.max_epochs:
            self.validator.run(engine.state.epoch)
