"""BTCV's layout (Synapse): ``RawData/Training/{img,label}``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from cosimgen_monai.export.nifti.slice_volume import save_slice, slice_affine
from cosimgen_monai.export.record.manifest import Manifest
from cosimgen_monai.export.writer import SampleWriter

FIRST_CASE = 900_000
"""Case numbers begin here, so that none is taken for one of BTCV's."""


class BtcvLayout(SampleWriter):
    """Write ``img900000.nii.gz`` (int16 HU) and ``label900000.nii.gz`` (uint8, BTCV's ids) on one grid.

    Args:
        folder: the dataset's folder.
        card: the model's file.
        palette: the model's palette.
        manifest: the run's manifest.

    Raises:
        ValueError: if masks would hold void, for which BTCV has no code.
    """

    def __init__(self, folder: str | Path, card: dict[str, Any], palette: torch.Tensor, manifest: Manifest) -> None:
        super().__init__(folder, card, palette, manifest)
        if self.classes.has_void:
            raise ValueError(
                "`formats` native: BTCV has no code for pixels of no class, which --keep_classes asked makes; "
                "use nifti, or leave --keep_classes at all."
            )

    def write(self, sample: dict[str, Any]) -> None:
        """Write a sample's slice and label."""
        case, affine = FIRST_CASE + sample["request"].index, slice_affine(self.card, *sample["native"].shape)
        root = self.folder / "RawData" / "Training"
        save_slice(root / "img" / f"img{case}.nii.gz", sample["native"], affine)
        save_slice(root / "label" / f"label{case}.nii.gz", sample["label"][0].numpy().astype(np.uint8), affine)
