"""The Inception network of the Frechet Inception distance, as torch-fidelity converted it from TensorFlow."""

from __future__ import annotations

import io
from typing import Any

import torch

from cosimgen_monai.networks.features.network import FeatureNetwork
from cosimgen_monai.networks.features.weights import WeightFile


class Inception(FeatureNetwork):
    """Inception v3's 2,048 averaged features, on images as 8 bit, resized as TensorFlow 1 does.

    Heusel et al. 2017; https://github.com/toshas/torch-fidelity. It offers no layers for losses: 8-bit inputs have no
    gradient.

    Args:
        state: the tensors of the weight file.

    Raises:
        ModuleNotFoundError: if torch-fidelity is not installed.
    """

    name = "inception"
    weight_file = WeightFile(
        network="Inception",
        file_name="weights-inception-2015-12-05-6726825d.pth",
        url="https://github.com/toshas/torch-fidelity/releases/download/v0.2.0/"
        "weights-inception-2015-12-05-6726825d.pth",
        sha256="6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2",
    )
    size = 299
    resize = "bilinear"
    vector = "average of the last block, 2048"

    def __init__(self, state: dict[str, Any]) -> None:
        super().__init__(mean=(0.5,) * 3, std=(0.5,) * 3)
        self.extractor = _blank_extractor()
        self.extractor.load_state_dict(state, assign=True)
        self.freeze()

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return one vector (B 2048) an image (B 3 H W, [-1, 1]); the extractor resizes and normalises itself."""
        eight_bit = ((image.float() + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
        with torch.autocast(image.device.type, enabled=False):
            vectors: torch.Tensor = self.extractor(eight_bit)[0]
        return vectors

    def card(self) -> dict[str, Any]:
        """Return what stands beside a figure made with this network."""
        return {**super().card(), "resize": "bilinear as TensorFlow 1, not antialiased", "value_range": [0, 255]}


def _blank_extractor() -> Any:
    """Return torch-fidelity's network without weights.

    It reads a weight file while it is built, and would run code in it. It gets an empty one, and the checked tensors
    afterwards.
    """
    try:
        from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "Inception features need torch-fidelity. Run `pip install cosimgen-monai[evaluate]`, or torch-fidelity."
        ) from error

    class Blank(FeatureExtractorInceptionV3):
        def load_state_dict(self, state_dict: Any, *args: Any, **kwargs: Any) -> Any:
            return super().load_state_dict(state_dict, *args, **kwargs) if state_dict else None

    empty = io.BytesIO()
    torch.save({}, empty)
    empty.seek(0)
    with torch.device("meta"):
        return Blank("inception-v3-compat", ["2048"], feature_extractor_weights_path=empty)
