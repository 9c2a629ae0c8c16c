"""The discriminator of the TGAN: is this pair real, and is it what the text says."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import nn

from cosimgen_monai.baselines.blocks import convolution
from cosimgen_monai.codec import PAIR_CHANNELS
from cosimgen_monai.networks import check_size


class ProjectionDiscriminator(nn.Module):
    """Residual halvings to one logit; the text enters by an inner product (Miyato & Koyama 2018).

    Args:
        image_size: height and width of the pair.
        condition_dim: length of the sentence features.
        base_channels: channels of the first level.
        channel_mults: multiplier of the base a level.
        feature_dim: length of the features that the text is held against.
        patch_size: side of the pixel blocks folded into channels.
    """

    def __init__(
        self,
        image_size: int,
        condition_dim: int,
        base_channels: int = 64,
        channel_mults: Sequence[int] = (1, 2, 4, 8),
        feature_dim: int = 256,
        patch_size: int = 1,
    ) -> None:
        super().__init__()
        check_size(image_size, patch_size, len(channel_mults))
        channels = [base_channels * mult for mult in channel_mults]
        self.fold = nn.PixelUnshuffle(patch_size)
        self.first = convolution(PAIR_CHANNELS * patch_size**2, channels[0])
        self.blocks = nn.ModuleList(_HalvingBlock(c_in, c_out) for c_in, c_out in itertools.pairwise(channels))
        side = image_size // patch_size >> (len(channels) - 1)
        self.features = nn.Linear(channels[-1] * side**2, feature_dim)
        self.realism = nn.Linear(feature_dim, 1)
        # unit-length sentence features of 384 numbers are around 0.05 each: bring them to unit variance
        self.scale = float(condition_dim) ** 0.5
        self.project = nn.Linear(condition_dim, feature_dim)
        self.to(memory_format=torch.channels_last)  # the layout in which convolutions run faster

    def forward(self, pair: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        """Return logits (B, float32) of pairs (B 6 H W) under sentence features (B condition_dim)."""
        h = self.first(self.fold(pair))
        for block in self.blocks:
            h = block(h)
        h = F.leaky_relu(self.features(F.leaky_relu(h, 0.2).flatten(1)), 0.2)
        agreement = (h * self.project(condition * self.scale)).sum(dim=1) / h.shape[1] ** 0.5
        logits: torch.Tensor = self.realism(h).squeeze(1) + agreement
        return logits.float()


class _HalvingBlock(nn.Module):
    """Two convolutions and a skip, then half the size. No normalisation: the gradient penalty keeps it in bounds."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv1 = convolution(in_channels, in_channels)
        self.conv2 = convolution(in_channels, out_channels)
        self.skip = convolution(in_channels, out_channels, kernel_size=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = F.leaky_relu(self.conv1(F.leaky_relu(x, 0.2)), 0.2)
        h = self.conv2(F.avg_pool2d(h, 2))
        return (h + self.skip(F.avg_pool2d(x, 2))) / 2**0.5
