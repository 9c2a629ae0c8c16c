"""How sure a decoded mask is: whether its colours are near one class's, or between two."""

from __future__ import annotations

import torch


def decode_certainty(colours: torch.Tensor, palette: torch.Tensor) -> torch.Tensor:
    """Return how clearly the colours of each sample belong to classes, 1 for exactly, 0 for midway between two.

    A pixel's margin is (d₂ - d₁) / (d₂ + d₁), d₁ and d₂ its distances to the nearest and the second nearest colour. The
    mean is taken over the pixels of each class, then over the classes, so that a large background hides nothing.

    Args:
        colours: B 3 H W.
        palette: colours, c x 3, [-1, 1].

    Returns:
        float32, B.
    """
    flat = colours.float().flatten(2).transpose(1, 2)
    distances, index = torch.cdist(flat, palette.float().expand(len(flat), -1, -1)).topk(2, dim=2, largest=False)
    margin = (distances[..., 1] - distances[..., 0]) / distances.sum(2).clamp(min=1e-12)
    sums = torch.zeros(len(flat), len(palette), device=colours.device)
    counts = torch.zeros_like(sums)
    sums.scatter_add_(1, index[..., 0], margin)
    counts.scatter_add_(1, index[..., 0], torch.ones_like(margin))
    drawn = counts > 0
    return (torch.where(drawn, sums / counts.clamp(min=1), 0.0).sum(1) / drawn.sum(1)).float()
