"""Volumes from NIfTI, NRRD, MHA and DICOM series, each with the affine that says how it lies in the patient."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from cosimgen_monai.data.readers.dicom_series import read_dicom_series
from cosimgen_monai.data.readers.readable import check_readable

NIFTI_SUFFIXES = (".nii.gz", ".nii")
ITK_SUFFIXES = (".nrrd", ".nhdr", ".mha", ".mhd")
VOLUME_SUFFIXES = NIFTI_SUFFIXES + ITK_SUFFIXES
MAX_TILT = 3.0
"""Degrees by which a volume's axes may leave the patient's; slices tilted by less still count as axial."""


@dataclass(frozen=True)
class Volume:
    """Voxels and where they lie.

    Attributes:
        voxels: X Y Z, in the order in which the file holds them.
        affine: 4 x 4, voxel indices to mm towards the patient's right, front and head (RAS).
    """

    voxels: NDArray[Any]
    affine: NDArray[np.float64]

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Voxel size along X, Y, Z in mm."""
        x, y, z = (float(size) for size in nib.affines.voxel_sizes(self.affine))
        return x, y, z

    def to_ras(self) -> Volume:
        """Return the same volume with its axes permuted and flipped so that they run right, front and head."""
        orientation = nib.io_orientation(self.affine)
        change = nib.orientations.inv_ornt_aff(orientation, self.voxels.shape)
        return Volume(nib.apply_orientation(self.voxels, orientation), self.affine @ change)


def read_volume(path: Path, dtype: type | None = None) -> Volume:
    """Read a volume and bring it to RAS axes by its affine; rescale slope and intercept are applied.

    Args:
        path: a NIfTI, NRRD or MHA file, or a folder that holds one DICOM series.
        dtype: type of the voxels; by default the file's own.

    Raises:
        FileNotFoundError: if it is missing.
        PermissionError: if it may not be read.
        ValueError: naming the file and the remedy, where it is damaged, is no volume of 3 axes (a single slice of 2 is
            taken as a volume of one), or lies obliquely.
    """
    path = Path(path)
    if path.is_dir():
        series = read_dicom_series(path)
        volume = Volume(series.voxels, series.affine)
    else:
        volume = _read_nifti(path) if path.name.lower().endswith(NIFTI_SUFFIXES) else _read_itk(path)
    check_affine(volume.affine, path)
    voxels = volume.voxels if dtype is None else volume.voxels.astype(dtype, copy=False)
    return Volume(voxels, volume.affine).to_ras()


def volume_suffix(name: str) -> str | None:
    """Return the ending of a volume's file name, or ``None`` where it is no volume's."""
    return next((suffix for suffix in VOLUME_SUFFIXES if name.lower().endswith(suffix)), None)


def check_affine(affine: NDArray[np.float64], path: Path) -> None:
    """Raise ``ValueError`` where an affine is no grid's, or its axes leave the patient's by more than ``MAX_TILT``."""
    rotation = np.asarray(affine[:3, :3], dtype=np.float64)
    sizes = np.linalg.norm(rotation, axis=0)
    if not (np.isfinite(affine).all() and (sizes > 0).all()):
        raise ValueError(f"{path} has an affine without voxel size:\n{affine}\nSave it again with its true geometry.")
    cosines = np.abs(rotation / sizes)
    tilt = float(np.rad2deg(np.arccos(np.clip(cosines.max(axis=0).min(), 0, 1))))
    if tilt > MAX_TILT or len(set(cosines.argmax(axis=0).tolist())) < 3:
        raise ValueError(
            f"{path} lies obliquely: its axes leave the patient's by {tilt:.1f} degrees ({MAX_TILT:.0f} at most). "
            "Resample image and label to an axis-aligned grid (image linear, label nearest)."
        )


def _read_nifti(path: Path) -> Volume:
    check_readable(path)
    try:
        file: Any = nib.load(path)
        voxels = np.asanyarray(file.dataobj)  # here, so that a truncated file is found here
    except Exception as error:  # nibabel, zlib and gzip each raise their own
        raise ValueError(f"{path} cannot be read as a NIfTI volume: {error}. Fetch the file again.") from error
    return Volume(_three_axes(voxels, path), np.asarray(file.affine, dtype=np.float64))


def _read_itk(path: Path) -> Volume:
    check_readable(path)
    try:
        image = sitk.ReadImage(str(path))
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1]
        raise ValueError(f"{path} cannot be read as an NRRD or MHA volume: {reason}. Fetch the file again.") from error
    if image.GetNumberOfComponentsPerPixel() != 1:
        raise ValueError(
            f"{path} has {image.GetNumberOfComponentsPerPixel()} values a voxel, expected one: save one volume a file."
        )
    voxels = _three_axes(sitk.GetArrayFromImage(image).T, path)
    n = min(image.GetDimension(), 3)
    lps = np.eye(4)
    spacing, size = np.asarray(image.GetSpacing())[:n], image.GetDimension()
    lps[:n, :n] = np.reshape(image.GetDirection(), (size, size))[:n, :n] * spacing
    lps[:n, 3] = image.GetOrigin()[:n]
    return Volume(voxels, np.diag([-1.0, -1.0, 1.0, 1.0]) @ lps)


def _three_axes(voxels: NDArray[Any], path: Path) -> NDArray[Any]:
    """Return voxels with 3 axes (a single slice gets a third of length 1), or raise."""
    shape = voxels.shape
    if voxels.dtype.names is not None:
        raise ValueError(f"{path} holds colours (RGB voxels), expected one number a voxel. Save it as grey values.")
    if len(shape) == 2:
        return voxels[:, :, None]
    if len(shape) == 4 and shape[3] == 1:
        return voxels[..., 0]
    if len(shape) != 3:
        raise ValueError(f"{path} has shape {shape}, expected 3 axes: save one volume a file.")
    return voxels
