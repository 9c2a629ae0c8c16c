"""The blocks that generators, encoders and discriminators of the baselines are made of."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from monai.networks.blocks import Convolution
from torch import nn

from cosimgen_monai.codec import PAIR_CHANNELS
from cosimgen_monai.networks import GroupNorm, check_size


def convolution(in_channels: int, out_channels: int, kernel_size: int = 3, strides: int = 1) -> Convolution:
    """Return a plain padded convolution."""
    return Convolution(2, in_channels, out_channels, strides=strides, kernel_size=kernel_size, conv_only=True)


class Modulation(nn.Module):
    """Group normalisation whose scale and shift an embedding sets (as BigGAN's and ADM's; Dhariwal & Nichol 2021).

    Args:
        channels: channels of the features; a multiple of 8.
        embedding_dim: length of the embedding.
    """

    def __init__(self, channels: int, embedding_dim: int) -> None:
        super().__init__()
        self.norm = GroupNorm(min(32, channels // 4), channels, affine=False)
        self.to_scale_and_shift = nn.Linear(embedding_dim, 2 * channels)

    def forward(self, x: torch.Tensor, embedding: torch.Tensor) -> torch.Tensor:
        """Normalise and modulate features (B C H W) by embeddings."""
        scale, shift = self.to_scale_and_shift(embedding)[:, :, None, None].chunk(2, dim=1)
        return self.norm(x) * (1 + scale) + shift


class ModulatedBlock(nn.Module):
    """A residual block of two convolutions, modulated by an embedding; halves or doubles the size on request.

    Args:
        in_channels: channels of the input.
        out_channels: channels of the output.
        embedding_dim: length of the embedding.
        resample: ``down``, ``up``, or nothing.
    """

    def __init__(self, in_channels: int, out_channels: int, embedding_dim: int, resample: str = "") -> None:
        super().__init__()
        self.resample = resample
        self.modulation1 = Modulation(in_channels, embedding_dim)
        self.conv1 = convolution(in_channels, out_channels)
        self.modulation2 = Modulation(out_channels, embedding_dim)
        self.conv2 = convolution(out_channels, out_channels)
        self.skip = convolution(in_channels, out_channels, kernel_size=1)

    def forward(self, x: torch.Tensor, embedding: torch.Tensor) -> torch.Tensor:
        """Map B C_in H W to B C_out H' W'."""
        h = self.conv1(self._resize(F.silu(self.modulation1(x, embedding))))
        h = self.conv2(F.silu(self.modulation2(h, embedding)))
        return (h + self.skip(self._resize(x))) / 2**0.5

    def _resize(self, x: torch.Tensor) -> torch.Tensor:
        if self.resample == "up":
            return F.interpolate(x, scale_factor=2.0, mode="nearest")
        return F.avg_pool2d(x, 2) if self.resample == "down" else x


class PairHead(nn.Module):
    """Features to a pair: pixel blocks unfolded by pixel shuffle, then smoothed at full size.

    The pixels of a block begin with equal weights (ICNR; Aitken et al. 2017); else a grid is seen for very long.

    Args:
        in_channels: channels of the features.
        patch_size: side of the pixel blocks.
        full_channels: channels at full size.
    """

    def __init__(self, in_channels: int, patch_size: int, full_channels: int = 16) -> None:
        super().__init__()
        self.to_blocks = convolution(in_channels, full_channels * patch_size**2)
        with torch.no_grad():
            for parameter in self.to_blocks.parameters():
                parameter.copy_(parameter[:: patch_size**2].repeat_interleave(patch_size**2, dim=0))
        self.unfold = nn.PixelShuffle(patch_size)
        self.last = convolution(full_channels, PAIR_CHANNELS)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map features (B C h w) to pairs in (-1, 1), B 6 H W, float32."""
        pair: torch.Tensor = self.last(F.silu(self.unfold(self.to_blocks(x))))
        return pair.float().tanh()


class PairDecoder(nn.Module):
    """An embedding to a pair: one linear layer to the coarsest level, then residual blocks that double the size.

    Every block hears the embedding, so that noise and condition reach all scales.

    Args:
        image_size: height and width of the pair.
        embedding_dim: length of the embedding.
        base_channels: channels of the finest level.
        channel_mults: multiplier of the base a level, finest first.
        patch_size: side of the pixel blocks that the last convolution draws at once.

    Raises:
        ValueError: if the size cannot be folded and halved as often as there are levels.
    """

    def __init__(
        self, image_size: int, embedding_dim: int, base_channels: int, channel_mults: Sequence[int], patch_size: int
    ) -> None:
        super().__init__()
        check_size(image_size, patch_size, len(channel_mults))
        channels = [base_channels * mult for mult in reversed(channel_mults)]
        self.shape = (channels[0], *2 * (image_size // patch_size >> (len(channels) - 1),))
        self.first = nn.Linear(embedding_dim, self.shape[0] * self.shape[1] * self.shape[2])
        self.blocks = nn.ModuleList([ModulatedBlock(channels[0], channels[0], embedding_dim)])
        for c_in, c_out in itertools.pairwise(channels):
            self.blocks.append(ModulatedBlock(c_in, c_out, embedding_dim, "up"))
        self.last_modulation = Modulation(channels[-1], embedding_dim)
        self.head = PairHead(channels[-1], patch_size)
        self.to(memory_format=torch.channels_last)  # the layout in which convolutions run faster

    def forward(self, embedding: torch.Tensor) -> torch.Tensor:
        """Map embeddings to pairs in (-1, 1), B 6 H W, float32."""
        h = self.first(embedding).view(-1, *self.shape)
        for block in self.blocks:
            h = block(h, embedding)
        return self.head(F.silu(self.last_modulation(h, embedding)))
