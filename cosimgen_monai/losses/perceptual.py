"""The perceptual loss of the upscaler (paper section 3.6, equation 8)."""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from cosimgen_monai.networks import FeatureNetwork, feature_network


class PerceptualLoss(nn.Module):
    """Mean squared difference of a frozen network's feature maps: ‖φ(x̂) - φ(x)‖² / (C h w), φ up to a layer.

    Only the layers up to that one are kept. Gradients reach the first image alone.

    Args:
        features: the feature network (paper: ``vgg16``).
        layer: name of the layer (paper: VGG level 6, ``features.6``); by default the network's own choice.

    Raises:
        ValueError: if the network has no such layer.
    """

    def __init__(self, features: FeatureNetwork, layer: str | None = None) -> None:
        super().__init__()
        self.layer = layer or features.perceptual_layer
        self.stage = features.stage(self.layer)

    def forward(self, image: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """Return the loss, a number.

        Args:
            image: B 3 H W, [-1, 1].
            target: the image that it should be, B 3 H W.
        """
        with torch.no_grad():
            wanted = self.stage(target)
        return F.mse_loss(self.stage(image).float(), wanted.float())  # (8)


def open_perceptual(features: str | None, path: str | Path | None = None) -> PerceptualLoss | None:
    """Return the perceptual loss over a feature network by its name, or ``None`` without one.

    Args:
        features: ``vgg16`` (paper), ``efficientnet_lite0`` (its weights are always there) or ``None``.
        path: the weight file; see :func:`feature_network` for where it is looked for, and for the errors.
    """
    return None if features is None else PerceptualLoss(feature_network(features, path))
