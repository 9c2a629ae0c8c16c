"""The losses of the adversarial baselines."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from cosimgen_monai.losses import mean_where
from cosimgen_monai.processes import over_processes


class GANLoss(nn.Module):
    """The non-saturating game (Goodfellow et al. 2014) with a gradient penalty on real pairs.

    Args:
        reconstruction_weight: weight of the mean absolute difference between drawn and real pair (Isola et al. 2017:
            100; 0 leaves it out).
        mismatch_weight: weight of real pairs under another's condition among the discriminator's fakes (the
            "matching-aware" discriminator of Reed et al. 2016: 0.5).
        r1_weight: weight γ of the penalty γ/2 |∇D|² (Mescheder et al. 2018).
        r1_interval: iterations between two penalties, each weighted with their number (Karras et al. 2020).
    """

    def __init__(
        self,
        reconstruction_weight: float = 0.0,
        mismatch_weight: float = 0.5,
        r1_weight: float = 1.0,
        r1_interval: int = 16,
    ) -> None:
        super().__init__()
        self.reconstruction_weight = reconstruction_weight
        self.mismatch_weight = mismatch_weight
        self.r1_weight = r1_weight
        self.r1_interval = r1_interval

    def generator(self, fake_logits: torch.Tensor) -> torch.Tensor:
        """Return -log D of drawn pairs' logits."""
        return over_processes(F.softplus(-fake_logits).mean())

    def discriminator(
        self,
        real_logits: torch.Tensor,
        fake_logits: torch.Tensor,
        mismatch_logits: torch.Tensor,
        mismatched: torch.Tensor,
    ) -> torch.Tensor:
        """Return the discriminator's loss: real pairs are 1, drawn ones and those of another condition 0.

        Args:
            real_logits: logits of real pairs under their condition, B or B 1 h w.
            fake_logits: logits of drawn pairs.
            mismatch_logits: logits of real pairs under another pair's condition.
            mismatched: which of those conditions differ from the pair's own, B.
        """
        fake, wrong = over_processes(F.softplus(fake_logits).mean()), F.softplus(mismatch_logits)
        wrong = mean_where(mismatched, wrong.view(len(wrong), -1).mean(1))
        fakes = (1 - self.mismatch_weight) * fake + self.mismatch_weight * wrong
        return over_processes(F.softplus(-real_logits).mean()) + fakes

    def is_penalised(self, iteration: int) -> bool:
        """Whether the discriminator's loss of an iteration, counted from 1, holds the gradient penalty."""
        return self.r1_weight > 0 and iteration % self.r1_interval == 0

    def penalty(self, discriminator: nn.Module, pair: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        """Return the gradient penalty on real pairs (B 6 H W) under their conditions."""
        pair = pair.detach().requires_grad_(True)
        logits = discriminator(pair, condition)
        # a patch's verdict is one of many: their mean is the pair's
        (gradient,) = torch.autograd.grad(logits.view(len(pair), -1).mean(1).sum(), pair, create_graph=True)
        square = over_processes(gradient.square().sum(dim=(1, 2, 3)).mean())
        return self.r1_weight / 2 * self.r1_interval * square
