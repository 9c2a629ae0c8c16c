"""Small CT volumes in BTCV's layout and DICOM series, made in the test."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk
from numpy.typing import NDArray

WriteCase = Callable[..., tuple[Path, Path]]
WriteSlice = Callable[..., Path]
SPACING = (4.0, 5.0, 6.0)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder that `write_case` fills."""
    return tmp_path / "btcv"


@pytest.fixture
def volume() -> tuple[NDArray[np.int16], NDArray[np.uint8]]:
    """A CT and its label, 20 x 16 x 3, RAS: liver at the patient's right, spleen at the left, above the feet."""
    image = np.random.default_rng(0).integers(-400, 600, (20, 16, 3)).astype(np.int16)
    label = np.zeros(image.shape, dtype=np.uint8)
    label[12:18, 4:12, 1:] = 6
    label[1:7, 2:8, 2] = 1
    return image, label


@pytest.fixture
def write_case(root: Path, volume: tuple[NDArray[np.int16], NDArray[np.uint8]]) -> WriteCase:
    """Write one case as ``RawData/Training/{img,label}/*.nii.gz``; returns both paths."""

    def write(
        number: str = "0001",
        image: NDArray | None = None,
        label: NDArray | None = None,
        affine: NDArray | None = None,
        label_affine: NDArray | None = None,
    ) -> tuple[Path, Path]:
        affine = np.diag((*SPACING, 1)) if affine is None else affine
        label_affine = affine if label_affine is None else label_affine
        paths = []
        for kind, voxels, grid in (("img", image, affine), ("label", label, label_affine)):
            path = root / "RawData" / "Training" / kind / f"{kind}{number}.nii.gz"
            path.parent.mkdir(parents=True, exist_ok=True)
            voxels = volume[kind == "label"] if voxels is None else voxels
            nib.save(nib.Nifti1Image(voxels, grid), path)
            paths.append(path)
        return paths[0], paths[1]

    return write


@pytest.fixture
def write_slice() -> WriteSlice:
    """Write one DICOM slice: HU as rows x columns, its place along the feet-head axis, and tags to override."""

    def write(path: Path, hu: NDArray, z: float, series: str = "1.2.3", row_mm: float = 2.0, **tags: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        image = sitk.GetImageFromArray(hu.astype(np.int16)[None])  # GDCM stores them less the intercept
        image.SetSpacing((2.0, row_mm, 1.0))
        values = {
            "0008|0016": "1.2.840.10008.5.1.4.1.1.2",
            "0008|0060": "CT",
            "0020|000d": "1.2",
            "0020|000e": series,
            "0020|0032": f"-10\\-20\\{z}",
            "0020|0037": "1\\0\\0\\0\\1\\0",
            "0028|1052": "-1000",
            "0028|1053": "1",
            **{f"{tag[1:5]}|{tag[5:]}": value for tag, value in tags.items()},  # t00200037
        }
        for tag, value in values.items():
            image.SetMetaData(tag, value)
        writer = sitk.ImageFileWriter()
        writer.KeepOriginalImageUIDOn()
        writer.SetImageIO("GDCMImageIO")
        writer.SetFileName(str(path))
        writer.Execute(image)
        return path

    return write


@pytest.fixture
def public_path() -> Iterator[Path]:
    """A temporary folder that other users may read, unlike pytest's own."""
    if os.name != "posix":
        pytest.skip("file permissions of POSIX")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


@contextmanager
def closed(path: Path) -> Iterator[None]:
    """Close a file or folder, and be a user to whom that means something: nothing is closed to root."""
    mode, user = path.stat().st_mode, os.geteuid()
    path.chmod(0)
    try:
        if user == 0:
            os.seteuid(65534)
        yield
    finally:
        os.seteuid(user)
        path.chmod(mode)


@pytest.fixture
def close() -> Callable:
    """Return :func:`closed`."""
    return closed
