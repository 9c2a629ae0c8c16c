"""The perceptual loss of the upscaler (paper section 3.6, second term of equation 9)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from cosimgen_monai.networks import FeatureNetwork


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
        return F.mse_loss(self.stage(image).float(), wanted.float())  # (9)
