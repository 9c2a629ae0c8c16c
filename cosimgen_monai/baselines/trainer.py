"""What the trainings of all baselines share: the pair, its presence vector, its prompt and its condition."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import torch
from torch.optim import Optimizer

from cosimgen_monai.baselines.network import BaselineNetwork
from cosimgen_monai.codec import ClassTable, pack_pair, presence_vector
from cosimgen_monai.engines import ReproducibleTrainer
from cosimgen_monai.prompts import PromptBook
from cosimgen_monai.sampling import TrainingNoise


class Batch(NamedTuple):
    """The pairs of an iteration (B 6 H W), presence vectors (B c) and sentence features (B sentence_dim)."""

    pair: torch.Tensor
    presence: torch.Tensor
    sentence: torch.Tensor


class BaselineTrainer(ReproducibleTrainer):
    """A training on the same pairs, presence vectors and prompts as CoSimGen's.

    Args:
        device: where to train.
        max_epochs: number of epochs.
        train_data_loader: batches of ``image`` (B C H W, [-1, 1]) and ``label`` (B 1 H W, ids).
        network: the baseline.
        optimizer: optimiser of the network.
        loss_function: the baseline's loss.
        prompts: the prompts' sentence features.
        classes: the dataset's classes.
        options: what every training has, see :class:`ReproducibleTrainer`.
    """

    def __init__(
        self,
        device: torch.device,
        max_epochs: int,
        train_data_loader: Iterable,
        network: BaselineNetwork,
        optimizer: Optimizer,
        loss_function: Any,
        prompts: PromptBook,
        classes: ClassTable,
        **options: Any,
    ) -> None:
        super().__init__(device, max_epochs, train_data_loader, network, optimizer, **options)
        self.loss_function = loss_function
        self.prompts = prompts
        self.classes = classes

    def _batch(self, image: torch.Tensor, label: torch.Tensor, noise: TrainingNoise) -> Batch:
        """Return what a batch of images and labels stands for."""
        presence = presence_vector(label, self.classes)
        variants = noise.integers(self.prompts.num_variants, len(presence))
        sentence = self.prompts.features(presence, variants).to(presence.device)
        return Batch(pack_pair(image, label, self.network.palette, self.classes.num_classes), presence, sentence)
