"""The 6-channel pair: three image channels and three F-RGB channels, all in [-1, 1]."""

from __future__ import annotations

import torch

from cosimgen_monai.codec.frgb import decode_frgb, encode_frgb

IMAGE_CHANNELS = 3
PAIR_CHANNELS = 6


def pack_pair(image: torch.Tensor, label: torch.Tensor, palette: torch.Tensor, num_classes: int) -> torch.Tensor:
    """Join image and label to the pair that the diffusion model learns.

    Args:
        image: B 1 H W (grey, repeated to three channels, as the paper's CT slices) or B 3 H W, [-1, 1].
        label: class ids, B 1 H W.
        palette: colours, see :func:`encode_frgb`.
        num_classes: number of classes c.

    Returns:
        float32, B 6 H W.
    """
    colours = encode_frgb(label, palette, num_classes)
    return torch.cat([image.float().expand(-1, IMAGE_CHANNELS, -1, -1), colours], dim=1)


def unpack_pair(
    pair: torch.Tensor, palette: torch.Tensor, num_classes: int, smoothing: float = 0.0
) -> tuple[torch.Tensor, torch.Tensor]:
    """Split a pair into its image and its decoded label.

    Args:
        pair: B 6 H W.
        palette: colours, see :func:`decode_frgb`.
        num_classes: number of classes c.
        smoothing: how much neighbours count in decoding, see :func:`decode_frgb`.

    Returns:
        image: B 3 H W, clamped to [-1, 1].
        label: uint8 ids, B 1 H W.
    """
    image, colours = pair[:, :IMAGE_CHANNELS], pair[:, IMAGE_CHANNELS:]
    return image.float().clamp(-1, 1), decode_frgb(colours, palette, num_classes, smoothing)
