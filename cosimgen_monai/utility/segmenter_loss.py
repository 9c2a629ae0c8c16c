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
        background: the id that the Dice term leaves out, ``None`` where every class is an object. MONAI's own
            ``include_background`` leaves out id 0, whatever it is.
    """

    def __init__(self, background: int | None = None) -> None:
        super().__init__()
        self.background = background
        self.dice = MaskedDiceLoss(batch=True)

    def forward(self, logits: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        """Return the loss of logits (B c H W) against a label (B 1 H W, ids); 0 where all of it is void."""
        known = label != VOID
        target = one_hot(torch.where(known, label, 0)[:, 0].long(), logits.shape[1]).movedim(-1, 1) * known
        counted = [i for i in range(logits.shape[1]) if i != self.background]
        soft = self.dice(logits.softmax(dim=1)[:, counted], target[:, counted], known.float())
        if not known.any():  # cross-entropy would be a mean over nothing
            return 0 * soft
        return soft + cross_entropy(logits, label[:, 0].long(), ignore_index=VOID)
