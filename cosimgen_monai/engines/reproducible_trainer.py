"""A MONAI trainer whose every random number is keyed by iteration; what it learns, a subclass says."""

from __future__ import annotations

import logging
import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

import torch
from ignite.engine import Engine
from monai.engines import Trainer
from monai.engines.workflow import Workflow
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.utils import clip_grad_norm_
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from cosimgen_monai.processes import average_gradients, num_processes, same_in_all_processes
from cosimgen_monai.sampling import TrainingNoise, as_precision

logger = logging.getLogger(__name__)


class ReproducibleTrainer(Trainer, ABC):
    """Train a network, and further ones beside it, on batches of images and labels.

    Every random number of an iteration is keyed by the seed and the iteration's number, so that an interrupted run
    goes on exactly as if it had not been. A subclass defines :meth:`_learn`: it computes its losses, in
    ``autocast(device, self.precision)``, hands each to :meth:`_update` with the optimiser that it is for, and returns
    them by name.

    Several processes train as one would at the whole batch: a subclass makes its losses of means over them
    (:func:`cosimgen_monai.processes.over_processes`), and gradients are averaged before each update.

    Args:
        device: where to train.
        max_epochs: number of epochs.
        train_data_loader: batches of ``image`` (B C H W, [-1, 1]) and ``label`` (B 1 H W, ids).
        network: the network, put into training mode at each iteration.
        optimizer: optimiser of the network.
        lr_scheduler: stepped after each iteration, or ``None``.
        seed: seed of every random number of the training.
        precision: ``float32``, ``bfloat16``, ``float16`` (GPU) or ``auto``, see :func:`as_precision`.
        accumulation_steps: batches whose gradients are summed before an update.
        max_grad_norm: the gradients of each parameter group are clipped to this norm.
        epoch_length: iterations an epoch, for trials; all of the data loader's where not given.
        train_handlers: handlers of the engine.

    Raises:
        ValueError: if there is no whole batch, the device cannot run the precision, or the network normalises over a
            batch that several processes share.
    """

    def __init__(
        self,
        device: torch.device,
        max_epochs: int,
        train_data_loader: Iterable,
        network: torch.nn.Module,
        optimizer: Optimizer,
        lr_scheduler: LRScheduler | None = None,
        seed: int = 0,
        precision: str = "auto",
        accumulation_steps: int = 1,
        max_grad_norm: float = 1.0,
        epoch_length: int | None = None,
        train_handlers: Sequence[Any] | None = None,
    ) -> None:
        if len(train_data_loader) == 0:  # type: ignore[arg-type]
            raise ValueError("There are fewer training pairs than one batch holds; use a smaller --batch_size.")
        if num_processes() > 1 and any(isinstance(part, _BatchNorm) for part in network.modules()):
            raise ValueError(
                f"A {type(network).__name__} normalises over its batch, which {num_processes()} processes would cut "
                "up: train it in one process, without torchrun."
            )
        super().__init__(
            device=device,
            max_epochs=max_epochs,
            data_loader=train_data_loader,
            epoch_length=epoch_length,
            handlers=train_handlers,
            decollate=False,
        )
        self.network: Any = network
        self.optimizer = optimizer
        self.lr_scheduler = lr_scheduler
        self.seed = seed
        self.precision = as_precision(precision, device)
        self.accumulation_steps = accumulation_steps
        self.max_grad_norm = max_grad_norm
        # only float16 can under- or overflow; the scaler of the other precisions does nothing
        self.grad_scaler = torch.amp.GradScaler(device.type, enabled=self.precision == "float16")

    @abstractmethod
    def _learn(self, image: torch.Tensor, label: torch.Tensor, noise: TrainingNoise) -> dict[str, float]:
        """Compute the losses of one batch and update by them.

        Args:
            image: B C H W, [-1, 1].
            label: B 1 H W, ids.
            noise: this iteration's random numbers.

        Returns:
            The losses by name, as numbers.
        """

    def run(self) -> None:  # type: ignore[override]
        """Train, from where the engine's state stands to ``max_epochs``.

        Raises:
            RuntimeError: if the processes do not all stand there with the same weights.
        """
        self._check_common_start()
        if self.state.epoch >= self.state.max_epochs:
            logger.info("This training is finished (%d epochs); its folder holds the model.", self.state.epoch)
            return
        Workflow.run(self)

    def _check_common_start(self) -> None:
        sums = [parameter.detach().double().sum() for parameter in self.network.parameters()]
        if not same_in_all_processes(torch.stack([*sums, sums[0].new_tensor(self.state.iteration)])):
            raise RuntimeError(
                "The processes do not begin with the same weights: all need the same settings and the same files, "
                "`output_dir` and its checkpoint.pt among them (several machines: a common file system)."
            )

    def _iteration(self, engine: Engine, batchdata: dict[str, torch.Tensor]) -> dict[str, float]:
        """Train on one batch.

        Returns:
            The losses of this iteration by name, as numbers.

        Raises:
            FloatingPointError: if a loss is not finite; the message says which, and where.
        """
        device = self.state.device
        image, label = (batchdata[key].to(device, non_blocking=True) for key in ("image", "label"))
        self.network.train()
        losses = self._learn(image, label, TrainingNoise(self.seed, self.state.iteration, device))
        if self._updates_now():
            self.grad_scaler.update()  # once for all optimisers
        if self.lr_scheduler is not None:
            self.lr_scheduler.step()
        return losses

    def _updates_now(self) -> bool:
        """Whether this iteration completes an accumulation (the last of an epoch always does)."""
        iteration = (self.state.iteration - 1) % self.state.epoch_length + 1
        return iteration % self.accumulation_steps == 0 or iteration == self.state.epoch_length

    def _update(self, loss: torch.Tensor, optimizer: Optimizer) -> None:
        """Add a loss's gradients, and step where an accumulation is complete."""
        self.grad_scaler.scale(loss / self.accumulation_steps).backward()
        if self._updates_now():
            average_gradients(parameter for group in optimizer.param_groups for parameter in group["params"])
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
            f"precision {self.precision}). Begin anew in another --output_dir with a lower --learning_rate, or "
            "--precision float32; where a validation has written a model.pt, --init_from it."
        )
