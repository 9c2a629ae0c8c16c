"""A drawn slice as a NIfTI volume one voxel thick, in true millimetres."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
from numpy.typing import NDArray

from cosimgen_monai.settings import atomic_write

DESCRIPTION = "SYNTHETIC image drawn by CoSimGen; no patient"
"""Stands in every header's ``descrip`` field (80 bytes at most)."""


def slice_spacing(card: dict[str, Any], width: int) -> tuple[float, float]:
    """Return the pixel size (field of view / size) and the distance of slices, in mm; 1 where a model knows none."""
    field_of_view = card["images"].get("field_of_view")
    return (field_of_view / width if field_of_view else 1.0), (card.get("slice_spacing") or 1.0)


def slice_affine(card: dict[str, Any], height: int, width: int) -> NDArray[np.float64]:
    """Return voxel indices to RAS mm, the image's middle at the origin."""
    pixel, thickness = slice_spacing(card, width)
    affine = np.diag([pixel, pixel, thickness, 1.0])
    affine[:2, 3] = -pixel * (width - 1) / 2, -pixel * (height - 1) / 2
    return affine


def save_slice(path: Path, display: NDArray[Any], affine: NDArray[np.float64]) -> None:
    """Save a slice (H W, radiological display: anterior and the patient's right first) as an X Y 1 volume."""
    volume = nib.Nifti1Image(np.ascontiguousarray(display[::-1, ::-1].T)[:, :, None], affine)
    volume.set_sform(affine, code=1)
    volume.set_qform(affine, code=1)
    volume.header.set_xyzt_units("mm")
    volume.header["descrip"] = DESCRIPTION
    with atomic_write(path) as draft:
        nib.save(volume, draft)
