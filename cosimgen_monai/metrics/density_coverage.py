"""Density and coverage: how near generated images are to real ones, and how many real ones are met (Naeem 2020)."""

from __future__ import annotations

from typing import Any

import torch
from numpy.typing import NDArray

from cosimgen_monai.metrics.neighbours import distances


def density_coverage(real: NDArray[Any], generated: NDArray[Any], k: int = 5) -> dict[str, float]:
    """Return both, with real balls that reach to the k-th nearest real neighbour (features N D).

    Density: the mean number of real balls in which a generated image lies, over k; about 1 for samples of the real
    distribution, above 1 where they crowd into its middle. Coverage: the share of real balls with a generated image in
    them; 1 - 1/2ᵏ is expected for as many samples of the real distribution (equation 11 there).

    What they cannot tell: whether what is covered was copied.

    Raises:
        ValueError: if there are k real images or fewer, or no generated one.
    """
    if len(real) <= k or len(generated) < 1:
        raise ValueError(
            f"Density and coverage need more than {k} real images and a generated one, got {len(real)} and "
            f"{len(generated)}."
        )
    radius = torch.cat([rows.topk(k + 1, largest=False).values[:, k] for rows in distances(real, real)])
    balls, start = torch.zeros((), dtype=torch.float64), 0
    covered = []
    for rows in distances(real, generated):
        within = rows < radius[start : start + len(rows), None]
        balls += within.sum()
        covered.append(within.any(1))
        start += len(rows)
    return {
        "density": float(balls / (k * len(generated))),
        "coverage": float(torch.cat(covered).double().mean()),
        "k": k,
    }
