"""The phantom's trunk, from the outside in: skin, fat, muscle, and the table below."""

from __future__ import annotations

import numpy as np

from cosimgen_monai.data.phantom.canvas import WHOLE, Canvas
from cosimgen_monai.data.phantom.habitus import CAVITY, Habitus
from cosimgen_monai.data.phantom.shapes import Ellipsoid, Shape, Tube, Volume
from cosimgen_monai.data.phantom.tissues import Tissues

_TABLE_HU = -20.0
_SKIN = 2.5


def paint_body(canvas: Canvas, cavity: Volume, habitus: Habitus, hu: Tissues) -> None:
    """Skin, subcutaneous fat, the muscle wall and the fat among the organs, from the outside in."""
    x, y, _ = canvas.place
    front = y / np.sqrt(x * x + y * y + 400.0)
    # Rectus muscles bulge beside the white line, which is fat and sinew.
    belly = np.clip(2.0 * front - 0.6, 0.0, 1.0)
    wall = habitus.wall * (0.75 + belly * (0.25 - 0.5 * np.exp(-((x / 4.0) ** 2)))) + 1.2 * canvas.relief
    outer = habitus.wall + habitus.fat * (1.0 + 0.25 * front + 0.1 * canvas.relief)
    for edge, tissue in ((outer, "skin"), (outer - _SKIN, "fat"), (wall, "muscle")):
        canvas.paint(WHOLE, cavity - edge, hu[tissue])
    canvas.paint(WHOLE, cavity, hu["fat"] + 8.0)


def paint_muscles(canvas: Canvas, hu: Tissues) -> None:
    """The muscles along the spine: erector spinae, quadratus lumborum, psoas and the crura of the diaphragm."""
    muscles: list[Shape] = []
    for side in (1, -1):
        muscles += [
            Ellipsoid((side * 30, -78, 0), (29, 19, 400), turn=side * -8),
            Ellipsoid((side * 62, -68, -90), (22, 9, 60), turn=side * 20),
            Tube(((side * 26, -44, 0, 5), (side * 36, -44, -60, 17), (side * 44, -40, -130, 23))),
            Tube(((side * 12 - 4, -24, -50, 4), (side * 16 - 6, -16, 20, 5), (side * 18 - 8, -12, 70, 4))),
        ]
    for muscle in muscles:
        box = canvas.box((muscle,))
        canvas.paint(box, canvas.distance(box, (muscle,), roughness=1.0), hu["muscle"])


def paint_table(canvas: Canvas, habitus: Habitus, rng: np.random.Generator) -> None:
    """The scanner's table: a curved plate, bright at its two faces, under the back."""
    width, lift, gap = rng.uniform(190, 240), rng.uniform(18, 34), rng.uniform(2, 7)
    present = rng.uniform() < 0.85
    if not present:
        return
    back = habitus.offset[1] + habitus.scale[1] * (CAVITY[2] - CAVITY[1] - 0.8 * habitus.wall - 0.78 * habitus.fat)
    x, y, _ = np.ix_(*canvas.axes)
    top = back - gap + lift * (x / width) ** 2
    depth = top - y
    plate = np.maximum(np.minimum(np.abs(depth) - 3.2, np.abs(depth - 20.0) - 2.8), np.abs(x) - width)
    outside = np.where(canvas.image < -600.0, plate, 9.0)
    canvas.paint(WHOLE, outside.astype(np.float32), _TABLE_HU)
