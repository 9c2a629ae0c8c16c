"""VGG16 (Simonyan and Zisserman, ICLR 2015) with torchvision's ImageNet weights."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from cosimgen_monai.networks.features.network import IMAGENET_MEAN, IMAGENET_STD, FeatureNetwork
from cosimgen_monai.networks.features.weights import WeightFile

VGG16_FILE = WeightFile(
    network="VGG16",
    file_name="vgg16-397923af.pth",
    url="https://download.pytorch.org/models/vgg16-397923af.pth",
    sha256="397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0",
)
_CHANNELS = (64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0)  # 0: pooling


def vgg16_features() -> nn.Sequential:
    """Return the 31 convolutional layers, unweighted, in torchvision's order."""
    layers: list[nn.Module] = []
    channels = 3
    for out_channels in _CHANNELS:
        if out_channels:
            layers += [nn.Conv2d(channels, out_channels, 3, padding=1), nn.ReLU()]
            channels = out_channels
        else:
            layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers)


class VGG16(FeatureNetwork):
    """VGG16's 4,096 features of the second fully connected layer, after its ReLU.

    Args:
        state: the tensors of the weight file; the last layer's are not used.
    """

    name = "vgg16"
    weight_file = VGG16_FILE
    size = 224
    resize = "bilinear"
    vector = "fc2 after ReLU, 4096"
    layers = tuple(f"features.{i}" for i in range(31))
    perceptual_layer = "features.6"

    def __init__(self, state: dict[str, Any]) -> None:
        super().__init__(IMAGENET_MEAN, IMAGENET_STD)
        with torch.device("meta"):  # 138 million random numbers would be drawn only to be replaced
            self.features = vgg16_features()
            # dropout, which torchvision has at places 2 and 5, does nothing in evaluation
            self.classifier = nn.ModuleDict({"0": nn.Linear(25088, 4096), "3": nn.Linear(4096, 4096)})
        own = {key: value for key, value in state.items() if not key.startswith("classifier.6.")}
        self.load_state_dict(own, assign=True)
        self.freeze()

    def up_to(self, layer: str) -> nn.Sequential:
        """Return the modules from the normalised image to a layer, that layer included."""
        return self.features[: self.layers.index(layer) + 1]

    def vectors(self, image: torch.Tensor) -> torch.Tensor:
        """Return fc2 after its ReLU, B 4096."""
        x = self.features(image).flatten(1)
        return self.classifier["3"](self.classifier["0"](x).relu()).relu()
