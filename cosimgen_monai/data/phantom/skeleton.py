"""The phantom's spine and ribs."""

from __future__ import annotations

import numpy as np

from cosimgen_monai.data.phantom.canvas import Canvas
from cosimgen_monai.data.phantom.habitus import Habitus
from cosimgen_monai.data.phantom.shapes import Ellipsoid, Shape, Volume
from cosimgen_monai.data.phantom.tissues import Tissues

_RIB_SPACING = 30.0
_VERTEBRA_SPACING = 36.0


def paint_spine(canvas: Canvas, hu: Tissues, rng: np.random.Generator) -> None:
    """Vertebral bodies with a cortical shell, discs between them, the canal and the processes."""
    phase = rng.uniform(0, _VERTEBRA_SPACING)
    spine = Ellipsoid((0, -47, 0), (23, 18, 4000))
    box = canvas.box((spine, Ellipsoid((0, -70, 0), (50, 40, 4000))))
    within = (canvas.place[2][box] + phase) % _VERTEBRA_SPACING
    arch = canvas.distance(box, _arch(), blend=4.0)
    # Processes belong to the middle of a vertebra: elsewhere the arch thins out.
    arch = arch + 1.2 * (np.abs(within - 14.0) > 12.0)
    canvas.paint(box, arch, hu["cortical bone"] - 120.0)
    canvas.paint(box, arch + 3.5, hu["spongy bone"])
    canal = canvas.distance(box, (Ellipsoid((0, -71, 0), (10.5, 8.5, 4000)),))
    canvas.paint(box, canal, hu["spinal canal"])
    body = canvas.distance(box, (spine,), cuts=(Ellipsoid((0, -72, 0), (11, 10, 4000)),))
    disc = within > _VERTEBRA_SPACING - 7.0
    canvas.paint(box, body, np.where(disc, hu["disc"], hu["cortical bone"]).astype(np.float32))
    canvas.paint(box, body + 3.0, np.where(disc, hu["disc"], hu["spongy bone"]).astype(np.float32))


def _arch() -> tuple[Shape, ...]:
    """Pedicles and laminae around the canal, the spinous process and the transverse processes."""
    return (
        Ellipsoid((0, -71, 0), (16, 13, 4000)),
        Ellipsoid((0, -88, 0), (4, 14, 4000)),
        Ellipsoid((26, -68, 0), (18, 4, 4000), turn=-14),
        Ellipsoid((-26, -68, 0), (18, 4, 4000), turn=14),
    )


def paint_ribs(canvas: Canvas, cavity: Volume, habitus: Habitus, hu: Tissues) -> None:
    """Ribs run forward and down within the wall, so that a slice cuts each of them into an oval."""
    x, y, z = canvas.place
    wall = np.nonzero((cavity > -6.0) & (cavity < 0.8 * habitus.wall + 4.0))
    x, y, z, depth = x[wall], y[wall], z[wall], cavity[wall]
    arc = 100.0 * np.arctan2(np.abs(x), -(y - 10.0))
    height = z + 0.62 * arc + 3.0 * canvas.relief[wall] + _RIB_SPACING * habitus.rib_phase
    off = (height / _RIB_SPACING - np.round(height / _RIB_SPACING)) * _RIB_SPACING
    oval = np.hypot(off / 7.0, (depth - 5.5) / 4.6)
    # The lowest ribs end at the flank; in front ribs turn to cartilage and stop short of the midline.
    inside = (oval - 1.0) * 4.5 + np.maximum(0.4 * arc - 62.0 - z, 0.0)
    front = arc > 215.0
    shell = np.where(front, hu["cartilage"], hu["cortical bone"] - 60.0)
    core = np.where(front, hu["cartilage"], hu["spongy bone"])
    bone = np.where(inside < -2.2, core, shell)
    cover = np.clip(0.5 - inside / canvas.softness, 0.0, 1.0) * (arc < 262.0) * (arc > 32.0)
    canvas.image[wall] += cover * (bone - canvas.image[wall])
