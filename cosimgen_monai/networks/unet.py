"""The conditional residual U-Net (paper section 3.3.4), from MONAI's blocks with a fusion in every residual block."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from monai.networks.blocks import Convolution
from monai.networks.nets.diffusion_model_unet import zero_module
from torch import nn

from cosimgen_monai.networks.group_norm import GroupNorm
from cosimgen_monai.networks.spectron import FUSIONS


def _conv(in_channels: int, out_channels: int, kernel_size: int = 3, strides: int = 1) -> Convolution:
    return Convolution(2, in_channels, out_channels, strides=strides, kernel_size=kernel_size, conv_only=True)


def _norm(channels: int) -> GroupNorm:
    return GroupNorm(
        num_groups=next(g for g in (32, 16, 8, 4, 2, 1) if channels % (4 * g) == 0 or g == 1), num_channels=channels
    )


class ResidualBlock(nn.Module):
    """Two convolutions and a skip; the fusion adds condition and timestep between them.

    Args:
        in_channels: channels of the input.
        out_channels: channels of the output.
        fusion: the fusion module for ``out_channels`` at this resolution.
    """

    def __init__(self, in_channels: int, out_channels: int, fusion: nn.Module) -> None:
        super().__init__()
        self.norm1 = _norm(in_channels)
        self.conv1 = _conv(in_channels, out_channels)
        self.fusion = fusion
        self.norm2 = _norm(out_channels)
        # a block that begins as the identity trains faster and more stably (Ho et al. 2020)
        self.conv2 = zero_module(_conv(out_channels, out_channels))
        self.act = nn.SiLU()
        self.skip = _conv(in_channels, out_channels, kernel_size=1) if in_channels != out_channels else nn.Identity()

    def forward(self, x: torch.Tensor, condition: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        """Map B C_in H W to B C_out H W under the embeddings (B D each)."""
        h = self.conv1(self.act(self.norm1(x)))
        h = self.fusion(h, condition, time)
        h = self.conv2(self.act(self.norm2(h)))
        return self.skip(x) + h


class ConditionalUNet(nn.Module):
    """Residual U-Net whose skips join by concatenation and whose every block hears the condition.

    Each level has ``num_res_blocks`` residual blocks on the way down and as many on the way up, one skip a block.

    Args:
        in_channels: channels of the input and the output.
        size: height and width of the input.
        base_channels: channels of the first level (paper: 64).
        channel_mults: multiplier of the base a level (paper: 1, 2, 4, 8).
        num_res_blocks: residual blocks a level.
        embedding_dim: length D of the embeddings.
        fusion: ``spectron`` or ``channel_addition``.
        patch_size: side of the pixel blocks folded into channels before the first convolution.

    Raises:
        ValueError: if the size cannot be folded and halved as often as there are levels, or the fusion is unknown.
    """

    def __init__(
        self,
        in_channels: int,
        size: int,
        base_channels: int = 64,
        channel_mults: Sequence[int] = (1, 2, 4, 8),
        num_res_blocks: int = 2,
        embedding_dim: int = 256,
        fusion: str = "spectron",
        patch_size: int = 1,
    ) -> None:
        super().__init__()
        check_size(size, patch_size, len(channel_mults))
        if fusion not in FUSIONS:
            raise ValueError(f"`fusion` must be one of {sorted(FUSIONS)}, got {fusion!r}.")
        channels = [base_channels * mult for mult in channel_mults]
        sizes = [size // patch_size >> level for level in range(len(channels))]

        def block(c_in: int, c_out: int, level: int) -> ResidualBlock:
            return ResidualBlock(c_in, c_out, FUSIONS[fusion](c_out, sizes[level], embedding_dim))

        self.fold = nn.PixelUnshuffle(patch_size)
        self.first = _conv(in_channels * patch_size**2, channels[0])
        self.down = nn.ModuleList()
        self.downsample = nn.ModuleList()
        for level, c in enumerate(channels):
            self.down.append(nn.ModuleList(block(c, c, level) for _ in range(num_res_blocks)))
            last = level == len(channels) - 1
            self.downsample.append(nn.Identity() if last else _conv(c, channels[level + 1], strides=2))

        bottom = len(channels) - 1
        self.middle = nn.ModuleList(block(channels[bottom], channels[bottom], bottom) for _ in range(2))

        self.up = nn.ModuleList()
        self.upsample = nn.ModuleList()
        for level in range(bottom, -1, -1):
            c = channels[level]
            self.up.append(nn.ModuleList(block(2 * c, c, level) for _ in range(num_res_blocks)))
            self.upsample.append(nn.Identity() if level == 0 else self._upsample(c, channels[level - 1]))

        self.norm = _norm(channels[0])
        self.act = nn.SiLU()
        self.last = zero_module(_conv(channels[0], in_channels * patch_size**2))
        self.unfold = nn.PixelShuffle(patch_size)
        self.to(memory_format=torch.channels_last)  # the layout in which convolutions run faster

    @staticmethod
    def _upsample(c_in: int, c_out: int) -> nn.Module:
        """Nearest-neighbour doubling, then a convolution: no checkerboard."""
        return nn.Sequential(nn.Upsample(scale_factor=2.0, mode="nearest"), _conv(c_in, c_out))

    def forward(self, x: torch.Tensor, condition: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        """Map B C H W to B C H W under the condition and timestep embeddings (B D each)."""
        h = self.first(self.fold(x))
        skips: list[torch.Tensor] = []
        for blocks, downsample in zip(self.down, self.downsample):  # noqa: B905  (TorchScript knows no strict)
            for block in blocks:  # type: ignore[attr-defined]
                h = block(h, condition, time)
                skips.append(h)
            h = downsample(h)
        for block in self.middle:
            h = block(h, condition, time)
        for blocks, upsample in zip(self.up, self.upsample):  # noqa: B905
            for block in blocks:  # type: ignore[attr-defined]
                h = block(torch.cat([h, skips.pop()], dim=1), condition, time)
            h = upsample(h)
        return self.unfold(self.last(self.act(self.norm(h))))


def check_size(size: int, patch_size: int, num_levels: int) -> None:
    """Raise ``ValueError`` where a U-Net of so many levels cannot halve an image of this size."""
    if isinstance(patch_size, bool) or not isinstance(patch_size, int) or patch_size < 1:
        raise ValueError(f"`network#patch_size` must be a positive integer, got {patch_size!r}.")
    step = patch_size * 2 ** (num_levels - 1)
    if size < 2 * step or size % step:
        near = max(2, round(size / step)) * step
        raise ValueError(
            f"`image_size` {size} cannot be folded by {patch_size} and halved {num_levels - 1} times; "
            f"it must be a multiple of {step}, 2 x {step} at least: try {near}."
        )
