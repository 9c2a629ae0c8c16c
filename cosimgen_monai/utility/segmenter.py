"""A segmenter, trained on an arm's pairs and tested on others: MONAI's network, trainer and schedule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from monai.engines import SupervisedTrainer
from monai.handlers import LrScheduleHandler
from monai.optimizers import WarmupCosineSchedule
from monai.transforms import Compose
from torch import nn
from torch.utils.data import DataLoader

from cosimgen_monai.data import CachedPairs, PairDataset
from cosimgen_monai.settings import derive_seed
from cosimgen_monai.utility.arms import Arm
from cosimgen_monai.utility.batches import ArmBatches
from cosimgen_monai.utility.dice import Counts, dice_counts

_MAX_SEED = 2**32


@dataclass(frozen=True)
class SegmenterRecipe:
    """How every segmenter of a study is trained.

    Args:
        network: makes the network (images B C S S to logits B c S S).
        optimizer: makes the optimiser of parameters.
        loss: takes logits and labels (B 1 S S, ids).
        transform: of a training pair: 8-bit ``image`` and ``label`` to what the network sees, augmented.
        preprocess: the same without augmentation.
        steps: optimiser steps.
        batch_size: pairs a step.
        device: where to train.
    """

    network: Callable[[], nn.Module]
    optimizer: Callable[[Any], torch.optim.Optimizer]
    loss: nn.Module
    transform: Compose
    preprocess: Callable[[dict[str, Any]], dict[str, Any]]
    steps: int
    batch_size: int
    device: torch.device

    def check(self, image_size: int, num_classes: int, num_channels: int) -> None:
        """Raise ``ValueError`` where the network does not segment images of this size, before anything is trained."""
        expected = (1, num_classes, image_size, image_size)
        try:
            with torch.no_grad():
                shape = tuple(self.network().eval()(torch.zeros(1, num_channels, image_size, image_size)).shape)
        except (RuntimeError, ValueError, TypeError) as error:
            raise ValueError(
                f"`segmenter_network` does not take {num_channels} x {image_size} x {image_size} images ({error}). "
                "Give another --image_size, or a network that does."
            ) from error
        if shape != expected:
            raise ValueError(f"`segmenter_network` returns logits of shape {shape}, {expected} is needed.")

    def train(self, arm: Arm, pool: CachedPairs, num_real: int, seed: int) -> nn.Module:
        """Train a segmenter.

        Args:
            arm: what its batches hold.
            pool: the pairs, real ones first.
            num_real: number of the real ones.
            seed: seed of weights, order and augmentation; the arms of a study share it.
        """
        torch.manual_seed(derive_seed("segmenter", seed) % _MAX_SEED)
        network = self.network().to(self.device)
        optimizer = self.optimizer(network.parameters())
        dataset = PairDataset(pool, self.transform, seed)
        batches = ArmBatches(arm, num_real, len(dataset) - num_real, self.steps, self.batch_size, seed)
        schedule = WarmupCosineSchedule(optimizer, warmup_steps=min(50, self.steps // 4), t_total=self.steps)
        SupervisedTrainer(
            device=self.device,
            max_epochs=1,
            train_data_loader=DataLoader(dataset, batch_sampler=batches),
            network=network,
            optimizer=optimizer,
            loss_function=self.loss,
            train_handlers=[_each_step(schedule)],
            decollate=False,
        ).run()
        return network.eval()

    def test(self, network: nn.Module, pool: CachedPairs, num_classes: int) -> Counts:
        """Return the pixel counts of each pair of a pool, N x 3 x c."""
        loader = DataLoader(PairDataset(pool, self.preprocess), batch_size=4 * self.batch_size)
        counts = []
        with torch.no_grad():
            for batch in loader:
                predicted = network(batch["image"].to(self.device)).argmax(dim=1, keepdim=True)
                counts.append(dice_counts(predicted, batch["label"].to(self.device), num_classes))
        return np.concatenate(counts)


def _each_step(schedule: Any) -> LrScheduleHandler:
    return LrScheduleHandler(schedule, print_lr=False, epoch_level=False)
