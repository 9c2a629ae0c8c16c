"""The training of CoSimGen as an Ignite engine on MONAI's trainer."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Sequence
from typing import Any

import torch
from ignite.engine import Engine
from monai.engines import Trainer
from monai.engines.workflow import Workflow
from torch.nn.utils import clip_grad_norm_
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from cosimgen_monai.codec import ClassTable, pack_pair, presence_vector
from cosimgen_monai.losses import CoSimGenLoss
from cosimgen_monai.networks import CoSimGen
from cosimgen_monai.prompts import PromptBook
from cosimgen_monai.sampling import NoisingInferer, TrainingNoise, autocast, check_precision

logger = logging.getLogger(__name__)


class CoSimGenTrainer(Trainer):
    """Each iteration: noise the pairs, predict, a discriminator step, then a generator step with it frozen.

    Every random number of an iteration is keyed by the seed and the iteration's number, so that an interrupted run
    goes on exactly as if it had not been.

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
        lr_scheduler: stepped after each iteration, or ``None``.
        seed: seed of every random number of the training.
        precision: ``float32``, ``bfloat16`` or ``float16`` (GPU).
        timestep_logit_normal: mean and deviation of the logit of t/T, above 0 for more high noise; uniform where
            ``None`` (paper).
        text_share: share of the samples that the text embedding drives, the class embedding the others (paper: 0).
        null_share: share of the samples that the null embedding drives, for classifier-free guidance.
        accumulation_steps: batches whose gradients are summed before an update.
        max_grad_norm: the gradients of each parameter group are clipped to this norm.
        epoch_length: iterations an epoch, for trials; all of the data loader's where not given.
        train_handlers: handlers of the engine.

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
        lr_scheduler: LRScheduler | None = None,
        seed: int = 0,
        precision: str = "bfloat16",
        timestep_logit_normal: tuple[float, float] | None = None,
        text_share: float = 0.5,
        null_share: float = 0.1,
        accumulation_steps: int = 1,
        max_grad_norm: float = 1.0,
        epoch_length: int | None = None,
        train_handlers: Sequence[Any] | None = None,
    ) -> None:
        for name, share in (("text_share", text_share), ("null_share", null_share)):
            if not 0 <= share <= 1:
                raise ValueError(f"`{name}` must lie between 0 and 1, got {share!r}.")
        if len(train_data_loader) == 0:  # type: ignore[arg-type]
            raise ValueError("There are fewer training pairs than one batch holds; use a smaller --batch_size.")
        super().__init__(
            device=device,
            max_epochs=max_epochs,
            data_loader=train_data_loader,
            epoch_length=epoch_length,
            handlers=train_handlers,
            decollate=False,
        )
        self.network = network
        self.optimizer = optimizer
        self.loss_function = loss_function
        self.inferer = inferer
        self.prompts = prompts
        self.classes = classes
        self.discriminator = discriminator if loss_function.adversarial_weight > 0 else None
        self.discriminator_optimizer = discriminator_optimizer
        self.lr_scheduler = lr_scheduler
        self.seed = seed
        self.precision = check_precision(precision, device)
        self.timestep_logit_normal = timestep_logit_normal
        self.text_share = text_share
        self.null_share = null_share
        self.accumulation_steps = accumulation_steps
        self.max_grad_norm = max_grad_norm
        # only float16 can under- or overflow; the scaler of the other precisions does nothing
        self.grad_scaler = torch.amp.GradScaler(device.type, enabled=precision == "float16")

    def run(self) -> None:  # type: ignore[override]
        """Train, from where the engine's state stands to ``max_epochs``."""
        if self.state.epoch >= self.state.max_epochs:
            logger.info("This training is finished (%d epochs); its folder holds the model.", self.state.epoch)
            return
        Workflow.run(self)

    def _iteration(self, engine: Engine, batchdata: dict[str, torch.Tensor]) -> dict[str, float]:
        """Train on one batch.

        Returns:
            The losses of this iteration by name, as numbers.

        Raises:
            FloatingPointError: if a loss is not finite; the message says which, and where.
        """
        device, schedule = self.state.device, self.inferer.schedule
        image, label = (batchdata[key].to(device, non_blocking=True) for key in ("image", "label"))
        pair = pack_pair(image, label, self.network.palette, self.classes.num_classes)
        presence = presence_vector(label, self.classes)

        noise = TrainingNoise(self.seed, self.state.iteration, device)
        timesteps = noise.timesteps(schedule.num_train_timesteps, len(pair), self.timestep_logit_normal)
        epsilon = noise.normal(pair)
        self.network.train()
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
        parts["total"] = self.loss_function.total(parts, self.state.iteration)
        losses = self._finite(parts)
        self._update(parts["total"], self.optimizer)
        if self._updates_now():
            self.grad_scaler.update()  # once for both optimisers
        if self.lr_scheduler is not None:
            self.lr_scheduler.step()
        return losses

    def _condition(self, presence: torch.Tensor, noise: TrainingNoise) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """Return the embedding that drives each sample (B D), and equation 4 over the batch as ``triplet``."""
        size = len(presence)
        sentence = self.prompts.features(presence, noise.integers(self.prompts.num_variants, size)).to(presence.device)
        text, classes = self.network.text_encoder(sentence), self.network.class_encoder(presence)
        permutation, parts = noise.permutation(size), {}
        if self.loss_function.triplet_weight > 0:
            parts["triplet"] = self.loss_function.textron(text, classes, presence, permutation)
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

    def _updates_now(self) -> bool:
        """Whether this iteration completes an accumulation (the last of an epoch always does)."""
        iteration = (self.state.iteration - 1) % self.state.epoch_length + 1
        return iteration % self.accumulation_steps == 0 or iteration == self.state.epoch_length

    def _update(self, loss: torch.Tensor, optimizer: Optimizer) -> None:
        """Add a loss's gradients, and step where an accumulation is complete."""
        self.grad_scaler.scale(loss / self.accumulation_steps).backward()
        if self._updates_now():
            self.grad_scaler.unscale_(optimizer)
            # float16 overflows now and then, and the scaler skips such a step; elsewhere it is the end of a training
            strict = not self.grad_scaler.is_enabled()
            for group in optimizer.param_groups:
                norm = clip_grad_norm_(group["params"], self.max_grad_norm)
                if strict and not torch.isfinite(norm):
                    raise self._not_finite(f"gradient's norm is {norm.item()}")
            self.grad_scaler.step(optimizer)
            optimizer.zero_grad(set_to_none=True)

    def _finite(self, parts: dict[str, torch.Tensor]) -> dict[str, float]:
        """Return the losses as numbers, or stop the training where one is not finite."""
        losses = {name: part.item() for name, part in parts.items()}
        for name, value in losses.items():
            if not math.isfinite(value):
                raise self._not_finite(f"{name} loss is {value}")
        return losses

    def _not_finite(self, what: str) -> FloatingPointError:
        """Return the error that stops a training, saying what is not finite, where, and what to do."""
        rate = self.optimizer.param_groups[0]["lr"]
        return FloatingPointError(
            f"The {what} at epoch {self.state.epoch}, iteration {self.state.iteration} (learning rate {rate:.2g}, "
            f"precision {self.precision}). The last checkpoint is sound: lower the learning rate, or use float32, in a "
            "new output_dir."
        )
