"""The training of SRGAN on the upscaler's own patches, noise and scales."""

from __future__ import annotations

from typing import Any

import torch
from torch.optim import Optimizer

from cosimgen_monai.baselines.gan_loss import GANLoss
from cosimgen_monai.engines import UpscalerTrainer
from cosimgen_monai.sampling import TrainingNoise, autocast


class SRGANTrainer(UpscalerTrainer):
    """Each iteration: a discriminator step over the pairs of both scales, then a generator step with it frozen.

    Args:
        discriminator: judge of large pairs.
        discriminator_optimizer: optimiser of the discriminator.
        adversarial: the adversarial game. It knows no condition, and what is rebuilt is equation 9's.
        adversarial_weight: weight of its loss beside equation 9 (Ledig et al.: 0.001).
        options: see :class:`UpscalerTrainer`.

    Raises:
        ValueError: if the game weighs mismatched conditions or a reconstruction, of which there are none here.
    """

    def __init__(
        self,
        *,
        discriminator: torch.nn.Module,
        discriminator_optimizer: Optimizer,
        adversarial: GANLoss,
        adversarial_weight: float = 0.001,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        for weight in ("mismatch_weight", "reconstruction_weight"):
            if getattr(adversarial, weight):
                raise ValueError(f"`adversarial#{weight}` must be 0 for SRGAN, got {getattr(adversarial, weight)!r}.")
        self.discriminator = discriminator
        self.discriminator_optimizer = discriminator_optimizer
        self.adversarial = adversarial
        self.adversarial_weight = adversarial_weight

    def _learn(self, image: torch.Tensor, label: torch.Tensor, noise: TrainingNoise) -> dict[str, float]:
        """Train generator and discriminator on one batch."""
        predictions, targets, parts = self._predict(image, label, noise)
        parts |= self._train_discriminator(targets, predictions.detach())
        with autocast(image.device, self.precision):
            verdict = self.discriminator(predictions, self._no_condition(predictions))
        parts["adversarial"] = self.adversarial.generator(verdict)
        total = self.loss_function.total(parts) + self.adversarial_weight * parts["adversarial"]
        losses = self._finite({**parts, "total": total})
        self._update(total, self.optimizer)
        return losses

    def _train_discriminator(self, real: torch.Tensor, fake: torch.Tensor) -> dict[str, torch.Tensor]:
        """Update the discriminator, then freeze it for the generator's step; return its losses."""
        self.discriminator.requires_grad_(True)
        both = torch.cat([real, fake])
        with autocast(real.device, self.precision):
            real_logits, fake_logits = self.discriminator(both, self._no_condition(both)).chunk(2)
        none = torch.zeros(len(real), device=real.device)
        loss = self.adversarial.discriminator(real_logits, fake_logits, fake_logits, none)
        parts = {"discriminator": loss.detach()}
        if self.adversarial.is_penalised(self.state.iteration):
            penalty = self.adversarial.penalty(self.discriminator, real, self._no_condition(real))
            parts["penalty"] = penalty.detach()
            loss = loss + penalty
        self._finite(parts)
        self._update(loss, self.discriminator_optimizer)
        self.discriminator.requires_grad_(False)
        return parts

    @staticmethod
    def _no_condition(pair: torch.Tensor) -> torch.Tensor:
        return pair.new_zeros(len(pair), 0)
