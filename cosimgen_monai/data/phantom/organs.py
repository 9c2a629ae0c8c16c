"""The labelled organs of the phantom's reference patient: what lies where.

Millimetres from the centre of the body: x to the patient's right, y to the front, z to the head; the slab runs from
about z = -100 (third lumbar vertebra) to 100 (dome of the diaphragm). Positions are of a supine adult of middle build.
Esophagus, adrenals, portal vein and pancreas are drawn larger than life: at 64 x 64 over 400 mm a true adrenal is two
pixels, below the size from which a class counts as present.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cosimgen_monai.data.phantom.shapes import Ellipsoid, Placement, Shape, Tube, Vector, bounds_of


@dataclass(frozen=True)
class Organ:
    """One labelled organ of the reference patient.

    Attributes:
        name: what BTCV calls it.
        label: class id in BTCV.
        parts: shapes whose union it is.
        cuts: shapes hollowed out of it, such as the fat of the renal sinus.
        tissue: its key in TISSUES; its name where empty.
        size: half range of the relative size between patients.
        shift: half range of its place between patients, mm.
        roughness: deviation of its surface, mm.
        moves_with: an earlier organ it keeps its relation to.
        absent: share of patients without it.
        inside: the tissue within its wall and the wall's thickness in mm.
        gas: largest share of its depth that gas takes, at the front as the patient lies on the back.
    """

    name: str
    label: int
    parts: tuple[Shape, ...]
    cuts: tuple[Shape, ...] = ()
    tissue: str = ""
    size: float = 0.15
    shift: float = 4.0
    roughness: float = 1.2
    moves_with: str = ""
    absent: float = 0.0
    inside: tuple[str, float] | None = None
    gas: float = 0.0


# In the order they are painted: a later organ lies over an earlier one where they meet.
ORGANS: tuple[Organ, ...] = (
    Organ(
        "liver",
        6,
        (
            Ellipsoid((64, 4, 30), (70, 80, 82)),
            Ellipsoid((2, 46, 52), (72, 34, 40), turn=-12),
            Ellipsoid((18, 4, 60), (40, 34, 36)),
        ),
        # The visceral surface: hollow over kidney, duodenum and stomach.
        cuts=(Ellipsoid((8, -12, -8), (46, 46, 50)), Ellipsoid((50, -52, -62), (38, 34, 66))),
        size=0.14,
        shift=6.0,
        roughness=2.0,
    ),
    Organ(
        "pancreas",
        11,
        (
            Tube(((-74, -14, 28, 12), (-48, 4, 20, 14), (-20, 22, 12, 13), (6, 29, 2, 12), (26, 20, -12, 16))),
            Tube(((26, 20, -12, 16), (24, 8, -32, 12))),
        ),
        size=0.16,
        shift=5.0,
        roughness=2.4,
    ),
    Organ(
        "portal and splenic vein",
        10,
        (
            Tube(((-78, -26, 30, 7.5), (-46, -9, 20, 8.5), (-18, 9, 12, 9), (10, 14, 6, 10), (26, 14, 22, 10.5))),
            Tube(((26, 14, 22, 10.5), (44, 10, 36, 10), (68, 2, 42, 7))),
            Tube(((40, 12, 34, 9), (24, 30, 46, 7.5))),
        ),
        roughness=0.5,
        moves_with="pancreas",
    ),
    Organ(
        "spleen",
        1,
        (Ellipsoid((-92, -26, 30), (27, 46, 50), turn=-22), Ellipsoid((-80, -46, 44), (30, 24, 34))),
        cuts=(Ellipsoid((-52, 4, 24), (36, 38, 60)),),
        size=0.22,
        shift=6.0,
        roughness=1.6,
        absent=0.04,
    ),
    Organ(
        "stomach",
        7,
        (
            Tube(((-50, -14, 72, 25), (-58, 12, 48, 33), (-62, 38, 18, 27), (-50, 50, -8, 22), (-20, 58, -22, 18))),
            Tube(((-20, 58, -22, 18), (12, 52, -18, 15), (30, 38, -8, 11))),
        ),
        size=0.22,
        shift=8.0,
        roughness=2.2,
        inside=("stomach content", 4.5),
        gas=0.6,
    ),
    Organ(
        "right kidney",
        2,
        (Ellipsoid((62, -42, -46), (27, 25, 56), turn=35, lean=(-0.16, -0.12)),),
        cuts=(Ellipsoid((44, -34, -46), (17, 10, 26), turn=25, lean=(-0.16, -0.12)),),
        tissue="kidney",
        size=0.18,
        shift=7.0,
        absent=0.025,
        inside=("kidney medulla", 8.0),
    ),
    Organ(
        "left kidney",
        3,
        (Ellipsoid((-62, -42, -32), (27, 25, 57), turn=-35, lean=(0.16, -0.12)),),
        cuts=(Ellipsoid((-44, -34, -32), (17, 10, 27), turn=-25, lean=(0.16, -0.12)),),
        tissue="kidney",
        size=0.18,
        shift=7.0,
        absent=0.025,
        inside=("kidney medulla", 8.0),
    ),
    Organ(
        "gallbladder",
        4,
        (Tube(((36, 26, 10, 9), (44, 40, -6, 14), (50, 52, -26, 17))),),
        size=0.24,
        shift=6.0,
        absent=0.2,
    ),
    Organ(
        "inferior vena cava", 9, (Tube(((20, -14, -125, 12), (21, -13, -20, 13), (26, -2, 60, 14), (20, 4, 125, 14))),)
    ),
    Organ(
        "aorta", 8, (Tube(((-8, -12, -125, 10.5), (-13, -13, 0, 12), (-15, -14, 125, 13.5))),), size=0.2, roughness=0.4
    ),
    Organ(
        "esophagus",
        5,
        (Tube(((-6, 14, 125, 11.5), (-11, 14, 80, 12.5), (-20, 10, 62, 12.5), (-36, 2, 54, 11))),),
        roughness=0.8,
        inside=("esophagus lumen", 6.0),
    ),
    Organ(
        "right adrenal gland",
        12,
        (
            Ellipsoid((33, -33, 16), (6.5, 17, 21), turn=24),
            Ellipsoid((38, -22, 16), (6, 14, 18), turn=60),
        ),
        tissue="adrenal gland",
        size=0.2,
        shift=3.0,
        roughness=0.6,
    ),
    Organ(
        "left adrenal gland",
        13,
        (
            Ellipsoid((-34, -27, 14), (6.5, 17, 22), turn=-20),
            Ellipsoid((-43, -26, 12), (6, 16, 20), turn=-62),
        ),
        tissue="adrenal gland",
        size=0.2,
        shift=3.0,
        roughness=0.6,
    ),
)


def draw_placement(rng: np.random.Generator, organ: Organ) -> Placement:
    """Size and place of `organ` in one patient: all three axes share most of the change in size."""
    scale = 1.0 + organ.size * rng.uniform(-1, 1) + 0.3 * organ.size * rng.uniform(-1, 1, 3)
    shift = organ.shift * rng.uniform(-1, 1, 3)
    anchor = bounds_of(organ.parts).mean(0)
    return Placement(_vector(anchor), _vector(scale), _vector(shift))


def _vector(array: NDArray[np.float64]) -> Vector:
    # Python floats: NumPy's own would turn the float32 volumes they meet into float64.
    x, y, z = array.tolist()
    return x, y, z
