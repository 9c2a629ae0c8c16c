"""Baselines of a few thousand weights, and trainings of them."""

from __future__ import annotations

from typing import Any

import torch
from monai.transforms import ScaleIntensityRange
from tiny_parts import TINY_CLASSES, embed_prompts, tiny_pairs
from torch.utils.data import DataLoader

from cosimgen_monai.baselines import (
    CVAE,
    TGAN,
    CVAETrainer,
    EvidenceLoss,
    GANLoss,
    GANTrainer,
    PatchDiscriminator,
    Pix2Pix,
    ProjectionDiscriminator,
)
from cosimgen_monai.baselines.network import BaselineNetwork
from cosimgen_monai.data import EpochSampler, PairDataset
from cosimgen_monai.prompts import PromptBook

KINDS = ("cvae", "pix2pix", "tgan")


def tiny_baseline(kind: str, **options: Any) -> BaselineNetwork:
    """Build a baseline for pairs of 16 x 16 and sentence features of 8 numbers."""
    torch.manual_seed(0)
    size = {"num_classes": 4, "num_colours": 4, "image_size": 16, "base_channels": 8, "channel_mults": (1, 2)}
    options = {**size, "embedding_dim": 16, **options}
    if kind == "cvae":
        return CVAE(**{"latent_dim": 8, "class_feature_dim": 8, "sentence_dim": 8, **options})
    if kind == "pix2pix":
        return Pix2Pix(**{"noise_channels": 2, "condition_channels": 4, "class_feature_dim": 8, **options})
    return TGAN(**{"latent_dim": 8, "sentence_dim": 8, **options})


def tiny_judge(kind: str) -> torch.nn.Module | None:
    """Build the discriminator that goes with a baseline."""
    if kind == "pix2pix":
        return PatchDiscriminator(condition_dim=4, base_channels=4, num_layers=1)
    return ProjectionDiscriminator(16, 8, 8, (1, 2), feature_dim=8) if kind == "tgan" else None


class Training:
    """A training of a baseline on twelve pairs, four a batch."""

    def __init__(self, kind: str, max_epochs: int = 1, lr: float = 0.003, **loss: Any) -> None:
        self.network, self.judge = tiny_baseline(kind), tiny_judge(kind)
        scale = ScaleIntensityRange(-200, 200, -1, 1, clip=True)
        dataset = PairDataset(tiny_pairs(12), lambda sample: {**sample, "image": scale(sample["image"])})
        optimizers = [
            None if net is None else torch.optim.Adam(net.parameters(), lr=lr) for net in (self.network, self.judge)
        ]
        options: dict[str, Any] = {
            "device": torch.device("cpu"),
            "max_epochs": max_epochs,
            "train_data_loader": DataLoader(dataset, batch_size=4, sampler=EpochSampler(dataset), drop_last=True),
            "network": self.network,
            "optimizer": optimizers[0],
            "prompts": PromptBook(TINY_CLASSES, embed_prompts),
            "classes": TINY_CLASSES,
            "precision": "float32",
        }
        if self.judge is None:
            self.trainer: Any = CVAETrainer(**options, loss_function=EvidenceLoss(**loss))
        else:
            judge = {"discriminator": self.judge, "discriminator_optimizer": optimizers[1]}
            self.trainer = GANTrainer(**options, **judge, loss_function=GANLoss(**loss))
        names = ("network", "discriminator", "optimizer", "discriminator_optimizer")
        self.objects = dict(zip(names, (self.network, self.judge, *optimizers), strict=True))

    def weights(self) -> dict[str, torch.Tensor]:
        """Return all weights by name, as they are now."""
        modules = {"network": self.network, "judge": self.judge}
        return {
            f"{part}.{name}": tensor.clone()
            for part, module in modules.items()
            if module is not None
            for name, tensor in module.state_dict().items()
        }
