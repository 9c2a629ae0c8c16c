"""The phantom's vessels that carry no label of their own."""

from __future__ import annotations

import numpy as np

from cosimgen_monai.data.phantom.canvas import Canvas
from cosimgen_monai.data.phantom.shapes import Tube
from cosimgen_monai.data.phantom.tissues import Tissues

HEPATIC_VEINS = (
    Tube(((24, -2, 84, 5), (58, -12, 66, 4), (84, -20, 46, 2.5))),
    Tube(((24, 0, 84, 5), (48, 28, 64, 4), (62, 46, 42, 2.5))),
    Tube(((22, 4, 84, 5), (2, 32, 70, 3.5), (-14, 46, 58, 2.5))),
    Tube(((50, 10, 36, 5), (76, 14, 22, 4), (92, 24, 4, 3))),
)
MESENTERIC_VESSELS = (
    Tube(((6, 14, 4, 7), (12, 24, -40, 6.5), (14, 30, -110, 5))),
    Tube(((-13, 0, 6, 5), (-6, 18, -30, 4.5), (-2, 28, -110, 4))),
)
RENAL_VESSELS = (
    Tube(((20, -14, -42, 6), (48, -34, -42, 5))),
    Tube(((14, 2, -26, 6), (-10, 2, -26, 6), (-46, -32, -28, 5))),
)
_LIVER = 6


def paint_vessels(canvas: Canvas, hu: Tissues) -> None:
    """Vessels BTCV does not label: to the kidneys and, under the pancreas, to the bowel."""
    for vessel, tissue in zip(
        (*MESENTERIC_VESSELS, *RENAL_VESSELS),
        ("portal and splenic vein", "aorta", "inferior vena cava", "inferior vena cava"),
        strict=True,
    ):
        box = canvas.box((vessel,))
        canvas.paint(box, canvas.distance(box, (vessel,)), hu[tissue])


def paint_hepatic_veins(canvas: Canvas, hu: Tissues) -> None:
    """Veins within the liver, seen in the image and labelled as liver, as annotators do."""
    for vein in HEPATIC_VEINS:
        box = canvas.box((vein,))
        outside = np.where(canvas.label[box] == _LIVER, -99.0, 99.0)
        distance = np.maximum(canvas.distance(box, (vein,)), outside)
        canvas.paint(box, distance, hu["hepatic veins"])
