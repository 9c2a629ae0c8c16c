"""Geometry of CT slices: the affine decides, millimetres stay true."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.data.datasets.btcv import CLASS_NAMES
from cosimgen_monai.data.readers.ct_volume import CTPair, read_ct_pair
from cosimgen_monai.data.resampling.axial_slices import axial_slices

CLASSES = ClassTable(CLASS_NAMES, background=0)
WriteCase = Callable[..., tuple[Path, Path]]


def pair_of(image: NDArray, spacing: float, label: NDArray | None = None) -> CTPair:
    """A one-slice volume, X Y, with square pixels."""
    label = np.zeros(image.shape) if label is None else label
    return CTPair(image[..., None].astype(np.float32), label[..., None].astype(np.uint8), (spacing, spacing, 5.0), 0)


def one_slice(pair: CTPair, size: int, field_of_view: float) -> tuple[NDArray, NDArray]:
    return next(axial_slices(pair, size, field_of_view))


def stored_as(
    voxels: NDArray, affine: NDArray, axes: tuple[int, ...], flips: tuple[int, ...]
) -> tuple[NDArray, NDArray]:
    """The same volume with its array axes permuted and flipped, and the affine that says so."""
    target = np.array([[axes.index(i), flips[i]] for i in range(3)])
    change = nib.orientations.inv_ornt_aff(target, voxels.shape)
    return nib.orientations.apply_orientation(voxels, target), affine @ change


@pytest.mark.parametrize("axes", list(itertools.permutations(range(3))))
def test_slices_are_the_same_however_the_array_lies(
    write_case: WriteCase, volume: tuple, axes: tuple[int, ...]
) -> None:
    affine = np.diag((4.0, 5.0, 6.0, 1.0))
    affine[:3, 3] = (-30, 12, 700)
    expected = list(axial_slices(read_ct_pair(*write_case(affine=affine), CLASSES), 24, 100.0))
    for flips in itertools.product((1, -1), repeat=3):
        (image, moved), (label, _) = (stored_as(voxels, affine, axes, flips) for voxels in volume)
        stored = read_ct_pair(*write_case("0002", image, label, moved), CLASSES)
        assert stored.spacing == pytest.approx((4, 5, 6))
        for mine, theirs in zip(axial_slices(stored, 24, 100.0), expected, strict=True):
            np.testing.assert_array_equal(mine[0], theirs[0])
            np.testing.assert_array_equal(mine[1], theirs[1])


def test_image_and_label_may_lie_differently_on_one_grid(write_case: WriteCase, volume: tuple) -> None:
    affine = np.diag((4.0, 5.0, 6.0, 1.0))
    label, moved = stored_as(volume[1], affine, (1, 0, 2), (-1, 1, 1))
    read = read_ct_pair(*write_case(label=label, affine=affine, label_affine=moved), CLASSES)
    np.testing.assert_array_equal(read.image, volume[0])
    np.testing.assert_array_equal(read.label, volume[1])


def test_display_is_radiological(write_case: WriteCase, volume: tuple) -> None:
    image, label = volume
    label[2:6, 13:16, 2] = 8  # in front of the spleen
    slices = [ids for _, ids in axial_slices(read_ct_pair(*write_case(image=image, label=label), CLASSES), 32, 100.0)]
    assert not slices[0].any()  # from the feet up
    centre = {i: np.argwhere(slices[2] == i).mean(axis=0) for i in (1, 6, 8)}
    assert centre[6][1] < 16 < centre[1][1]  # the patient's right is the first column
    assert centre[8][0] < centre[1][0]  # the front is the first row


def test_intensity_scaling_in_the_header_is_applied(tmp_path: Path) -> None:
    raw = nib.Nifti1Image(np.arange(24, dtype=np.int16).reshape(2, 3, 4), np.eye(4))
    raw.header.set_slope_inter(2.0, -1000.0)
    ids = nib.Nifti1Image(np.zeros((2, 3, 4), dtype=np.uint8), np.eye(4))
    for file, name in ((raw, "img.nii.gz"), (ids, "label.nii.gz")):
        nib.save(file, tmp_path / name)
    read = read_ct_pair(tmp_path / "img.nii.gz", tmp_path / "label.nii.gz", CLASSES)
    np.testing.assert_allclose(read.image, np.arange(24).reshape(2, 3, 4) * 2 - 1000)


@pytest.mark.parametrize(("spacing", "n", "size"), [(0.77, 512, 128), (3.0, 122, 128), (1.3, 301, 64), (2.5, 160, 256)])
def test_a_disc_keeps_its_area(spacing: float, n: int, size: int) -> None:
    radius, field_of_view = 60.0, 400.0
    x, y = np.meshgrid(*[(np.arange(n) - (n - 1) / 2) * spacing] * 2, indexing="ij")
    disc = (x - 20) ** 2 + (y + 15) ** 2 < radius**2
    image, label = one_slice(pair_of(np.where(disc, 0.0, -1000.0), spacing, disc * 6), size, field_of_view)
    pixel_area = (field_of_view / size) ** 2
    assert (label == 6).sum() * pixel_area == pytest.approx(math.pi * radius**2, rel=0.015)
    assert (image / 1000 + 1).sum() * pixel_area == pytest.approx(math.pi * radius**2, rel=0.01)
    # the disc's centre, 20 mm to the right and 15 mm to the back of the volume's
    row, column = np.argwhere(label == 6).mean(axis=0)
    middle = (size - 1) / 2
    assert (row - middle) * field_of_view / size == pytest.approx(15, abs=0.15 * field_of_view / size)
    assert (column - middle) * field_of_view / size == pytest.approx(-20, abs=0.15 * field_of_view / size)


# Linear interpolation and a triangle of a whole number of voxels give a ramp back exactly; in between the sampled
# triangle is lopsided by a fraction of a voxel.
@pytest.mark.parametrize(
    ("ratio", "tolerance"), [(0.4, 0), (0.77, 0), (1, 0), (2, 0), (3, 0), (5, 0), (1.3, 0.08), (2.6, 0.08)]
)
def test_a_ramp_in_mm_stays_a_ramp(ratio: float, tolerance: float) -> None:
    spacing, n, size = 1.25, 200, 60
    position = (np.arange(n) - (n - 1) / 2) * spacing
    ramp = 3 * position[:, None] - 2 * position[None]
    field_of_view = ratio * spacing * size
    image, _ = one_slice(pair_of(ramp, spacing), size, field_of_view)
    pixel = (np.arange(size) - (size - 1) / 2) * field_of_view / size
    expected = (3 * pixel[:, None] - 2 * pixel[None])[::-1, ::-1].T
    inside = np.abs(pixel) < position[-1] - 2 * max(ratio, 1) * spacing
    assert inside.sum() > 20
    window = np.ix_(inside, inside)
    np.testing.assert_allclose(image[window], expected[window], atol=1e-3 + tolerance * spacing * (3 + 2))


@pytest.mark.parametrize("size", [96, 64, 37, 130])
def test_resampling_is_torchs_antialiased_bilinear(size: int) -> None:
    voxels = np.random.default_rng(0).normal(40, 100, (96, 96))
    image, _ = one_slice(pair_of(voxels, 2.0), size, 96 * 2.0)
    display = torch.from_numpy(voxels.T[::-1, ::-1].copy()).float()[None, None]
    expected = torch.nn.functional.interpolate(display, (size, size), mode="bilinear", antialias=True)[0, 0].numpy()
    inner = slice(3, -3)  # at the border torch repeats voxels, here lies air
    np.testing.assert_allclose(image[inner, inner], expected[inner, inner], atol=0.02)


def test_air_and_no_class_lie_outside() -> None:
    image, label = one_slice(pair_of(np.full((10, 20), 50.0), 4.0, np.full((10, 20), 6)), 100, 200.0)
    rows, columns = np.nonzero(label == 6)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (30, 69, 40, 59)  # 80 mm x 40 mm, never stretched
    assert np.allclose(image[32:68, 42:58], 50)
    far = np.ones((100, 100), dtype=bool)
    far[27:73, 37:63] = False
    assert np.all(image[far] == -1000)
    assert not label[far].any()


@pytest.mark.parametrize("ratio", [2, 3, 4])
def test_at_the_border_the_air_outside_counts_in_full(ratio: int) -> None:
    body = np.full((40, 40), 200.0)
    image, _ = one_slice(pair_of(body, 1.0), 40, 40.0 * ratio)
    padded, _ = one_slice(pair_of(np.pad(body, 60, constant_values=-1000), 1.0), 40, 40.0 * ratio)
    np.testing.assert_allclose(image, padded, atol=1e-3)


def test_a_field_smaller_than_the_volume_crops_about_its_centre() -> None:
    label = np.zeros((100, 100))
    label[25:75, 25:75] = 6
    _, cropped = one_slice(pair_of(np.zeros((100, 100)), 4.0, label), 50, 200.0)
    assert (cropped == 6).all()
