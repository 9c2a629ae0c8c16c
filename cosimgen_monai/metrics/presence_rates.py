"""Are the asked classes there, and only they: hit rate, unrequested rate, presence F1."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch

from cosimgen_monai.codec import ClassTable, presence_threshold
from cosimgen_monai.metrics.proportions import ClusteredProportion
from cosimgen_monai.processes import gather_lists


class PresenceRates:
    """Count over (sample, class) pairs, the background left out.

    An asked class counts as found from half of the presence threshold, so that objects at the threshold add no noise;
    an unasked one as drawn from the whole. Hit rate: asked pairs found. Unrequested rate: unasked pairs drawn.
    Presence F1: 2 hits / (2 hits + misses + unrequested). Its chance level is what the same masks have when each stands
    for another request (for each sample, the expectation over the masks of all other requests): where most images hold
    most classes, it is high, and where all requests are one and the same there is none. Intervals know that the classes
    of one sample are there or missing together (:class:`ClusteredProportion`).

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
        self.samples = 0
        self.hit_rate, self.unrequested_rate = ClusteredProportion(), ClusteredProportion()
        # by request, the samples, and by class the masks with half of the threshold of it, and with the whole: 3 x c
        self._by_request: dict[tuple[int, ...], torch.Tensor] = {}

    def found(self, asked: Sequence[int], areas: torch.Tensor) -> tuple[int, ...]:
        """Return the ids of the classes that count as present in a label of these class areas (c)."""
        return tuple(i for i in self.classes.objects if areas[i] >= self.threshold * (0.5 if i in asked else 1.0))

    def update(self, asked: Sequence[int], areas: torch.Tensor) -> None:
        """Count one sample.

        Args:
            asked: ids of the classes asked for.
            areas: pixels of each class in the sample's label, c.
        """
        found, wanted = set(self.found(asked, areas)), set(asked)
        self.samples += 1
        self.hit_rate.add(len(found & wanted), len(wanted))
        self.unrequested_rate.add(len(found - wanted), len(self.classes.objects) - len(wanted))
        counts = torch.stack([torch.ones_like(areas), areas >= self.threshold * 0.5, areas >= self.threshold]).cpu()
        self._count(tuple(sorted(wanted)), counts.long())

    def _count(self, request: tuple[int, ...], counts: torch.Tensor) -> None:
        self._by_request[request] = self._by_request.get(request, 0) + counts

    def join_processes(self) -> None:
        """Count what the other processes of a run have counted too."""
        counted = gather_lists(list(self._by_request.items()))
        self._by_request = {}
        for request, counts in counted:
            self._count(request, counts)
        self.samples = sum(int(counts[0, 0]) for counts in self._by_request.values())
        self.hit_rate.join_processes()
        self.unrequested_rate.join_processes()

    def chance(self) -> float:
        """Return presence F1 with each request beside the masks of other requests; NaN where all are the same."""
        if len(self._by_request) < 2:
            return math.nan
        total = torch.stack(list(self._by_request.values())).sum(0)
        hits = unrequested = 0.0
        for request, own in self._by_request.items():
            samples, others = int(own[0, 0]), total - own
            unasked = [i for i in self.classes.objects if i not in request]
            hits += samples * int(others[1, list(request)].sum()) / int(others[0, 0])
            unrequested += samples * int(others[2, unasked].sum()) / int(others[0, 0])
        return self._f1(hits, unrequested)

    def _f1(self, hits: float, unrequested: float) -> float:
        denominator = hits + self.hit_rate.events + unrequested
        return 2 * hits / denominator if denominator else 0.0

    def compute(self) -> dict[str, Any]:
        """Return presence F1 and its chance level, the rates, their intervals, and the counts behind them (N)."""
        return {
            "presence_f1": self._f1(self.hit_rate.hits, self.unrequested_rate.hits),
            "presence_f1_chance": self.chance(),
            "hit_rate": self.hit_rate.value(),
            "hit_rate_interval": self.hit_rate.interval(),
            "unrequested_rate": self.unrequested_rate.value(),
            "unrequested_rate_interval": self.unrequested_rate.interval(),
            "asked_pairs": self.hit_rate.events,
            "unasked_pairs": self.unrequested_rate.events,
            "samples": self.samples,
        }
