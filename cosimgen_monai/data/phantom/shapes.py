"""Implicit shapes: ellipsoids and tubes by their signed distance.

Everything is in millimetres, so one patient can be rendered at any matrix size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
from numpy.typing import NDArray

Volume = NDArray[np.float32]
Vector = tuple[float, float, float]


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
