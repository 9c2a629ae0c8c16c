"""Going through a set of pairs once, batch by batch, for everything that measures it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from ignite.engine import Engine
from monai.engines import Evaluator

Collector = Callable[[torch.Tensor, torch.Tensor], None]
"""Takes a batch of images (B 3 H W, [-1, 1]) and labels (B 1 H W, ids)."""


class SetMeasurer(Evaluator):
    """Hand each batch, on the device, to collectors.

    Args:
        device: where to measure.
        val_data_loader: batches of ``image`` and ``label``.
        collectors: what the batches go to.
        val_handlers: handlers of the engine.
    """

    def __init__(
        self,
        device: torch.device,
        val_data_loader: Iterable,
        collectors: Sequence[Collector],
        val_handlers: Sequence[Any] | None = None,
    ) -> None:
        super().__init__(device=device, val_data_loader=val_data_loader, val_handlers=val_handlers, decollate=False)
        self.collectors = collectors

    def _iteration(self, engine: Engine, batchdata: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        image, label = (batchdata[key].to(self.state.device) for key in ("image", "label"))
        with torch.no_grad():
            for collect in self.collectors:
                collect(image, label)
        return batchdata
