"""What a segmenter learns by: Dice and cross-entropy, blind to the void."""

from __future__ import annotations

import torch
from monai.losses import MaskedDiceLoss
from torch import nn
from torch.nn.functional import cross_entropy, one_hot

from cosimgen_monai.codec import VOID


class VoidDiceCELoss(nn.Module):
    """MONAI's Dice loss over a batch plus cross-entropy (as its ``DiceCELoss``); pixels of the void count in neither.

    Args:
        include_background: whether id 0 counts in the Dice term, as where every class is an object.
    """

    def __init__(self, include_background: bool = True) -> None:
        super().__init__()
        self.dice = MaskedDiceLoss(include_background=include_background, batch=True)

    def forward(self, logits: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        """Return the loss of logits (B c H W) against a label (B 1 H W, ids)."""
        known = label != VOID
        target = one_hot(torch.where(known, label, 0)[:, 0].long(), logits.shape[1]).movedim(-1, 1)
        soft = self.dice(logits.softmax(dim=1), target * known, known.float())
        return soft + cross_entropy(logits, label[:, 0].long(), ignore_index=VOID)
