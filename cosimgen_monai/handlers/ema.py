"""The exponential moving average of the weights, which validation and generation use."""

from __future__ import annotations

from collections.abc import Callable

import torch
from ignite.engine import Engine, Events
from torch.optim.swa_utils import AveragedModel

from cosimgen_monai.settings import is_number

Tensors = tuple[torch.Tensor, ...] | list[torch.Tensor]
Average = Callable[[Tensors, Tensors, torch.Tensor | int], None]


def warmed_average(decay: float) -> Average:
    """Return torch's multi-tensor averaging with a decay of min(``decay``, (1 + n) / (10 + n)) after n updates.

    A high decay from the start would keep the first weights, which are noise, for a thousand updates.
    """

    def average(averaged: Tensors, current: Tensors, num_averaged: torch.Tensor | int) -> None:
        n = int(num_averaged)
        torch._foreach_lerp_(averaged, current, 1 - min(decay, (1 + n) / (10 + n)))

    return average


class ExponentialMovingAverage:
    """Average a model's weights after each iteration.

    Args:
        model: the model that is trained.
        decay: weight of the average at each update (paper silent; 0.999).
    """

    def __init__(self, model: torch.nn.Module, decay: float = 0.999) -> None:
        if not (is_number(decay) and 0 <= decay < 1):
            raise ValueError(f"`ema_decay` must lie in [0, 1), got {decay!r}.")
        self.model = model
        self.averaged = AveragedModel(model, multi_avg_fn=warmed_average(decay))

    @property
    def module(self) -> torch.nn.Module:
        """The model with averaged weights; the trained one's are never touched."""
        return self.averaged.module

    def attach(self, engine: Engine) -> None:
        """Attach to a trainer."""
        engine.add_event_handler(Events.ITERATION_COMPLETED, lambda: self.averaged.update_parameters(self.model))
