"""The validation's key metric: presence F1, with the rates behind it by class and by text."""

from __future__ import annotations

from typing import Any

import torch
from ignite.engine import Engine
from ignite.metrics import Metric

from cosimgen_monai.codec import ClassTable, class_areas
from cosimgen_monai.metrics.presence_rates import PresenceRates


class PresenceF1(Metric):
    """Presence F1 over all samples of an evaluator; further rates go to ``engine.state.metrics``.

    What it cannot tell: as :class:`PresenceRates`, whose counts it takes; perfect masks over grey images have 1.

    Its engine's output is a list of dicts of ``request`` and ``label`` (uint8 ids, 1 H W).

    Args:
        classes: the model's classes.
        image_size: height and width of the labels.
    """

    def __init__(self, classes: ClassTable, image_size: int) -> None:
        self.classes = classes
        self.rates = {by: PresenceRates(classes, image_size**2) for by in ("all", "classes", "text")}
        super().__init__()

    def reset(self) -> None:
        """Forget all counts."""
        for rates in self.rates.values():
            rates.reset()

    def update(self, output: list[dict[str, Any]]) -> None:
        """Count a batch of samples."""
        for sample in output:
            areas = class_areas(sample["label"][None], self.classes.num_classes)[0]
            self._count(sample["request"], areas)

    def _count(self, request: Any, areas: torch.Tensor) -> None:
        self.rates["all"].update(request.asked, areas)
        if request.by in self.rates:
            self.rates[request.by].update(request.asked, areas)

    def compute(self) -> float:
        """Return presence F1 over all samples."""
        return float(self.rates["all"].compute()["presence_f1"])

    def completed(self, engine: Engine, name: str) -> None:  # type: ignore[override]
        """Store presence F1 under ``name`` and the rates beside it, over the samples of all processes."""
        for counted in self.rates.values():
            counted.join_processes()
        engine.state.metrics[name] = self.compute()
        for by in ("classes", "text"):
            rates = self.rates[by].compute()
            engine.state.metrics[f"hit_rate_by_{by}"] = rates["hit_rate"]
            engine.state.metrics[f"unrequested_rate_by_{by}"] = rates["unrequested_rate"]
