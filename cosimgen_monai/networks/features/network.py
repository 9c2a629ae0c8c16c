"""What every feature network offers: one vector an image for distances, feature maps for losses."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from cosimgen_monai.networks.features.weights import WeightFile

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)

_AT_ONCE_ON_CPU = 8  # more leave the caches: at 32 an image takes up to twice as long


class FeatureNetwork(nn.Module):
    """A frozen classifier whose features judge images. Each network is a subclass in a file of its own.

    Attributes:
        name: the network's name, part of the name of every figure made with it.
        weight_file: where its weights come from.
        size: height and width to which images are resized before :meth:`forward`.
        resize: the filter, as the torch mode's name.
        vector: which features :meth:`forward` returns.
        layers: feature maps that :meth:`stage` offers, from shallow to deep.
        perceptual_layer: the layer that a perceptual loss uses unless told otherwise.
    """

    name: str
    weight_file: WeightFile
    size: int
    resize: str
    vector: str
    layers: tuple[str, ...] = ()
    perceptual_layer: str = ""

    shift: torch.Tensor
    scale: torch.Tensor

    def __init__(self, mean: tuple[float, ...], std: tuple[float, ...]) -> None:
        super().__init__()
        # published for images in [0, 1]; ours are in [-1, 1]
        self.register_buffer("shift", (2 * torch.tensor(mean) - 1)[:, None, None], persistent=False)
        self.register_buffer("scale", (2 * torch.tensor(std))[:, None, None], persistent=False)

    def freeze(self) -> FeatureNetwork:
        """Fix all weights for good, and return the network."""
        return self.requires_grad_(False).eval()

    def train(self, mode: bool = True) -> FeatureNetwork:
        """Stay in evaluation, whatever is asked: batch statistics of a judge never change."""
        return super().train(False)

    def normalise(self, image: torch.Tensor) -> torch.Tensor:
        """Return an image (B 3 H W, [-1, 1]) as the network was trained to see it, at its own size."""
        return (image - self.shift) / self.scale

    def resized(self, image: torch.Tensor) -> torch.Tensor:
        """Return an image (B 3 H W, [-1, 1]) at the network's size, without aliasing where it gets smaller."""
        if image.ndim != 4 or image.shape[1] != 3:
            raise ValueError(f"{self.name} takes images of B 3 H W, got {tuple(image.shape)}.")
        if image.shape[-2:] == (self.size, self.size):
            return image
        return F.interpolate(image, (self.size, self.size), mode=self.resize, antialias=True).clamp(-1, 1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return one vector an image.

        Args:
            image: B 3 H W, [-1, 1], any size.

        Returns:
            float32, B D.
        """
        chunks = image.split(_AT_ONCE_ON_CPU if image.device.type == "cpu" else len(image))
        with torch.autocast(image.device.type, enabled=False):  # a figure never depends on a training's precision
            return torch.cat([self.vectors(self.normalise(self.resized(chunk.float()))) for chunk in chunks])

    def vectors(self, image: torch.Tensor) -> torch.Tensor:
        """Return the vectors (B D) of normalised images at the network's size."""
        raise NotImplementedError

    def stage(self, layer: str) -> nn.Module:
        """Return the network up to a layer: images (B 3 H W, [-1, 1], their own size) in, feature maps out.

        Raises:
            ValueError: if there is no such layer.
        """
        if layer not in self.layers:
            raise ValueError(f"{self.name} has no layer {layer!r}; it offers: {', '.join(self.layers) or 'none'}.")
        return Stage(self.shift, self.scale, self.up_to(layer))

    def up_to(self, layer: str) -> nn.Sequential:
        """Return the modules from the normalised image to a layer."""
        raise NotImplementedError

    def card(self) -> dict[str, Any]:
        """Return what stands beside a figure made with this network."""
        return {
            "network": self.name,
            "features": self.vector,
            "size": self.size,
            "resize": f"{self.resize}, antialiased",
            "value_range": [-1, 1],
            "weights": self.weight_file.file_name,
            "sha256": self.weight_file.sha256,
        }


class Stage(nn.Module):
    """The first layers of a frozen network, its normalisation included."""

    shift: torch.Tensor
    scale: torch.Tensor

    def __init__(self, shift: torch.Tensor, scale: torch.Tensor, layers: nn.Sequential) -> None:
        super().__init__()
        self.register_buffer("shift", shift, persistent=False)
        self.register_buffer("scale", scale, persistent=False)
        self.layers = layers

    def train(self, mode: bool = True) -> Stage:
        """Stay in evaluation."""
        return super().train(False)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return the feature maps (B C h w) of images (B 3 H W, [-1, 1])."""
        features: torch.Tensor = self.layers((image - self.shift) / self.scale)
        return features
