"""Textron: text and class embeddings drawn together by a triplet loss (paper section 3.5, equation 4)."""

from __future__ import annotations

import torch
from torch import nn

from cosimgen_monai.losses.batch_mean import mean_where


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
        self, text: torch.Tensor, classes: torch.Tensor, permuted: torch.Tensor, differs: torch.Tensor
    ) -> torch.Tensor:
        """Return the mean loss over the anchors that have a negative (0 where none has).

        Args:
            text: text embeddings, B D.
            classes: class embeddings, B D.
            permuted: another sample's class embedding for each anchor, B D.
            differs: whether its presence vector is another than the anchor's own, B.
        """
        text, classes, permuted = text.float(), classes.float(), permuted.float()
        positive = (text - classes).square().sum(1)
        negative = (text - permuted).square().sum(1)
        loss = (positive - negative + self.margin).clamp(min=0)  # (4)
        return mean_where(differs, loss)
