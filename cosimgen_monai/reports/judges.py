"""The networks of an evaluation: those whose weights are here, and what is missing for the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from cosimgen_monai.networks import LPIPS, FeatureNetwork, feature_network

NETWORKS = ("efficientnet_lite0", "inception", "vgg16", "lpips_alex", "lpips_vgg")
ABSENT_FIGURES = {
    "inception": ("frechet_inception", "kernel_inception"),
    "vgg16": ("vgg16_distance",),
    "lpips_alex": ("lpips_alex",),
    "lpips_vgg": ("lpips_vgg",),
}
"""The field's standard figures, which need weights that this project cannot ship."""


@dataclass
class Judges:
    """The networks that could be loaded.

    Attributes:
        features: networks of features.
        lpips: networks that compare two images.
        absent: by network, what to do to have it.
    """

    features: list[FeatureNetwork] = field(default_factory=list)
    lpips: list[LPIPS] = field(default_factory=list)
    absent: dict[str, str] = field(default_factory=dict)

    def absent_figures(self) -> list[dict[str, Any]]:
        """Return the standard figures that lack their network, without a value."""
        names = [name for network in self.absent for name in ABSENT_FIGURES.get(network, ())]
        return [{"name": name, "value": None, "floor": None, "note": "weights absent"} for name in names]

    @property
    def main(self) -> FeatureNetwork:
        """The network of density, coverage and memorisation."""
        return self.features[0]


def load_judges(names: Sequence[str], weights_dir: str | Path | None, device: torch.device) -> Judges:
    """Load networks by name; one whose weights are absent is noted, a damaged file is an error.

    Args:
        names: which, of ``NETWORKS``.
        weights_dir: a folder that holds weight files under their makers' names, beside torch hub's cache.
        device: where they go.

    Raises:
        ValueError: if a name is none of the networks', a checksum differs, or no network of features is left.
        FileNotFoundError: if the folder is missing.
    """
    if unknown := [name for name in names if name not in NETWORKS]:
        raise ValueError(f"`feature_networks` holds {unknown[0]!r}; there are: {', '.join(NETWORKS)}.")
    if weights_dir is not None and not Path(weights_dir).is_dir():
        raise FileNotFoundError(f"`weights_dir` {weights_dir} is no folder.")
    judges = Judges()
    for name in names:
        try:
            _load(name, weights_dir, device, judges)
        except (FileNotFoundError, ModuleNotFoundError) as error:
            judges.absent[name] = str(error)
    if not judges.features:
        raise ValueError(f"No feature network could be loaded: {judges.absent}")
    return judges


def _load(name: str, weights_dir: str | Path | None, device: torch.device, judges: Judges) -> None:
    if name.startswith("lpips_"):
        judges.lpips.append(LPIPS.load(name.removeprefix("lpips_"), weights_dir).to(device))
    else:
        path = None if name == "efficientnet_lite0" else weights_dir
        judges.features.append(feature_network(name, path).to(device))
