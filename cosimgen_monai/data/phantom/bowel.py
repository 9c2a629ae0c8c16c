"""The phantom's bowel, and the inside of whatever is hollow."""

from __future__ import annotations

import numpy as np

from cosimgen_monai.data.phantom.canvas import Box, Canvas
from cosimgen_monai.data.phantom.shapes import Tube, Volume
from cosimgen_monai.data.phantom.tissues import GAS_HU, Tissues

COLON = (
    Tube(((88, -22, -120, 21), (92, -8, -60, 22), (82, 20, -44, 19))),
    Tube(((82, 20, -44, 17), (40, 58, -62, 16), (-20, 64, -70, 15), (-70, 44, -30, 15), (-94, 2, 0, 14))),
    Tube(((-94, 2, 0, 14), (-98, -22, -50, 13), (-94, -20, -120, 13))),
)


def paint_hollow(canvas: Canvas, box: Box, distance: Volume, wall: float, content: float, gas: float) -> None:
    """The inside of a hollow organ: `content` HU, and gas in the front share `gas` of its depth, with a level."""
    # Folds of the mucosa, and the pyramids of the kidney: the inner border is never smooth.
    inside = distance + wall + 1.6 * canvas.texture[box]
    canvas.paint(box, inside, content)
    depths = canvas.place[1][box][distance < 0.0]
    if gas > 0.0 and depths.size:
        level = np.float32(depths.max() - gas * np.ptp(depths))
        canvas.paint(box, np.maximum(inside, level - canvas.place[1][box]), GAS_HU)


def paint_bowel(canvas: Canvas, cavity: Volume, hu: Tissues, rng: np.random.Generator) -> None:
    """Small-bowel loops at random in the lower abdomen, and the colon that frames them."""
    oral_contrast = rng.uniform() < 0.35
    for _ in range(rng.integers(22, 31)):
        loop = _draw_loop(rng)
        content = float(rng.choice((15.0, 45.0, 230.0 if oral_contrast else 30.0))) + rng.uniform(-8, 8)
        _paint_gut(canvas, cavity, loop, hu["bowel wall"], content, gas=float(rng.choice((0.0, 0.0, 0.35))), wall=3.5)
    for segment in COLON:
        shift, size = rng.uniform(-7, 7, 3).tolist(), rng.uniform(0.75, 1.2)
        moved = Tube(tuple((x + shift[0], y + shift[1], z + shift[2], r * size) for x, y, z, r in segment.path))
        _paint_gut(canvas, cavity, moved, hu["bowel wall"], rng.uniform(-60, 60), gas=rng.uniform(0, 0.7), wall=3.0)


def _draw_loop(rng: np.random.Generator) -> Tube:
    start = np.array((rng.uniform(-72, 66), rng.uniform(0, 66), rng.uniform(-125, -26)))
    bends = start + np.cumsum(rng.uniform(-1, 1, (2, 3)) * (34, 24, 20), axis=0)
    radius = rng.uniform(9, 15)
    return Tube(tuple((x, y, z, radius) for x, y, z in (start.tolist(), *bends.tolist())))


def _paint_gut(
    canvas: Canvas, cavity: Volume, tube: Tube, wall_hu: float, content: float, gas: float, wall: float
) -> None:
    box = canvas.box((tube,))
    distance = np.maximum(canvas.distance(box, (tube,), roughness=2.2), cavity[box] + 2.0)
    canvas.paint(box, distance, wall_hu)
    paint_hollow(canvas, box, distance, wall, content, gas)
