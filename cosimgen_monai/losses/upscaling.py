"""The upscaler's loss (paper equations 7 to 9)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from cosimgen_monai.codec import IMAGE_CHANNELS
from cosimgen_monai.processes import over_processes


class UpscalerLoss(nn.Module):
    """L = L_MSE + λ L_perceptual (9), over image and mask.

    Args:
        perceptual_weight: weight λ; 0 leaves equation 8 out.
        perceptual: the perceptual loss of pictures (B 3 H W), such as one over VGG's sixth layer (paper); needed where
            the weight is above 0.

    Raises:
        ValueError: if there is a weight without a perceptual loss, or the weight is negative.
    """

    def __init__(self, perceptual_weight: float = 0.0, perceptual: nn.Module | None = None) -> None:
        super().__init__()
        if perceptual_weight < 0:
            raise ValueError(f"`perceptual_weight` must be 0 or more, got {perceptual_weight!r}.")
        if perceptual_weight > 0 and perceptual is None:
            raise ValueError(
                f"`perceptual_weight` is {perceptual_weight}, but no feature network is set: give "
                "--perceptual_features vgg16 (paper) or efficientnet_lite0 (offline), or --perceptual_weight 0."
            )
        self.perceptual_weight = perceptual_weight
        self.perceptual = perceptual if perceptual_weight > 0 else None

    def forward(self, prediction: torch.Tensor, target: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return ``mse`` and, where it counts, ``perceptual`` of predicted and true pairs, B 6 H W each."""
        parts = {"mse": over_processes(F.mse_loss(prediction.float(), target))}  # (7)
        if self.perceptual is not None:
            halves = [(pair[:, :IMAGE_CHANNELS], pair[:, IMAGE_CHANNELS:]) for pair in (prediction, target)]
            pictures = [torch.cat(images_and_masks) for images_and_masks in halves]
            parts["perceptual"] = over_processes(self.perceptual(*pictures))  # (8)
        return parts

    def total(self, parts: dict[str, torch.Tensor]) -> torch.Tensor:
        """Sum the parts by their weights."""
        total = parts["mse"]  # (9)
        if "perceptual" in parts:
            total = total + self.perceptual_weight * parts["perceptual"]
        return total
