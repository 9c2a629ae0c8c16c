"""The adversarial regulariser on denoised pairs (paper section 3.7.2, equation 5)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from cosimgen_monai.losses.batch_mean import mean_where


class AdversarialLoss(nn.Module):
    """1 - D(x̂0) for the generator, binary cross-entropy for the discriminator, both at low noise only.

    At the last timesteps x̂0 is the network's error amplified (157 times at T under the linear schedule): such pairs
    teach neither side anything, so samples above ``max_timestep`` do not count.

    Args:
        max_timestep: the last timestep at which the loss counts.
    """

    def __init__(self, max_timestep: int = 300) -> None:
        super().__init__()
        self.max_timestep = max_timestep

    def generator(self, fake_logits: torch.Tensor, timesteps: torch.Tensor) -> torch.Tensor:
        """Return equation 5 over the logits (B) of pairs denoised from timesteps (B)."""
        return mean_where(timesteps <= self.max_timestep, 1 - fake_logits.sigmoid())  # (5)

    def discriminator(
        self, real_logits: torch.Tensor, fake_logits: torch.Tensor, timesteps: torch.Tensor
    ) -> torch.Tensor:
        """Return the discriminator's loss: real pairs are 1, denoised ones 0."""
        real = F.binary_cross_entropy_with_logits(real_logits, torch.ones_like(real_logits), reduction="none")
        fake = F.binary_cross_entropy_with_logits(fake_logits, torch.zeros_like(fake_logits), reduction="none")
        return mean_where(timesteps <= self.max_timestep, real + fake)  # as many real pairs as denoised ones
