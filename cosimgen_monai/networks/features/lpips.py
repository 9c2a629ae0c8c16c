"""LPIPS, the learned perceptual distance of two images (Zhang et al., CVPR 2018), version 0.1."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import nn

from cosimgen_monai.networks.features.vgg16 import VGG16_FILE, vgg16_features
from cosimgen_monai.networks.features.weights import WeightFile

_SHIFT = (-0.030, -0.088, -0.188)
_SCALE = (0.458, 0.448, 0.450)


def _linear_file(trunk: str, sha256: str) -> WeightFile:
    url = f"https://github.com/richzhang/PerceptualSimilarity/raw/master/lpips/weights/v0.1/{trunk}.pth"
    return WeightFile(f"LPIPS ({trunk})", f"{trunk}.pth", url, sha256, package="lpips", folder="weights/v0.1")


_ALEXNET_FILE = WeightFile(
    network="AlexNet",
    file_name="alexnet-owt-7be5be79.pth",
    url="https://download.pytorch.org/models/alexnet-owt-7be5be79.pth",
    sha256="7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02",
)

_ENDS = {"alex": (2, 5, 8, 10, 12), "vgg": (4, 9, 16, 23, 30)}  # where the five compared maps end in a trunk's layers
TRUNK_FILES = {"alex": _ALEXNET_FILE, "vgg": VGG16_FILE}
LINEAR_FILES = {
    "alex": _linear_file("alex", "df73285e35b22355a2df87cdb6b70b343713b667eddbda73e1977e0c860835c0"),
    "vgg": _linear_file("vgg", "a78928a0af1e5f0fcb1f3b9e8f8c3a2a5a3de244d830ad5c1feddc79b8432868"),
}


class LPIPS(nn.Module):
    """The distance of two images: squared differences of normalised features, weighted as people judged.

    Args:
        trunk: ``alex`` or ``vgg``.
        trunk_state: the tensors of torchvision's weight file; the classifier's are not used.
        linear_state: the tensors of the lpips package's weight file.

    Raises:
        ValueError: if there is no such trunk.
    """

    MIN_SIZE = 32
    """The smallest height and width that the trunks can halve."""
    shift: torch.Tensor
    scale: torch.Tensor

    def __init__(self, trunk: str, trunk_state: dict[str, Any], linear_state: dict[str, Any]) -> None:
        super().__init__()
        if trunk not in _ENDS:
            raise ValueError(f"LPIPS has the trunks {', '.join(_ENDS)}, not {trunk!r}.")
        self.trunk = trunk
        self.name = f"lpips_{trunk}"
        self.register_buffer("shift", torch.tensor(_SHIFT)[:, None, None])
        self.register_buffer("scale", torch.tensor(_SCALE)[:, None, None])
        with torch.device("meta"):
            self.features = _alexnet_features() if trunk == "alex" else vgg16_features()
        prefix = "features."
        own = {key.removeprefix(prefix): value for key, value in trunk_state.items() if key.startswith(prefix)}
        self.features.load_state_dict(own, assign=True)
        for k in range(5):
            self.register_buffer(f"weight{k}", linear_state[f"lin{k}.model.1.weight"])
        self.requires_grad_(False)
        self.eval()

    @classmethod
    def load(cls, trunk: str, trunk_path: str | Path | None = None) -> LPIPS:
        """Load from the weight files on this machine; see :meth:`WeightFile.find` for the errors."""
        return cls(trunk, TRUNK_FILES[trunk].load(trunk_path), LINEAR_FILES[trunk].load())

    def forward(self, image: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
        """Return the distances (B, float32) of images to others (each B 3 H W, [-1, 1], of one size).

        Raises:
            ValueError: if the images are smaller than 32 pixels, or differ in shape.
        """
        if image.shape != other.shape or min(image.shape[-2:]) < self.MIN_SIZE:
            raise ValueError(
                f"LPIPS compares images of one shape, {self.MIN_SIZE} pixels at least; got {tuple(image.shape)} and "
                f"{tuple(other.shape)}."
            )
        with torch.autocast(image.device.type, enabled=False):
            distance = torch.zeros(len(image), device=image.device)
            x, y, start = self._scaled(image), self._scaled(other), 0
            for k, end in enumerate(_ENDS[self.trunk]):
                x, y, start = self.features[start:end](x), self.features[start:end](y), end
                difference = (_unit(x) - _unit(y)).square()
                distance = distance + (difference * getattr(self, f"weight{k}")).sum(1).mean(dim=(1, 2))
            return distance

    def _scaled(self, image: torch.Tensor) -> torch.Tensor:
        return (image.float() - self.shift) / self.scale

    def card(self) -> dict[str, Any]:
        """Return what stands beside a figure made with this network."""
        return {
            "network": self.name,
            "features": "five feature maps, version 0.1",
            "size": "the images' own",
            "resize": "none",
            "value_range": [-1, 1],
            "weights": [TRUNK_FILES[self.trunk].file_name, LINEAR_FILES[self.trunk].file_name],
            "sha256": [TRUNK_FILES[self.trunk].sha256, LINEAR_FILES[self.trunk].sha256],
        }


def _unit(features: torch.Tensor) -> torch.Tensor:
    """Return features of unit length over the channels, as the lpips package does."""
    return features / (features.square().sum(1, keepdim=True).sqrt() + 1e-10)


def _alexnet_features() -> nn.Sequential:
    """Return AlexNet's convolutional layers, unweighted, in torchvision's order, but for the last pooling."""
    return nn.Sequential(
        nn.Conv2d(3, 64, 11, stride=4, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(3, stride=2),
        nn.Conv2d(64, 192, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(3, stride=2),
        nn.Conv2d(192, 384, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(384, 256, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(256, 256, 3, padding=1),
        nn.ReLU(),
    )
