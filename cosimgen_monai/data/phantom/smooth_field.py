"""Smooth random fields, the same in millimetres at every resolution."""

from __future__ import annotations

import math

import numpy as np

from cosimgen_monai.data.phantom.shapes import Vector, Volume

# Random fields live on a lattice over this half extent (x, y, z) in mm, whatever part of it is sampled.
_FIELD_EXTENT: Vector = (210.0, 210.0, 125.0)
# Cubic B-splines average the lattice values: this brings a three-dimensional field back to unit deviation.
_FIELD_GAIN = 3.0


def smooth_field(rng: np.random.Generator, axes: tuple[Volume, Volume, Volume], wavelength: float) -> Volume:
    """A smooth random field of zero mean and about unit deviation, the same in mm at every resolution.

    Args:
        rng: draws the lattice; the number of draws does not depend on `axes`.
        axes: voxel centres in mm along x, y and z.
        wavelength: size of a bump and its neighbouring dip, mm.

    Returns:
        X Y Z array.
    """
    step = wavelength / 2.0
    counts = [math.ceil(2 * extent / step) + 4 for extent in _FIELD_EXTENT]
    lattice = _FIELD_GAIN * rng.standard_normal(counts, dtype=np.float32)
    wx, wy, wz = (
        _spline_weights((axis + extent) / step + 1.0, count)
        for axis, extent, count in zip(axes, _FIELD_EXTENT, counts, strict=True)
    )
    slabs = (wx @ lattice.reshape(counts[0], -1)).reshape(-1, counts[1], counts[2])
    return np.asarray(wy @ (slabs @ wz.T), dtype=np.float32)


def _spline_weights(position: Volume, count: int) -> Volume:
    t = np.abs(position[:, None] - np.arange(count, dtype=np.float32))
    near, far = 2.0 / 3.0 - t * t + t**3 / 2.0, np.maximum(2.0 - t, 0.0) ** 3 / 6.0
    return np.where(t < 1.0, near, far).astype(np.float32)
