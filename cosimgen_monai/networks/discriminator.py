"""The convolution-linear discriminator of pairs (paper section 3.7.2)."""

from __future__ import annotations

import torch
from monai.networks.blocks import Convolution
from torch import nn

from cosimgen_monai.codec import PAIR_CHANNELS


class PairDiscriminator(nn.Module):
    """Judge whether a 6-channel pair is real: strided convolutions, then one linear layer to one logit.

    Args:
        image_size: height and width of the pair.
        base_channels: channels of the first convolution; doubled at each halving, up to eight times.
        num_layers: number of halvings.
    """

    def __init__(self, image_size: int, base_channels: int = 32, num_layers: int = 4) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = PAIR_CHANNELS
        for level in range(num_layers):
            out = base_channels * min(2**level, 8)
            # no normalisation: statistics over a batch would let one sample's verdict hang on its neighbours
            layers.append(
                Convolution(
                    2,
                    channels,
                    out,
                    strides=2,
                    kernel_size=3,
                    adn_ordering="A",
                    act=("leakyrelu", {"negative_slope": 0.2}),
                )
            )
            channels = out
        self.convolutions = nn.Sequential(*layers)
        size = -(-image_size // 2**num_layers)  # a strided convolution halves an odd size upwards
        self.linear = nn.Linear(channels * size**2, 1)
        self.to(memory_format=torch.channels_last)  # the layout in which convolutions run faster

    def forward(self, pair: torch.Tensor) -> torch.Tensor:
        """Return logits (B, float32) of pairs (B 6 H W); their sigmoid is D of equation 5, in (0, 1)."""
        logits: torch.Tensor = self.linear(self.convolutions(pair).flatten(1)).squeeze(1)
        return logits.float()
