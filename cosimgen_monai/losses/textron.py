"""Textron: text and class embeddings drawn together by a triplet loss (paper section 3.5, equation 4)."""

from __future__ import annotations

import torch
from torch import nn


class TextronLoss(nn.Module):
    """max(0, |T - C|² - |T - C~|² + margin), T the text, C the class, C~ the permuted class embedding.

    A permuted embedding whose presence vector is the anchor's own is no negative and is left out.

    Args:
        margin: the margin (paper: 1).
    """

    def __init__(self, margin: float = 1.0) -> None:
        super().__init__()
        self.margin = margin

    def forward(
        self, text: torch.Tensor, classes: torch.Tensor, presence: torch.Tensor, permutation: torch.Tensor
    ) -> torch.Tensor:
        """Return the mean loss over the anchors that have a negative (0 where none has).

        Args:
            text: text embeddings, B D.
            classes: class embeddings, B D.
            presence: presence vectors that the class embeddings stand for, B c.
            permutation: which sample's class embedding is each anchor's negative, B.
        """
        text, classes = text.float(), classes.float()
        positive = (text - classes).square().sum(1)
        negative = (text - classes[permutation]).square().sum(1)
        loss = (positive - negative + self.margin).clamp(min=0)  # (4)
        differs = (presence != presence[permutation]).any(1)
        return (loss * differs).sum() / differs.sum().clamp(min=1)
