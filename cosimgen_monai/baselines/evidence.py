"""The evidence lower bound that a CVAE is trained by."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from cosimgen_monai.processes import over_processes


class EvidenceLoss(nn.Module):
    """Negative evidence lower bound a number of the pair: reconstruction plus ``kl_weight`` times the divergence.

    The Gaussian likelihood's variance is the one that fits best, the mean squared error itself, so that the
    reconstruction is log(MSE)/2 and needs no weight found by trial (Rybkin et al. 2021, "σ-VAE").

    Args:
        kl_weight: weight β of the divergence (Higgins et al. 2017); 1 is the bound itself.
        kl_warmup: iterations over which the weight grows from 0 (Sønderby et al. 2016).
        free_nats: divergence a latent number that is not charged for (Kingma et al. 2016).
    """

    def __init__(self, kl_weight: float = 1.0, kl_warmup: int = 500, free_nats: float = 0.0) -> None:
        super().__init__()
        self.kl_weight = kl_weight
        self.kl_warmup = kl_warmup
        self.free_nats = free_nats

    @staticmethod
    def reconstruction(drawn: torch.Tensor, pair: torch.Tensor) -> torch.Tensor:
        """Return log(MSE)/2 of the pairs drawn from their own latents, B 6 H W."""
        return over_processes(F.mse_loss(drawn.float(), pair)).clamp(min=1e-6).log() / 2

    def divergence(self, mean: torch.Tensor, log_variance: torch.Tensor) -> torch.Tensor:
        """Return KL(q(z) || N(0, 1)) in nats, the free ones counted as such."""
        kl = (mean.square() + log_variance.exp() - 1 - log_variance) / 2
        return over_processes(kl.mean(dim=0)).clamp(min=self.free_nats).sum()

    def total(self, parts: dict[str, torch.Tensor], iteration: int, numel: int) -> torch.Tensor:
        """Sum ``reconstruction`` and ``kl`` of an iteration; ``numel`` numbers make a pair."""
        warm = min(1.0, iteration / self.kl_warmup) if self.kl_warmup else 1.0
        return parts["reconstruction"] + warm * self.kl_weight * parts["kl"] / numel
