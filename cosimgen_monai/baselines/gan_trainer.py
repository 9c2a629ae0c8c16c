"""The training of both adversarial baselines."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch.optim import Optimizer

from cosimgen_monai.baselines.trainer import BaselineTrainer, Batch
from cosimgen_monai.processes import gather_batch, over_processes
from cosimgen_monai.sampling import TrainingNoise, autocast


class GANTrainer(BaselineTrainer):
    """Each iteration: draw a pair for each condition, a discriminator step, then a generator step with it frozen.

    Args:
        discriminator: judge of pairs under the sentence features or presence vectors, whichever drive the generator.
        discriminator_optimizer: optimiser of the discriminator.
        options: see :class:`BaselineTrainer`.
    """

    def __init__(
        self, *args: Any, discriminator: torch.nn.Module, discriminator_optimizer: Optimizer, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.discriminator = discriminator
        self.discriminator_optimizer = discriminator_optimizer

    def _learn(self, image: torch.Tensor, label: torch.Tensor, noise: TrainingNoise) -> dict[str, float]:
        """Train generator and discriminator on one batch."""
        batch = self._batch(image, label, noise)
        by_text = self.network.conditioned_by == "text"
        condition = batch.sentence if by_text else batch.presence
        start = torch.empty(len(condition), *self.network.noise_shape, device=image.device)
        with autocast(image.device, self.precision):
            embedding = self.network.condition(**{"sentence" if by_text else "presence": condition})
            drawn = self.network.draw(noise.normal(start), embedding)

        parts = self._train_discriminator(batch, condition, drawn.detach(), noise.permutation(len(condition)))
        with autocast(image.device, self.precision):
            verdict = self.discriminator(drawn, condition)
        parts["generator"] = parts["total"] = self.loss_function.generator(verdict)
        if self.loss_function.reconstruction_weight:
            parts["reconstruction"] = over_processes(F.l1_loss(drawn, batch.pair))
            parts["total"] = parts["total"] + self.loss_function.reconstruction_weight * parts["reconstruction"]
        losses = self._finite(parts)
        self._update(parts["total"], self.optimizer)
        return losses

    def _train_discriminator(
        self, batch: Batch, condition: torch.Tensor, drawn: torch.Tensor, permutation: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        """Update the discriminator, then freeze it for the generator's step; return its losses."""
        real, other = batch.pair, gather_batch(condition)[permutation]
        mismatched = (batch.presence != gather_batch(batch.presence)[permutation]).any(1)
        self.discriminator.requires_grad_(True)
        with autocast(real.device, self.precision):
            logits = self.discriminator(torch.cat([real, drawn, real]), torch.cat([condition, condition, other]))
        loss = self.loss_function.discriminator(*logits.chunk(3), mismatched)
        parts = {"discriminator": loss.detach()}
        if self.loss_function.is_penalised(self.state.iteration):
            penalty = self.loss_function.penalty(self.discriminator, real, condition)
            parts["penalty"] = penalty.detach()
            loss = loss + penalty
        self._finite(parts)
        self._update(loss, self.discriminator_optimizer)
        self.discriminator.requires_grad_(False)
        return parts
