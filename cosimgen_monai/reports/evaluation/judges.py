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
    "inception": ("frechet_inception", "kernel_inception", "sfid_inception"),
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
        """The network of memorisation and of the gallery's order: the first that measures more than one distance."""
        return next(network for network in self.features if network.name != "vgg16")


def load_judges(names: Sequence[str] | str, weights_dir: str | Path | None, device: torch.device) -> Judges:
    """Load networks by name; one whose weights are absent is noted, a damaged file is an error.

    Args:
        names: which, of ``NETWORKS``; a list, or a string with commas between them.
        weights_dir: a folder that holds weight files under their makers' names, in place of torch hub's cache.
        device: where they go.

    Raises:
        ValueError: if a name is none of the networks' or stands there twice, a checksum differs, or no network is left
            whose features distances are measured in (VGG's serve its own figure alone).
        FileNotFoundError: if the folder is missing.
    """
    if isinstance(names, str):
        names = [name.strip() for name in names.split(",")]
    if not isinstance(names, (list, tuple)):
        raise ValueError(f"`feature_networks` must be a list of names ({', '.join(NETWORKS)}), got {names!r}.")
    if unknown := [name for name in names if name not in NETWORKS]:
        raise ValueError(f"`feature_networks` holds {unknown[0]!r}; there are: {', '.join(NETWORKS)}.")
    if twice := [name for name in names if list(names).count(name) > 1]:
        raise ValueError(f"`feature_networks` names {twice[0]!r} twice.")
    if weights_dir is not None and not Path(weights_dir).is_dir():
        raise FileNotFoundError(f"`weights_dir` {weights_dir} is no folder.")
    judges = Judges()
    for name in names:
        try:
            _load(name, weights_dir, device, judges)
        except (FileNotFoundError, ModuleNotFoundError) as error:
            judges.absent[name] = str(error)
    if all(network.name == "vgg16" for network in judges.features):
        missing = f"; absent: {judges.absent}" if judges.absent else ""
        raise ValueError(f"`feature_networks` must hold efficientnet_lite0 or inception, got {list(names)}{missing}.")
    return judges


def _load(name: str, weights_dir: str | Path | None, device: torch.device, judges: Judges) -> None:
    if name.startswith("lpips_"):
        judges.lpips.append(LPIPS.load(name.removeprefix("lpips_"), weights_dir).to(device))
    else:
        path = None if name == "efficientnet_lite0" else weights_dir
        judges.features.append(feature_network(name, path).to(device))
