"""PatchGAN: a verdict on every patch of a pair beside its condition as an image (Isola et al. 2017)."""

from __future__ import annotations

import torch
from monai.networks.blocks import Convolution
from torch import nn

from cosimgen_monai.codec import PAIR_CHANNELS


class PatchDiscriminator(nn.Module):
    """Strided convolutions over the pair and the presence vector, broadcast as an image.

    Args:
        condition_dim: length c of the presence vector.
        base_channels: channels of the first convolution; doubled at each halving, up to eight times.
        num_layers: number of halvings; 3 judge patches of 70 x 70 pixels, as the paper of Isola et al.
    """

    def __init__(self, condition_dim: int, base_channels: int = 64, num_layers: int = 3) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = PAIR_CHANNELS + condition_dim
        for level in range(num_layers + 1):
            out = base_channels * min(2**level, 8)
            # no normalisation: verdicts do not hang on neighbours, and a gradient penalty can keep it in bounds
            layers.append(
                Convolution(
                    2,
                    channels,
                    out,
                    strides=2 if level < num_layers else 1,
                    kernel_size=4,
                    padding=1,
                    adn_ordering="A",
                    act=("leakyrelu", {"negative_slope": 0.2}),
                )
            )
            channels = out
        layers.append(Convolution(2, channels, 1, kernel_size=4, padding=1, conv_only=True))
        self.convolutions = nn.Sequential(*layers)
        self.to(memory_format=torch.channels_last)  # the layout in which convolutions run faster

    def forward(self, pair: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        """Return logits (B 1 h w, float32), one a patch, of pairs (B 6 H W) under presence vectors (B c)."""
        image = condition[:, :, None, None].expand(-1, -1, *pair.shape[2:])
        logits: torch.Tensor = self.convolutions(torch.cat([pair, image.to(pair.dtype)], dim=1))
        return logits.float()
