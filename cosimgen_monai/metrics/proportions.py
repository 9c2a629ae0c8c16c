"""Intervals of proportions, of independent events and of events that come in clusters."""

from __future__ import annotations

import math

import torch

from cosimgen_monai.processes import sum_over_processes

_ROUNDING = 1e-12


def wilson_interval(hits: float, total: float, z: float = 1.96) -> tuple[float, float]:
    """Return Wilson's score interval of a proportion (Wilson 1927); (0, 1) where nothing was counted."""
    if total == 0:
        return 0.0, 1.0
    p = hits / total
    centre = (p + z**2 / (2 * total)) / (1 + z**2 / total)
    half = z / (1 + z**2 / total) * math.sqrt(p * (1 - p) / total + z**2 / (4 * total**2))
    return max(0.0, centre - half), min(1.0, centre + half)


class ClusteredProportion:
    """A proportion of events that come in clusters, as the classes of one image do: they fail together.

    Its interval is Wilson's, of as many independent events as would vary as much (Korn and Graubard 1998):
    p (1 - p) / v, where v = Σ (kᵢ - p nᵢ)² / n² over clusters of kᵢ hits in nᵢ events (Cochran 1977, section 3.12), and
    at most the n events there are. Where all clusters have the same share, as where all hit, none shows how alike its
    events are, and each counts as one event, so that a first miss may make the interval narrower.
    """

    def __init__(self) -> None:
        # clusters, their hits k and events n, and the sums of k², k n and n²
        self._sums = torch.zeros(6, dtype=torch.long)

    def add(self, hits: int, events: int) -> None:
        """Count a cluster; one without events counts nowhere."""
        if events:
            self._sums += torch.tensor([1, hits, events, hits**2, hits * events, events**2])

    def join_processes(self) -> None:
        """Count what the other processes of a run have counted too."""
        self._sums = sum_over_processes(self._sums)

    @property
    def hits(self) -> int:
        """Hits of all clusters."""
        return int(self._sums[1])

    @property
    def events(self) -> int:
        """Events of all clusters."""
        return int(self._sums[2])

    def value(self) -> float:
        """Return the proportion; NaN where nothing was counted."""
        return self.hits / self.events if self.events else math.nan

    def interval(self) -> tuple[float, float]:
        """Return the interval of 95 %; (0, 1) where nothing was counted."""
        clusters, hits, events, hits_squared, crossed, events_squared = self._sums.tolist()
        if not events:
            return 0.0, 1.0
        p = hits / events
        squares = hits_squared - 2 * p * crossed + p**2 * events_squared
        alike = squares < _ROUNDING * events_squared
        effective = clusters if alike else min(events, p * (1 - p) * events**2 / squares)
        return wilson_interval(p * effective, effective)
