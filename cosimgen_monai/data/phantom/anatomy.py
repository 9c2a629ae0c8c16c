"""What lies where in the phantom's reference patient, and how bright it is in each contrast phase.

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

PHASES = ("non-contrast", "arterial", "portal-venous")
_PHASE_SHARES = (0.15, 0.20, 0.65)

# HU in each of PHASES, and the deviation between patients.
TISSUES: dict[str, tuple[float, float, float, float]] = {
    "skin": (20, 25, 30, 8),
    "fat": (-104, -102, -100, 5),
    "muscle": (50, 56, 60, 5),
    "cartilage": (85, 85, 85, 12),
    "cortical bone": (520, 520, 520, 80),
    "spongy bone": (150, 158, 168, 35),
    "disc": (80, 82, 85, 8),
    "spinal canal": (22, 24, 26, 4),
    "lung": (-830, -820, -810, 25),
    "heart": (42, 210, 150, 12),
    "bowel wall": (38, 75, 85, 10),
    "spleen": (48, 110, 122, 8),
    "kidney": (33, 175, 180, 12),
    "kidney medulla": (30, 85, 165, 12),
    "gallbladder": (9, 10, 11, 5),
    "esophagus": (38, 52, 62, 6),
    "esophagus lumen": (25, 32, 38, 12),
    "liver": (57, 72, 106, 9),
    "hepatic veins": (42, 66, 150, 8),
    "stomach": (40, 78, 88, 8),
    "stomach content": (22, 22, 22, 14),
    "aorta": (42, 300, 152, 14),
    "inferior vena cava": (40, 85, 138, 12),
    "portal and splenic vein": (42, 118, 170, 12),
    "pancreas": (40, 102, 94, 8),
    "adrenal gland": (28, 76, 72, 8),
}


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


# The domes of the diaphragm: what lies above them and inside the chest wall is lung.
DOMES = (
    Ellipsoid((60, 10, 18), (67, 78, 92)),
    Ellipsoid((-60, 8, 8), (66, 76, 90)),
)
# What keeps the lungs apart: the heart's surroundings, and the spine with the aorta beside it.
MEDIASTINUM = (Ellipsoid((-4, 20, 60), (28, 66, 200)), Ellipsoid((-4, -56, 60), (33, 36, 4000)))
HEART = (Ellipsoid((-22, 36, 122), (56, 40, 44), turn=-20),)

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
COLON = (
    Tube(((88, -22, -120, 21), (92, -8, -60, 22), (82, 20, -44, 19))),
    Tube(((82, 20, -44, 17), (40, 58, -62, 16), (-20, 64, -70, 15), (-70, 44, -30, 15), (-94, 2, 0, 14))),
    Tube(((-94, 2, 0, 14), (-98, -22, -50, 13), (-94, -20, -120, 13))),
)

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


def draw_tissues(rng: np.random.Generator) -> dict[str, float]:
    """HU of every tissue in one patient, in one contrast phase."""
    phase = rng.choice(len(PHASES), p=_PHASE_SHARES)
    hu = {name: row[phase] + row[-1] * float(np.clip(rng.standard_normal(), -2, 2)) for name, row in TISSUES.items()}
    # A fatty liver is common and darker than the spleen; some patients drink positive contrast, others have just eaten.
    hu["liver"] -= float(rng.choice((0.0, 28.0), p=(0.85, 0.15)))
    hu["stomach content"] += float(rng.choice((0.0, 30.0, 200.0), p=(0.5, 0.25, 0.25)))
    return hu


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
