"""How bright the phantom's tissues are, in each contrast phase."""

from __future__ import annotations

import numpy as np

AIR_HU = -1000.0
GAS_HU = -930.0
Tissues = dict[str, float]

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


def draw_tissues(rng: np.random.Generator) -> dict[str, float]:
    """HU of every tissue in one patient, in one contrast phase."""
    phase = rng.choice(len(PHASES), p=_PHASE_SHARES)
    hu = {name: row[phase] + row[-1] * float(np.clip(rng.standard_normal(), -2, 2)) for name, row in TISSUES.items()}
    # A fatty liver is common and darker than the spleen; some patients drink positive contrast, others have just eaten.
    hu["liver"] -= float(rng.choice((0.0, 28.0), p=(0.85, 0.15)))
    hu["stomach content"] += float(rng.choice((0.0, 30.0, 200.0), p=(0.5, 0.25, 0.25)))
    return hu
