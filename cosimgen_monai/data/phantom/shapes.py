"""Implicit shapes, smooth random fields and the canvas the abdominal phantom is painted on.

Everything is defined in millimetres and sampled at voxel centres, so one patient can be rendered at any matrix size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
from numpy.typing import NDArray

Volume = NDArray[np.float32]
Vector = tuple[float, float, float]
Box = tuple[slice, slice, slice]

# Random fields live on a lattice over this half extent (x, y, z) in mm, whatever part of it is sampled.
_FIELD_EXTENT: Vector = (210.0, 210.0, 125.0)
# Cubic B-splines average the lattice values: this brings a three-dimensional field back to unit deviation.
_FIELD_GAIN = 3.0


@dataclass(frozen=True)
class Placement:
    """Size and place of one patient's organ: `scale` about `anchor`, then a `shift` in mm."""

    anchor: Vector
    scale: Vector
    shift: Vector

    def point(self, point: Vector) -> Vector:
        """Where a point of the reference anatomy lies in this patient, mm."""
        x, y, z = (a + (p - a) * k + s for p, a, k, s in zip(point, self.anchor, self.scale, self.shift, strict=True))
        return x, y, z


@dataclass(frozen=True)
class Ellipsoid:
    """An ellipsoid, or a leaning elliptic column where the z radius is long.

    Args:
        centre: mm.
        radii: semi-axes, mm.
        turn: rotation in the axial plane, degrees, from patient right towards anterior.
        lean: millimetres the section moves in x and y per millimetre of z.
    """

    centre: Vector
    radii: Vector
    turn: float = 0.0
    lean: tuple[float, float] = (0.0, 0.0)

    def placed(self, placement: Placement) -> Ellipsoid:
        """The same shape in one patient."""
        rx, ry, rz = (r * k for r, k in zip(self.radii, placement.scale, strict=True))
        return replace(self, centre=placement.point(self.centre), radii=(rx, ry, rz))

    def bounds(self) -> NDArray[np.float64]:
        """Lower and upper corner, 2 x 3, mm."""
        rx, ry, rz = self.radii
        in_plane = max(rx, ry) if self.turn else 0.0
        reach = (max(rx, in_plane) + abs(self.lean[0]) * rz, max(ry, in_plane) + abs(self.lean[1]) * rz, rz)
        return np.array([np.subtract(self.centre, reach), np.add(self.centre, reach)])

    def distance(self, x: Volume, y: Volume, z: Volume) -> Volume:
        """Signed distance in mm to first order, negative inside."""
        w = z - self.centre[2]
        u = x - self.centre[0] - self.lean[0] * w
        v = y - self.centre[1] - self.lean[1] * w
        if self.turn:
            c, s = math.cos(math.radians(self.turn)), math.sin(math.radians(self.turn))
            u, v = c * u + s * v, c * v - s * u
        rx, ry, rz = self.radii
        u, v, w = u / rx, v / ry, w / rz
        level = np.sqrt(u * u + v * v + w * w)
        slope = np.sqrt((u / rx) ** 2 + (v / ry) ** 2 + (w / rz) ** 2) + 1e-6
        return np.asarray(level * (level - 1.0) / slope, dtype=np.float32)


@dataclass(frozen=True)
class Tube:
    """A round tube along a polyline of (x, y, z, radius) points, all in mm."""

    path: tuple[tuple[float, float, float, float], ...]

    def placed(self, placement: Placement) -> Tube:
        """The same shape in one patient."""
        width = math.prod(placement.scale) ** (1 / 3)
        return Tube(tuple((*placement.point(point[:3]), point[3] * width) for point in self.path))

    def bounds(self) -> NDArray[np.float64]:
        """Lower and upper corner, 2 x 3, mm."""
        path = np.array(self.path)
        centres, radii = path[:, :3], path[:, 3:]
        return np.array([(centres - radii).min(0), (centres + radii).max(0)])

    def distance(self, x: Volume, y: Volume, z: Volume) -> Volume:
        """Signed distance in mm, negative inside."""
        return reduce(np.minimum, (_cone(a, b, x, y, z) for a, b in zip(self.path, self.path[1:], strict=False)))


Shape = Ellipsoid | Tube


def _cone(
    start: tuple[float, float, float, float], end: tuple[float, float, float, float], x: Volume, y: Volume, z: Volume
) -> Volume:
    ax, ay, az = (e - s for s, e in zip(start[:3], end[:3], strict=True))
    u, v, w = x - start[0], y - start[1], z - start[2]
    along = np.clip((u * ax + v * ay + w * az) / (ax * ax + ay * ay + az * az), 0.0, 1.0)
    off = np.sqrt((u - along * ax) ** 2 + (v - along * ay) ** 2 + (w - along * az) ** 2)
    return off - (start[3] + along * (end[3] - start[3]))


def bounds_of(shapes: tuple[Shape, ...]) -> NDArray[np.float64]:
    """Lower and upper corner of several shapes together, 2 x 3, mm."""
    corners = np.array([shape.bounds() for shape in shapes])
    return np.array([corners[:, 0].min(0), corners[:, 1].max(0)])


def smooth_minimum(a: Volume, b: Volume, blend: float) -> Volume:
    """Union of two distances whose seam is rounded over `blend` mm (polynomial smooth minimum)."""
    near = np.maximum(blend - np.abs(a - b), 0.0) / blend
    return np.minimum(a, b) - near * near * (blend / 4.0)


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


@dataclass
class Canvas:
    """The volume being painted, with each voxel's place in the reference anatomy.

    Attributes:
        axes: voxel centres in the scanner, mm, along x, y and z.
        place: reference-anatomy x, y and z of every voxel, mm, each X Y Z.
        scale: scanner mm per reference mm along x, y and z.
        offset: where the reference origin lies in the scanner, mm.
        bend: how far the patient's deformation moves any voxel at most, mm.
        relief: a smooth unit field that roughens surfaces, X Y Z.
        texture: a finer one, for what is inside organs, X Y Z.
        image: HU, X Y Z.
        label: class ids, X Y Z.
        softness: width of an edge in the image, mm: one pixel, the partial-volume effect.
    """

    axes: tuple[Volume, Volume, Volume]
    place: tuple[Volume, Volume, Volume]
    scale: Vector
    offset: Vector
    bend: float
    relief: Volume
    texture: Volume
    image: Volume
    label: NDArray[np.uint8]
    softness: float

    def box(self, shapes: tuple[Shape, ...]) -> Box:
        """The voxels that `shapes` can reach after the patient's deformation, so that no others are evaluated."""
        margin = self.bend + self.softness + 6.0
        corners = bounds_of(shapes) * np.array(self.scale) + np.array(self.offset)
        firsts = (np.searchsorted(axis, low - margin) for axis, low in zip(self.axes, corners[0], strict=True))
        lasts = (np.searchsorted(axis, high + margin) for axis, high in zip(self.axes, corners[1], strict=True))
        x, y, z = (slice(int(first), int(last)) for first, last in zip(firsts, lasts, strict=True))
        return x, y, z

    def distance(
        self,
        box: Box,
        parts: tuple[Shape, ...],
        cuts: tuple[Shape, ...] = (),
        blend: float = 6.0,
        roughness: float = 0.0,
    ) -> Volume:
        """Signed distance in `box` to the union of `parts` without `cuts`, mm, its surface roughened by `roughness`."""
        x, y, z = (place[box] for place in self.place)
        union = reduce(lambda a, b: smooth_minimum(a, b, blend), (part.distance(x, y, z) for part in parts))
        union = reduce(lambda a, cut: np.maximum(a, -cut.distance(x, y, z)), cuts, union)
        return union + roughness * self.relief[box] if roughness else union

    def paint(self, box: Box, distance: Volume, hu: float | Volume, label: int | None = None) -> None:
        """Lay `hu` over the image with a soft edge, and `label` over the labels with a hard one (None leaves them)."""
        cover = np.clip(0.5 - distance / self.softness, 0.0, 1.0)
        view = self.image[box]
        view += cover * (hu - view)
        if label is not None:
            self.label[box][distance < 0.0] = label
