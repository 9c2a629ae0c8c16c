"""What of the phantom's chest reaches into the slab: lungs, diaphragm, the bottom of the heart."""

from __future__ import annotations

import numpy as np

from cosimgen_monai.data.phantom.canvas import Canvas
from cosimgen_monai.data.phantom.shapes import Ellipsoid, Volume
from cosimgen_monai.data.phantom.tissues import Tissues

# The domes of the diaphragm: what lies above them and inside the chest wall is lung.
DOMES = (
    Ellipsoid((60, 10, 18), (67, 78, 92)),
    Ellipsoid((-60, 8, 8), (66, 76, 90)),
)
# What keeps the lungs apart: the heart's surroundings, and the spine with the aorta beside it.
MEDIASTINUM = (Ellipsoid((-4, 20, 60), (28, 66, 200)), Ellipsoid((-4, -56, 60), (33, 36, 4000)))
HEART = (Ellipsoid((-22, 36, 122), (56, 40, 44), turn=-20),)


def paint_lungs(canvas: Canvas, cavity: Volume, breath: float, hu: Tissues) -> None:
    """Lung between the chest wall and the domes of the diaphragm, deepest behind, and the heart between the lungs.

    What was painted above the domes is overwritten, labels included, so that liver, spleen and stomach end at them.
    """
    z = canvas.place[2]
    first = int(np.searchsorted(canvas.axes[2], canvas.offset[2] - 20.0 * canvas.scale[2]))
    box = (slice(None), slice(None), slice(first, None))
    if first >= z.shape[2]:
        return
    x, y, z = (place[box] for place in canvas.place)
    lift = z - breath
    domes = np.minimum(DOMES[0].distance(x, y, lift), DOMES[1].distance(x, y, lift)) + 1.5 * canvas.relief[box]
    midline = np.minimum(MEDIASTINUM[0].distance(x, y, z), MEDIASTINUM[1].distance(x, y, z))
    recess = 0.7 * (30.0 + breath + 0.42 * y - z)
    lung = np.maximum.reduce((cavity[box] + 1.5, -domes, -midline, recess))
    # The diaphragm itself: a thin sheet of muscle that parts liver and spleen from lung.
    canvas.paint(box, np.maximum(lung - 2.5, cavity[box]), hu["muscle"], label=0)
    # Vessels, and more blood at the back, where the patient lies.
    density = hu["lung"] + 45.0 * np.maximum(canvas.relief[box], 0.0) - 0.8 * y
    canvas.paint(box, lung, density.astype(np.float32), label=0)


def paint_heart(canvas: Canvas, breath: float, hu: Tissues) -> None:
    """The bottom of the heart, in its fat, where the slab reaches high enough."""
    x, y, z = HEART[0].centre
    heart = (Ellipsoid((x, y, z + breath), HEART[0].radii, HEART[0].turn),)
    box = canvas.box(heart)
    if canvas.image[box].size == 0:
        return
    distance = canvas.distance(box, heart, roughness=2.0)
    canvas.paint(box, distance - 4.0, hu["fat"], label=0)
    canvas.paint(box, distance, 0.5 * (hu["muscle"] + hu["heart"]), label=0)
    canvas.paint(box, distance + 9.0, hu["heart"], label=0)
