"""A phantom patient's build."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cosimgen_monai.data.phantom.canvas import Canvas
from cosimgen_monai.data.phantom.shapes import Vector, Volume

# Half width and depth of the abdominal cavity and the y of its centre, in the reference patient, mm.
CAVITY = (128.0, 80.0, 4.0)


@dataclass(frozen=True)
class Habitus:
    """One patient's build.

    Attributes:
        scale: scanner mm per reference mm along x, y and z.
        offset: where the reference origin lies in the scanner, mm.
        wall: thickness of the muscle wall, mm.
        fat: mean thickness of the subcutaneous fat, mm.
        waist: relative change of the girth per 100 mm towards the head.
        rib_phase: place of the ribs within their spacing, 0 to 1.
    """

    scale: Vector
    offset: Vector
    wall: float
    fat: float
    waist: float
    rib_phase: float


def draw_habitus(rng: np.random.Generator) -> Habitus:
    """From slight to heavy: the heavy have more fat under the skin and between the organs."""
    weight = rng.beta(1.6, 2.0)
    width, depth = (base + gain * weight + rng.uniform(-0.04, 0.04) for base, gain in ((0.92, 0.16), (0.86, 0.26)))
    return Habitus(
        scale=(width, depth, rng.uniform(0.92, 1.08)),
        offset=(rng.uniform(-6, 6), rng.uniform(-4, 10), rng.uniform(-14, 14)),
        wall=rng.uniform(10, 15.5),
        fat=max(5.0, 5.0 + 24.0 * weight + rng.uniform(-4, 6)),
        waist=rng.uniform(-0.05, 0.08),
        rib_phase=rng.uniform(),
    )


def cavity_distance(canvas: Canvas, habitus: Habitus) -> Volume:
    """Signed distance of every voxel to the abdominal cavity, mm, negative inside: a superellipse of power 2.5."""
    x, y, z = canvas.place
    girth = 1.0 + habitus.waist * z / 100.0
    a, b = CAVITY[0] * girth, CAVITY[1] * girth
    u, v = np.abs(x) / a, np.abs(y - CAVITY[2]) / b
    su, sv = u * np.sqrt(u), v * np.sqrt(v)
    level = (su * u + sv * v + 1e-6) ** 0.4
    return (level - 1.0) * level * np.sqrt(level) / (np.sqrt((su / a) ** 2 + (sv / b) ** 2) + 1e-6)
