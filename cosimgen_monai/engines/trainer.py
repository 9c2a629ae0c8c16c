"""The training of CoSimGen as an Ignite engine on MONAI's trainer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch.optim import Optimizer

from cosimgen_monai.codec import ClassTable, pack_pair, presence_vector
from cosimgen_monai.engines.reproducible_trainer import ReproducibleTrainer
from cosimgen_monai.losses import CoSimGenLoss
from cosimgen_monai.networks import CoSimGen
from cosimgen_monai.processes import gather_batch
from cosimgen_monai.prompts import PromptBook
from cosimgen_monai.sampling import NoisingInferer, TrainingNoise, autocast, check_logit_normal
from cosimgen_monai.settings import check_proportions


class CoSimGenTrainer(ReproducibleTrainer):
    """Each iteration: noise the pairs, predict, a discriminator step, then a generator step with it frozen.

    Args:
        device: where to train.
        max_epochs: number of epochs.
        train_data_loader: batches of ``image`` (B C H W, [-1, 1]) and ``label`` (B 1 H W, ids).
        network: the model.
        optimizer: optimiser of the model.
        loss_function: equations 3 to 6.
        inferer: noises the pairs by the model's schedule.
        prompts: the prompts' sentence features.
        classes: the dataset's classes.
        discriminator: judge of pairs, or ``None`` to train without.
        discriminator_optimizer: optimiser of the discriminator.
        timestep_logit_normal: mean and deviation of the logit of t/T, above 0 for more high noise; uniform where
            ``None`` (paper).
        text_share: share of the samples that the text embedding drives, the class embedding the others (paper: 0).
        null_share: share of the samples that the null embedding drives, for classifier-free guidance.
        options: what every training has, see :class:`ReproducibleTrainer`.

    Raises:
        ValueError: if an option is out of range.
    """

    def __init__(
        self,
        device: torch.device,
        max_epochs: int,
        train_data_loader: Iterable,
        network: CoSimGen,
        optimizer: Optimizer,
        loss_function: CoSimGenLoss,
        inferer: NoisingInferer,
        prompts: PromptBook,
        classes: ClassTable,
        discriminator: torch.nn.Module | None = None,
        discriminator_optimizer: Optimizer | None = None,
        timestep_logit_normal: tuple[float, float] | None = None,
        text_share: float = 0.5,
        null_share: float = 0.1,
        **options: Any,
    ) -> None:
        check_proportions(text_share=text_share, null_share=null_share)
        check_logit_normal(timestep_logit_normal)
        super().__init__(device, max_epochs, train_data_loader, network, optimizer, **options)
        self.loss_function = loss_function
        self.inferer = inferer
        self.prompts = prompts
        self.classes = classes
        self.discriminator = discriminator if loss_function.adversarial_weight > 0 else None
        self.discriminator_optimizer = discriminator_optimizer
        self.timestep_logit_normal = timestep_logit_normal
        self.text_share = text_share
        self.null_share = null_share

    def _learn(self, image: torch.Tensor, label: torch.Tensor, noise: TrainingNoise) -> dict[str, float]:
        """Train the model, and the discriminator where there is one, on one batch."""
        device, schedule = image.device, self.inferer.schedule
        pair = pack_pair(image, label, self.network.palette, self.classes.num_classes)
        presence = presence_vector(label, self.classes)

        timesteps = noise.timesteps(schedule.num_train_timesteps, len(pair), self.timestep_logit_normal)
        epsilon = noise.normal(pair)
        with autocast(device, self.precision):
            condition, parts = self._condition(presence, noise)
            noisy, prediction = self.inferer(pair, self.network, epsilon, timesteps, condition)

        parts["diffusion"] = self.loss_function.diffusion(prediction, schedule.target(pair, epsilon, timesteps))
        self._finite(parts)
        if self.discriminator is not None and self.state.iteration > self.loss_function.discriminator_start:
            denoised = schedule.clean(prediction, noisy, timesteps)
            parts["discriminator"] = self._train_discriminator(pair, denoised.detach(), timesteps)
            with autocast(device, self.precision):
                verdict = self.discriminator(denoised)
            parts["adversarial"] = self.loss_function.adversarial.generator(verdict, timesteps)
        parts["total"] = self.loss_function.total(parts, self.state.iteration, prediction, timesteps)
        losses = self._finite(parts)
        self._update(parts["total"], self.optimizer)
        return losses

    def _condition(self, presence: torch.Tensor, noise: TrainingNoise) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """Return the embedding that drives each sample (B D), and equation 4 over the batch as ``triplet``.

        A sample's negative may be any of the whole batch, another process's part of it too.
        """
        size, everyone = len(presence), gather_batch(presence)
        sentence = self.prompts.features(presence, noise.integers(self.prompts.num_variants, size)).to(presence.device)
        text, all_classes = self.network.text_encoder(sentence), self.network.class_encoder(everyone)
        classes, permutation, parts = all_classes[noise.own], noise.permutation(size), {}
        if self.loss_function.triplet_weight > 0:
            differs = (presence != everyone[permutation]).any(1)
            parts["triplet"] = self.loss_function.textron(text, classes, all_classes[permutation], differs)
        by_text, by_null = noise.chosen(self.text_share, size)[:, None], noise.chosen(self.null_share, size)[:, None]
        asked = torch.where(by_text, text, classes)
        return torch.where(by_null, self.network.condition(batch_size=size).to(asked.dtype), asked), parts

    def _train_discriminator(self, real: torch.Tensor, denoised: torch.Tensor, timesteps: torch.Tensor) -> torch.Tensor:
        """Update the discriminator, then freeze it for the generator's step; return its loss."""
        assert self.discriminator is not None
        assert self.discriminator_optimizer is not None
        self.discriminator.requires_grad_(True)
        with autocast(real.device, self.precision):
            real_logits, fake_logits = self.discriminator(torch.cat([real, denoised])).chunk(2)
        loss = self.loss_function.adversarial.discriminator(real_logits, fake_logits, timesteps)
        self._finite({"discriminator": loss})
        self._update(loss, self.discriminator_optimizer)
        self.discriminator.requires_grad_(False)
        return loss.detach()
