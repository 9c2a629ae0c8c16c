"""Axial slices of a CT volume, resampled to one square field of view."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from cosimgen_monai.data.readers.ct_volume import AIR, CTPair


def axial_slices(
    volume: CTPair, size: int, field_of_view: float
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.uint8]]]:
    """Resample each axial slice to ``size`` x ``size`` pixels over ``field_of_view`` mm about the volume's centre.

    The image is filtered by a triangle as wide as the coarser of both grids (no aliasing, no blocks), the label takes
    its nearest voxel; beyond the scanner's field lie air and what the volume has ``outside``.

    Yields:
        From the feet up: the image (HU, H W) and the label (ids, H W), in radiological display: the first row is
        anterior, the first column the patient's right.
    """
    spacing = field_of_view / size
    weight_x, nearest_x = _resampling(volume.image.shape[0], volume.spacing[0], size, spacing)
    weight_y, nearest_y = _resampling(volume.image.shape[1], volume.spacing[1], size, spacing)
    margins = ((1, 1), (1, 1), (0, 0))  # index 0 and n + 1 lie outside
    padded_label = np.pad(volume.label, margins, constant_values=volume.outside)
    for z in range(volume.image.shape[2]):
        image = weight_y @ (volume.image[:, :, z] - AIR).T @ weight_x.T + AIR
        label = padded_label[:, :, z][np.ix_(nearest_x, nearest_y)].T
        # rows and columns now run to the front and to the right: turn both
        yield image[::-1, ::-1].astype(np.float32), np.ascontiguousarray(label[::-1, ::-1])


def _resampling(
    n: int, in_spacing: float, size: int, out_spacing: float
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the filter weights (size x n) and the nearest voxels (size, 1-based, 0 and n + 1 outside) of one axis."""
    # a pixel that touches the volume from outside reaches two filter widths beyond it: voxels of air to count in
    reach = 2 * int(np.ceil(max(out_spacing / in_spacing, 1)))
    voxels = (np.arange(-reach, n + reach) - (n - 1) / 2) * in_spacing
    pixels = (np.arange(size) - (size - 1) / 2) * out_spacing
    width = max(in_spacing, out_spacing)
    weights = np.clip(1 - np.abs(pixels[:, None] - voxels[None]) / width, 0, None)
    total = weights.sum(axis=1, keepdims=True)
    weights = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    nearest = np.rint(pixels / in_spacing + (n - 1) / 2).astype(np.int64)
    return weights[:, reach : reach + n], np.clip(nearest + 1, 0, n + 1)
