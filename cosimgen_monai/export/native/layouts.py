"""The layout and codes of the dataset that a model was trained on, so that its readers read drawn pairs too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from cosimgen_monai.data import MBRSC, VOC2012, CholecSeg8k
from cosimgen_monai.data.datasets.btcv import CLASS_NAMES
from cosimgen_monai.export.native.btcv import BtcvLayout
from cosimgen_monai.export.native.cholecseg8k import CholecSeg8kLayout
from cosimgen_monai.export.native.folder import FolderLayout
from cosimgen_monai.export.native.mbrsc import MbrscLayout
from cosimgen_monai.export.native.voc import VocLayout
from cosimgen_monai.export.record.manifest import Manifest
from cosimgen_monai.export.writer import SampleWriter

Layout = Callable[[Path, dict[str, Any], torch.Tensor, Manifest], SampleWriter]
LAYOUTS: dict[str, tuple[Layout, tuple[str, ...]]] = {
    "BTCV": (BtcvLayout, CLASS_NAMES),
    "phantom": (BtcvLayout, CLASS_NAMES),
    "CholecSeg8k": (CholecSeg8kLayout, CholecSeg8k.classes.names),
    "MBRSC": (MbrscLayout, MBRSC.classes.names),
    "PASCAL VOC 2012": (VocLayout, VOC2012.classes.names),
}
"""By the dataset's name in the model's file, with its classes. Somebody's own data, even of such a name, go back into
the folder overlay's default layout."""


def native_writer(folder: Path, card: dict[str, Any], palette: torch.Tensor, manifest: Manifest) -> SampleWriter:
    """Return the writer of the layout of a model's dataset.

    Raises:
        ValueError: if the layout cannot hold such pairs.
    """
    name = card["images"]["dataset"]
    if name == "BTCV-Zenodo":
        raise ValueError(
            "`formats` native: the Zenodo release's layout wants crops of volumes, which drawn slices have not; "
            "use nifti (its ids are in dataset.json)."
        )
    layout, names = LAYOUTS.get(name, (FolderLayout, ()))
    if tuple(card["classes"]["names"]) != names:
        layout = FolderLayout
    return layout(folder, card, palette, manifest)
