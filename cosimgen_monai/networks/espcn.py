"""ESPCN, the upscaler of pairs by two (paper section 3.6; Shi et al. 2016)."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import interpolate, pixel_shuffle

from cosimgen_monai.codec import PAIR_CHANNELS, fibonacci_palette

SCALE = 2


class ESPCN(nn.Module):
    """Convolutions at the low resolution, then a sub-pixel shuffle to twice the size.

    What the network adds to the bicubic enlargement is learned, so it begins as bicubic and all its work goes into what
    bicubic lacks. The last convolution begins with equal weights for the four pixels of an output channel (ICNR, Aitken
    et al. 2017): no checkerboard.

    Args:
        num_classes: number of classes c of the pairs.
        num_colours: colours of the palette, with one more than ``num_classes`` where there is a void.
        features: channels of the hidden layers.
        num_layers: number of 3 × 3 convolutions between the first (5 × 5) and the last.
    """

    def __init__(self, num_classes: int, num_colours: int, features: int = 48, num_layers: int = 3) -> None:
        super().__init__()
        self.num_classes = num_classes
        self.scale = SCALE
        self.head = nn.Conv2d(PAIR_CHANNELS, features, 5, padding=2)
        self.body = nn.ModuleList(nn.Conv2d(features, features, 3, padding=1) for _ in range(num_layers))
        self.tail = nn.Conv2d(features, PAIR_CHANNELS * SCALE**2, 3, padding=1)
        self.register_buffer("palette", fibonacci_palette(num_colours))
        icnr(self.tail, SCALE)
        self.to(memory_format=torch.channels_last)  # the layout in which convolutions run faster

    @property
    def reach(self) -> int:
        """Distance in low-resolution pixels beyond which nothing changes an output pixel."""
        return 2 + len(self.body) + 1  # bicubic's two lie within

    def forward(self, pair: torch.Tensor) -> torch.Tensor:
        """Return a pair at twice the size.

        Args:
            pair: B 6 H W, [-1, 1].

        Returns:
            B 6 2H 2W, in the input's type.
        """
        hidden = torch.relu(self.head(pair))
        for layer in self.body:
            hidden = hidden + torch.relu(layer(hidden))
        # with antialias torch's kernel is Keys's own (a = -0.5), which keeps a ramp a ramp; without, a ripple is left
        enlarged = interpolate(pair.float(), scale_factor=float(self.scale), mode="bicubic", antialias=True)
        return (enlarged + pixel_shuffle(self.tail(hidden), self.scale).float()).to(pair.dtype)


def icnr(convolution: nn.Conv2d, scale: int, gain: float = 0.1) -> None:
    """Give the ``scale``² sub-pixels of each output channel the same small weights, and no bias."""
    channels = convolution.out_channels // scale**2
    weight = torch.empty(channels, *convolution.weight.shape[1:])
    nn.init.kaiming_normal_(weight)
    with torch.no_grad():  # pixel_shuffle takes the scale² channels of an output channel one after the other
        convolution.weight.copy_(gain * weight.repeat_interleave(scale**2, dim=0))
    assert convolution.bias is not None
    nn.init.zeros_(convolution.bias)
