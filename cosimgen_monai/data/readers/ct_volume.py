"""CT volumes with their labels, on one grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cosimgen_monai.codec import VOID, ClassTable
from cosimgen_monai.data.readers.unknown_values import UnknownValuesError
from cosimgen_monai.data.readers.volume import Volume, read_volume

AIR = -1000.0
"""HU outside the scanner's field."""


@dataclass(frozen=True)
class CTPair:
    """A CT volume and its label on one grid, axes towards the patient's right, front and head.

    Attributes:
        image: float32 HU, X Y Z.
        label: uint8 class ids, X Y Z.
        spacing: voxel size along X, Y, Z in mm.
        outside: what lies beyond the scanner's field, see :func:`outside_of`.
    """

    image: NDArray[np.float32]
    label: NDArray[np.uint8]
    spacing: tuple[float, float, float]
    outside: int


def outside_of(classes: ClassTable) -> int:
    """Return the id of pixels beyond a volume: the background's, or ``VOID`` where every class is an object."""
    return VOID if classes.background is None else classes.background


def read_ct_pair(image_path: Path, label_path: Path, classes: ClassTable) -> CTPair:
    """Read an image volume and its label and bring both to RAS axes by their affines.

    Raises:
        ValueError: naming the file, where one cannot be read, shapes or affines differ, HU are not finite, or the
            label holds an id that is no class.
    """
    image, label = read_image_volume(image_path), read_volume(label_path)
    check_same_grid(image, label, image_path, label_path)
    table = {i: i for i in range(classes.num_classes)}
    ids = ids_of_voxels(label.voxels, table, label_path, classes)
    return CTPair(image.voxels, ids, image.spacing, outside_of(classes))


def read_image_volume(path: Path) -> Volume:
    """Read an image volume as float32; raise ``ValueError`` where a voxel is no finite number."""
    volume = read_volume(path, np.float32)
    check_finite(volume.voxels, path)
    return volume


def check_finite(voxels: NDArray[Any], path: Path) -> None:
    """Raise ``ValueError`` where an image holds NaN or infinity."""
    if not np.isfinite(voxels).all():
        raise ValueError(
            f"{path} holds {(~np.isfinite(voxels)).sum()} voxels that are NaN or infinite; "
            f"give them a value in HU ({AIR:.0f} is air)."
        )


def check_same_grid(image: Volume, label: Volume, image_path: Path, label_path: Path) -> None:
    """Raise ``ValueError`` where an image and its label differ in shape or affine."""
    if image.voxels.shape != label.voxels.shape:
        raise ValueError(
            f"{image_path} has shape {image.voxels.shape}, but its label {label_path} {label.voxels.shape}; "
            "resample the label to the image's grid (nearest)."
        )
    if not np.allclose(image.affine, label.affine, atol=1e-2):
        raise ValueError(
            f"{image_path} and its label {label_path} have different affines:\n{image.affine}\n"
            f"{label.affine}\nThey must lie on one grid."
        )


def ids_of_voxels(label: NDArray[Any], table: Mapping[int, int], path: Path, classes: ClassTable) -> NDArray[np.uint8]:
    """Return a label's stored codes as class ids; whole numbers stored as floats are codes too.

    Args:
        label: codes, of any shape.
        table: id of each code.
        path: the label's file, for the error.
        classes: the dataset's classes, for the error.

    Raises:
        ValueError: naming the file and the values, where one is in no table.
    """
    values, counts = np.unique(label, return_counts=True)
    counted = zip(values.tolist(), counts.tolist(), strict=True)
    unknown = {f"{value:g}": count for value, count in counted if value not in table}
    wrong = [value for value in values.tolist() if value not in table]
    if wrong:
        known = f"0 to {max(table)}" if sorted(table) == list(range(len(table))) else str(sorted(table))
        raise UnknownValuesError(
            f"{path} holds label values {wrong[:8]} that are no class id; this dataset has {known} "
            f"({', '.join(classes.names)}).",
            path,
            unknown,
        )
    ids = np.array([table[int(value)] for value in values.tolist()], dtype=np.uint8)
    return ids[np.searchsorted(values, label)]
