"""Density and coverage: how near generated images are to real ones, and how many real ones are met (Naeem 2020)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from numpy.typing import NDArray

from cosimgen_monai.metrics.neighbours import copy_distance, distances


def density_coverage(real: NDArray[Any], generated: NDArray[Any], k: int = 5) -> dict[str, float]:
    """Return both, with real balls that reach to the k-th nearest real neighbour (features N D).

    Density: the mean number of real balls in which a generated image lies, over k; about 1 for samples of the real
    distribution, above 1 where they crowd into its middle. Coverage: the share of real balls with a generated image in
    them; 1 - 1/2ᵏ is expected for as many samples of the real distribution (equation 11 there).

    A ball is open, as in the authors' code; but one whose k neighbours are its centre's copies has no radius, and holds
    further copies. Two sets of one constant image so have coverage 1 and, N real balls over k, density N / k.

    What they cannot tell: whether what is covered was copied.

    Raises:
        ValueError: if there are k real images or fewer, or no generated one.
    """
    if len(real) <= k or len(generated) < 1:
        raise ValueError(
            f"Density and coverage need more than {k} real images and a generated one, got {len(real)} and "
            f"{len(generated)}."
        )
    balls = covered = 0
    least = copy_distance(real)
    for to_real, to_generated in zip(distances(real, real), distances(real, generated), strict=True):
        radius = _smallest(to_real, k + 1)[:, k, None].clamp(min=least)
        inside = sum((block < radius).sum(1) for block in to_generated)
        balls += int(torch.as_tensor(inside).sum())
        covered += int(torch.as_tensor(inside).count_nonzero())
    return {"density": balls / (k * len(generated)), "coverage": covered / len(real), "k": k}


def _smallest(blocks: Iterator[torch.Tensor], number: int) -> torch.Tensor:
    """Return the smallest distances of each row, in rising order."""
    best = torch.empty(0)
    for block in blocks:
        seen = torch.cat([best, block], dim=1) if len(best) else block
        best = seen.topk(min(number, seen.shape[1]), largest=False).values
    return best
