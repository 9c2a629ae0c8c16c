"""Volumes of every format are read as they lie in the patient, in rescaled values."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk
from numpy.typing import NDArray

from cosimgen_monai.data.readers.dicom_series import read_dicom_series
from cosimgen_monai.data.readers.volume import read_volume

WriteSlice = Callable[..., Path]
CHAOS_SERIES = Path("Train_Sets/CT/3/DICOM_anon")
# LPS direction cosines of a volume stored feet to head, one stored head to feet, one sagittal
DIRECTIONS = [(1, 0, 0, 0, 1, 0, 0, 0, 1), (-1, 0, 0, 0, 1, 0, 0, 0, -1), (0, 0, 1, 1, 0, 0, 0, -1, 0)]


def itk_volume(direction: tuple[int, ...] = DIRECTIONS[0]) -> sitk.Image:
    voxels = np.random.default_rng(0).integers(-900, 900, (4, 5, 6)).astype(np.int16)
    image = sitk.GetImageFromArray(voxels)
    image.SetSpacing((1.5, 2.0, 5.0))
    image.SetOrigin((-30.0, 12.0, 700.0))
    image.SetDirection(direction)
    return image


@pytest.mark.parametrize("suffix", [".nrrd", ".mha", ".nii", ".nii.gz"])
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_every_format_lies_where_simpleitk_puts_it(tmp_path: Path, suffix: str, direction: tuple[int, ...]) -> None:
    image = itk_volume(direction)
    sitk.WriteImage(image, str(tmp_path / f"v{suffix}"))
    volume = read_volume(tmp_path / f"v{suffix}")
    assert nib.aff2axcodes(volume.affine) == ("R", "A", "S")
    for index in np.ndindex(volume.voxels.shape):
        right, front, head = (volume.affine @ (*index, 1))[:3]
        point = image.TransformPhysicalPointToIndex((-right, -front, head))
        assert volume.voxels[index] == image[point]


def test_a_slope_of_zero_means_no_scaling(tmp_path: Path) -> None:
    voxels = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    nib.save(nib.Nifti1Image(voxels, np.eye(4)), tmp_path / "v.nii")
    content = bytearray((tmp_path / "v.nii").read_bytes())
    content[112:120] = struct.pack("<ff", 0.0, 7.0)  # scl_slope, scl_inter (nifti1.h)
    (tmp_path / "v.nii").write_bytes(content)
    np.testing.assert_array_equal(read_volume(tmp_path / "v.nii").voxels, voxels)


@pytest.mark.parametrize("shape", [(5, 6), (5, 6, 1), (5, 6, 1, 1)])
def test_a_single_slice_is_a_volume_of_one(tmp_path: Path, shape: tuple[int, ...]) -> None:
    voxels = np.arange(30, dtype=np.int16).reshape(shape)
    nib.save(nib.Nifti1Image(voxels, np.diag((2.0, 3.0, 4.0, 1.0))), tmp_path / "v.nii.gz")
    volume = read_volume(tmp_path / "v.nii.gz")
    np.testing.assert_array_equal(volume.voxels, voxels.reshape(5, 6, 1))
    assert volume.spacing[:2] == (2, 3)


def test_a_flat_nrrd_is_a_volume_of_one(tmp_path: Path) -> None:
    image = sitk.GetImageFromArray(np.arange(30, dtype=np.int16).reshape(5, 6))
    sitk.WriteImage(image, str(tmp_path / "v.nrrd"))
    volume = read_volume(tmp_path / "v.nrrd")
    assert volume.voxels.shape == (6, 5, 1)
    assert volume.voxels[-1, -1, 0] == 0  # ITK's first column is the patient's right, its first row the front


def test_a_small_tilt_counts_as_axial(tmp_path: Path) -> None:
    angle = np.deg2rad(2)
    tilt = np.array([[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]])
    nib.save(nib.Nifti1Image(np.zeros((2, 3, 4), np.int16), nib.affines.from_matvec(tilt)), tmp_path / "v.nii")
    assert read_volume(tmp_path / "v.nii").voxels.shape == (2, 3, 4)


def test_a_series_is_sorted_by_position_and_keeps_its_files(tmp_path: Path, write_slice: WriteSlice) -> None:
    hu = [np.random.default_rng(i).integers(-900, 900, (8, 12)) for i in range(4)]
    for name, z, values in zip("dacb", (10, 5, 0, 15), hu, strict=True):
        write_slice(tmp_path / f"{name}.dcm", values, z)
    series = read_dicom_series(tmp_path)
    assert [path.name for path in series.files] == ["c.dcm", "a.dcm", "d.dcm", "b.dcm"]
    for k, i in enumerate((2, 1, 0, 3)):
        np.testing.assert_array_equal(series.voxels[:, :, k].T, hu[i])
    volume = read_volume(tmp_path)
    np.testing.assert_allclose(np.diag(volume.affine), (2, 2, 5, 1))
    np.testing.assert_array_equal(volume.voxels, series.voxels[::-1, ::-1])


def test_files_without_a_suffix_are_told_by_their_first_bytes(tmp_path: Path, write_slice: WriteSlice) -> None:
    for i in range(3):
        write_slice(tmp_path / f"{i}.dcm", np.full((8, 12), i), 5 * i).rename(tmp_path / f"IM{i}")
    (tmp_path / "README").write_text("no slice", "utf-8")
    (tmp_path / "notes.txt").write_text("no slice", "utf-8")
    assert read_volume(tmp_path).voxels.shape == (12, 8, 3)


def test_the_real_series_is_simpleitks(real_chaos: Path) -> None:
    folder = real_chaos / CHAOS_SERIES
    series = read_dicom_series(folder)
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    image = reader.Execute()
    assert [path.name for path in series.files] == [Path(name).name for name in reader.GetFileNames()]
    assert series.files[0].name == "i0019,0000b.dcm"  # the number rises as z falls
    np.testing.assert_array_equal(series.voxels, sitk.GetArrayFromImage(image).T)
    corner = series.affine @ (0, 0, 0, 1)
    np.testing.assert_allclose(corner[:3] * (-1, -1, 1), image.GetOrigin())
    np.testing.assert_allclose(nib.affines.voxel_sizes(series.affine), (0.7265625, 0.7265625, 2.0))


def test_the_real_series_has_its_own_intercept(real_chaos: Path) -> None:
    folder = real_chaos / CHAOS_SERIES
    series = read_dicom_series(folder)
    raw = series.files[3].read_bytes()
    stored: NDArray = np.frombuffer(raw[-512 * 512 * 2 :], dtype="<u2").reshape(512, 512)  # PixelData is the last tag
    np.testing.assert_array_equal(series.voxels[:, :, 3].T, stored.astype(int) - 1000)
