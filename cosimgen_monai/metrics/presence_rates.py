"""Are the asked classes there, and only they: hit rate, unrequested rate, presence F1."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch

from cosimgen_monai.codec import ClassTable, presence_threshold
from cosimgen_monai.processes import sum_over_processes


def wilson_interval(hits: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """Return Wilson's score interval of a proportion (Wilson 1927); (0, 1) where nothing was counted."""
    if total == 0:
        return 0.0, 1.0
    p = hits / total
    centre = (p + z**2 / (2 * total)) / (1 + z**2 / total)
    half = z / (1 + z**2 / total) * math.sqrt(p * (1 - p) / total + z**2 / (4 * total**2))
    return max(0.0, centre - half), min(1.0, centre + half)


class PresenceRates:
    """Count over (sample, class) pairs, the background left out.

    An asked class counts as found from half of the presence threshold, so that objects at the threshold add no noise;
    an unasked one as drawn from the whole. Hit rate: asked pairs found. Unrequested rate: unasked pairs drawn.
    Presence F1: 2 hits / (2 hits + misses + unrequested). Its chance level is what the same masks have when each stands
    for another sample's request (the expectation over all such pairs): where most images hold most classes, it is high.

    F1 is the field's (van Rijsbergen 1979); to count it over presence, its thresholds and its chance level are this
    project's own. What it cannot tell: how much of a class there is above its threshold, where and of what shape, and
    whether the image shows what its mask says.

    Args:
        classes: the model's classes.
        num_pixels: pixels of a label.
    """

    def __init__(self, classes: ClassTable, num_pixels: int) -> None:
        self.classes = classes
        self.threshold = presence_threshold(num_pixels)
        self.reset()

    def reset(self) -> None:
        """Forget all counts."""
        self.hits = self.asked = self.unrequested = self.unasked = self.samples = 0
        # by class: samples that ask for it, masks with half of the threshold of it, and with the whole
        self._by_class = torch.zeros(3, self.classes.num_classes, dtype=torch.long)

    def found(self, asked: Sequence[int], areas: torch.Tensor) -> tuple[int, ...]:
        """Return the ids of the classes that count as present in a label of these class areas (c)."""
        return tuple(i for i in self.classes.objects if areas[i] >= self.threshold * (0.5 if i in asked else 1.0))

    def update(self, asked: Sequence[int], areas: torch.Tensor) -> None:
        """Count one sample.

        Args:
            asked: ids of the classes asked for.
            areas: pixels of each class in the sample's label, c.
        """
        found = set(self.found(asked, areas))
        self.samples += 1
        self.hits += len(found & set(asked))
        self.asked += len(asked)
        self.unrequested += len(found - set(asked))
        self.unasked += len(self.classes.objects) - len(asked)
        wanted = torch.zeros(len(areas), dtype=torch.bool, device=areas.device)
        wanted[list(asked)] = True
        held = (wanted, areas >= self.threshold * 0.5, areas >= self.threshold)
        self._by_class += torch.stack(held).cpu()

    def join_processes(self) -> None:
        """Count what the other processes of a run have counted too."""
        own = torch.tensor([self.hits, self.asked, self.unrequested, self.unasked, self.samples])
        self.hits, self.asked, self.unrequested, self.unasked, self.samples = sum_over_processes(own).tolist()
        self._by_class = sum_over_processes(self._by_class)

    def chance(self) -> float:
        """Return presence F1 with each request beside the mask of another sample; NaN for fewer than two samples."""
        if self.samples < 2:
            return math.nan
        asked, halves, wholes = self._by_class[:, list(self.classes.objects)]
        others = self.samples - 1  # all pairs less the samples' own, over the masks that a request may get
        hits = (int((asked * halves).sum()) - self.hits) / others
        unrequested = (int(((self.samples - asked) * wholes).sum()) - self.unrequested) / others
        return self._f1(hits, unrequested)

    def _f1(self, hits: float, unrequested: float) -> float:
        denominator = hits + self.asked + unrequested
        return 2 * hits / denominator if denominator else 0.0

    def compute(self) -> dict[str, Any]:
        """Return presence F1 and its chance level, the rates, their intervals, and the counts behind them (N)."""
        return {
            "presence_f1": self._f1(self.hits, self.unrequested),
            "presence_f1_chance": self.chance(),
            "hit_rate": self.hits / self.asked if self.asked else math.nan,
            "hit_rate_interval": wilson_interval(self.hits, self.asked),
            "unrequested_rate": self.unrequested / self.unasked if self.unasked else math.nan,
            "unrequested_rate_interval": wilson_interval(self.unrequested, self.unasked),
            "asked_pairs": self.asked,
            "unasked_pairs": self.unasked,
            "samples": self.samples,
        }
