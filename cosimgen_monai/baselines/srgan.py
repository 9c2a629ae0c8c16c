"""SRGAN, the upscaler that the paper compares the ESPCN with (Ledig et al. 2017)."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import pixel_shuffle

from cosimgen_monai.codec import PAIR_CHANNELS, fibonacci_palette
from cosimgen_monai.networks import icnr


class _ResidualBlock(nn.Module):
    """Convolution, batch norm, PReLU, convolution, batch norm, and the input added."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(features, features, 3, padding=1, bias=False),
            nn.BatchNorm2d(features),
            nn.PReLU(),
            nn.Conv2d(features, features, 3, padding=1, bias=False),
            nn.BatchNorm2d(features),
        )

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return features of the same shape, B f H W."""
        result: torch.Tensor = hidden + self.layers(hidden)
        return result


class SRResNet(nn.Module):
    """SRGAN's generator at factor 2, for pairs of six channels.

    Args:
        num_classes: number of classes c of the pairs.
        num_colours: colours of the palette.
        features: channels of the hidden layers (Ledig et al.: 64).
        num_blocks: residual blocks (Ledig et al.: 16).
    """

    palette: torch.Tensor

    def __init__(self, num_classes: int, num_colours: int, features: int = 64, num_blocks: int = 16) -> None:
        super().__init__()
        self.num_classes = num_classes
        self.head = nn.Sequential(nn.Conv2d(PAIR_CHANNELS, features, 9, padding=4), nn.PReLU())
        self.body = nn.Sequential(
            *(_ResidualBlock(features) for _ in range(num_blocks)),
            nn.Conv2d(features, features, 3, padding=1, bias=False),
            nn.BatchNorm2d(features),
        )
        self.grow = nn.Conv2d(features, 4 * features, 3, padding=1)
        self.tail = nn.Sequential(nn.PReLU(), nn.Conv2d(features, PAIR_CHANNELS, 9, padding=4))
        self.register_buffer("palette", fibonacci_palette(num_colours))
        icnr(self.grow, 2, gain=1.0)
        self.to(memory_format=torch.channels_last)  # the layout in which convolutions run faster
        self.reach = 4 + 2 * num_blocks + 1 + 1 + 2  # the last convolution's four pixels are two low-resolution ones

    def forward(self, pair: torch.Tensor) -> torch.Tensor:
        """Return a pair at twice the size, B 6 2H 2W, of one of B 6 H W."""
        hidden = self.head(pair)
        hidden = hidden + self.body(hidden)
        result: torch.Tensor = self.tail(pixel_shuffle(self.grow(hidden), 2))
        return result
