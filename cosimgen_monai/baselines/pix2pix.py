"""Pix2PixGAN: a U-Net from the class condition, broadcast as an image, to the pair (Isola et al. 2017)."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import nn

from cosimgen_monai.baselines.blocks import PairHead, convolution
from cosimgen_monai.baselines.network import BaselineNetwork
from cosimgen_monai.networks import GroupNorm, check_size


class Pix2Pix(BaselineNetwork):
    """A U-Net whose input image is the class embedding at every pixel, beside noise; classes alone drive it.

    The noise is an input here, where Isola et al. took dropout: with a condition that is one and the same image for
    all pairs of a class set, it is what makes them differ.

    Args:
        num_classes: number of classes c.
        num_colours: colours of the palette.
        image_size: height and width of the pair.
        base_channels: channels of the finest level.
        channel_mults: multiplier of the base a level.
        noise_channels: channels of white noise beside the condition.
        condition_channels: channels that the condition takes as an image.
        embedding_dim: length D of the class embedding.
        class_feature_dim: length d of a class's learnable row.
        patch_size: side of the pixel blocks folded into channels.
        palette_centre: the class whose colour is the cube's centre.
        palette_order: which colour each class takes.
    """

    conditioned_by = "classes"

    def __init__(
        self,
        num_classes: int,
        num_colours: int,
        image_size: int,
        base_channels: int = 64,
        channel_mults: Sequence[int] = (1, 2, 4, 8),
        noise_channels: int = 8,
        condition_channels: int = 32,
        embedding_dim: int = 256,
        class_feature_dim: int = 256,
        patch_size: int = 1,
        palette_centre: int | None = None,
        palette_order: Sequence[int] | None = None,
    ) -> None:
        check_size(image_size, patch_size, len(channel_mults))
        side = image_size // patch_size
        noise_shape = (noise_channels, side, side)
        lengths = (embedding_dim, class_feature_dim, 0)
        super().__init__(num_classes, num_colours, image_size, noise_shape, *lengths, palette_centre, palette_order)
        channels = [base_channels * mult for mult in channel_mults]
        self.to_image = nn.Linear(embedding_dim, condition_channels)
        self.first = convolution(noise_channels + condition_channels, channels[0])
        self.down = nn.ModuleList(_Block(c_in, c_out, strides=2) for c_in, c_out in itertools.pairwise(channels))
        self.middle = _Block(channels[-1], channels[-1])
        self.up = nn.ModuleList(_Block(c_in + c_out, c_out) for c_out, c_in in itertools.pairwise(channels))
        self.norm = _norm(channels[0])
        self.head = PairHead(channels[0], patch_size)
        self.to(memory_format=torch.channels_last)  # the layout in which convolutions run faster

    def draw(self, noise: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        """Draw pairs (B 6 H W, float32) from noise (B C h w) under class embeddings (B D)."""
        image = self.to_image(condition)[:, :, None, None].expand(-1, -1, *noise.shape[2:])
        h = self.first(torch.cat([noise, image.to(noise.dtype)], dim=1))
        skips = []
        for block in self.down:
            skips.append(h)
            h = block(h)
        h = self.middle(h)
        for block in reversed(self.up):  # type: ignore[call-overload]
            h = block(torch.cat([F.interpolate(h, scale_factor=2.0, mode="nearest"), skips.pop().to(h.dtype)], dim=1))
        return self.head(F.silu(self.norm(h)))


def _norm(channels: int) -> GroupNorm:
    return GroupNorm(min(32, channels // 4), channels)


class _Block(nn.Module):
    """Two normalised convolutions and a skip, the first of a stride."""

    def __init__(self, in_channels: int, out_channels: int, strides: int = 1) -> None:
        super().__init__()
        self.norm1 = _norm(in_channels)
        self.conv1 = convolution(in_channels, out_channels, strides=strides)
        self.norm2 = _norm(out_channels)
        self.conv2 = convolution(out_channels, out_channels)
        self.skip = convolution(in_channels, out_channels, kernel_size=1, strides=strides)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.conv2(F.silu(self.norm2(self.conv1(F.silu(self.norm1(x))))))
        return (h + self.skip(x)) / 2**0.5
