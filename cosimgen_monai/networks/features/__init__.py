"""Networks trained elsewhere that judge images: what metrics and perceptual losses see with."""

from __future__ import annotations

from pathlib import Path

from cosimgen_monai.networks.features.efficientnet_lite0 import EfficientNetLite0
from cosimgen_monai.networks.features.inception import Inception
from cosimgen_monai.networks.features.lpips import LPIPS
from cosimgen_monai.networks.features.network import FeatureNetwork
from cosimgen_monai.networks.features.vgg16 import VGG16
from cosimgen_monai.networks.features.weights import WeightFile

NETWORKS = (EfficientNetLite0, VGG16, Inception)


def feature_network(name: str, path: str | Path | None = None) -> FeatureNetwork:
    """Load a feature network from this machine.

    Args:
        name: ``efficientnet_lite0`` (its weights come with a package that is installed along), ``vgg16`` or
            ``inception`` (theirs must be in torch hub's cache, or given).
        path: the weight file, or a folder that holds it.

    Raises:
        FileNotFoundError: if the weights are absent; the message says where to put which file.
        ValueError: if there is no such network, or the weights' SHA-256 differs.
        ModuleNotFoundError: if ``inception`` is asked for and torch-fidelity is not installed.
    """
    names = {network.name: network for network in NETWORKS}
    network = names.get(name.replace("-", "_") if isinstance(name, str) else name)
    if network is None:
        raise ValueError(f"There is no feature network {name!r}; there are: {', '.join(names)}.")
    return network(network.weight_file.load(path))


__all__ = ["LPIPS", "VGG16", "EfficientNetLite0", "FeatureNetwork", "Inception", "WeightFile", "feature_network"]
