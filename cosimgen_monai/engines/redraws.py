"""Drawing again what came out wrong, with the next seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from cosimgen_monai.prompts import Request
from cosimgen_monai.settings import derive_seed


@dataclass(frozen=True)
class Attempt:
    """One try at a request.

    Attributes:
        request: the request, as it was planned.
        redraws: how often it has been drawn again.
        best: the sample with the fewest faults so far.
    """

    request: Request
    redraws: int = 0
    best: dict[str, Any] | None = None

    @property
    def drawn(self) -> Request:
        """The request with this try's own seed, which follows from the request's seed and the number of the try."""
        if self.redraws == 0:
            return self.request
        return replace(self.request, seed=derive_seed("redraw", self.request.seed, self.redraws))

    def judged(self, sample: dict[str, Any]) -> Attempt:
        """Return the try with its sample taken into account; at equal faults the earlier one stays."""
        better = self.best is None or len(faults_of(sample)) < len(faults_of(self.best))
        return replace(self, best=sample if better else self.best)


class Redraws:
    """The tries that still have to be drawn, handed out in full batches.

    Whether a sample is drawn again depends on that sample alone, so its bytes depend neither on its neighbours nor on
    where a run was interrupted.

    Args:
        batch_size: samples drawn at once.
        max_redraws: how often a sample with faults is drawn again at most.
    """

    def __init__(self, batch_size: int, max_redraws: int = 0) -> None:
        self.batch_size = batch_size
        self.max_redraws = max_redraws
        self._waiting: list[Attempt] = []

    def add(self, requests: Sequence[Request]) -> None:
        """Take requests that have not been drawn."""
        self._waiting += [Attempt(request) for request in requests]

    def batch(self, last: bool) -> list[Attempt]:
        """Return the next batch: a full one, or what is left where no more requests come."""
        if len(self._waiting) < self.batch_size and not last:
            return []
        batch, self._waiting = self._waiting[: self.batch_size], self._waiting[self.batch_size :]
        return batch

    def settle(self, attempts: Sequence[Attempt], samples: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the samples that are done, their ``redraws`` within; the others wait for their next try.

        Args:
            attempts: the batch that was drawn.
            samples: what came out of it; ``faults`` lists what is wrong with a sample.
        """
        done = []
        for attempt, sample in zip(attempts, samples, strict=True):
            judged = attempt.judged(sample)
            if not faults_of(sample) or attempt.redraws >= self.max_redraws:
                done.append({**(judged.best or sample), "redraws": attempt.redraws})
            else:
                self._waiting.append(replace(judged, redraws=attempt.redraws + 1))
        return done


def faults_of(sample: dict[str, Any]) -> Sequence[str]:
    """Return what is wrong with a sample; nothing where nobody judged it."""
    return sample.get("faults", ())
