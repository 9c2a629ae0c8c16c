"""Other words for the classes of the datasets, by the names in their class tables."""

from __future__ import annotations

ORDINARY: dict[str, str] = {
    "diningtable": "dining table",
    "pottedplant": "potted plant",
    "tvmonitor": "TV monitor",
    "land (unpaved area)": "land",
}
"""Class names that are no ordinary words, and the words for them."""

SYNONYMS: dict[str, tuple[str, ...]] = {
    # BTCV
    "aorta": ("abdominal aorta",),
    "esophagus": ("oesophagus", "gullet"),
    "gallbladder": ("gall bladder",),
    "inferior vena cava": ("IVC", "vena cava"),
    "left adrenal gland": ("left adrenal", "left suprarenal gland"),
    "portal and splenic vein": ("portal vein and splenic vein", "portal vein", "splenic vein"),
    "right adrenal gland": ("right adrenal", "right suprarenal gland"),
    # CholecSeg8k
    "black background": ("dark background",),
    "gastrointestinal tract": ("GI tract", "bowel"),
    "grasper": ("grasping forceps", "forceps"),
    "L-hook electrocautery": ("L-hook", "hook electrocautery", "electrocautery hook"),
    "liver ligament": ("falciform ligament",),
    # PASCAL VOC 2012
    "aeroplane": ("airplane", "plane", "aircraft"),
    "bicycle": ("bike",),
    "boat": ("ship",),
    "car": ("automobile",),
    "dining table": ("table",),
    "motorbike": ("motorcycle", "motor bike"),
    "person": ("human",),
    "potted plant": ("houseplant", "pot plant"),
    "sofa": ("couch",),
    "TV monitor": ("television", "TV", "monitor"),
    # MBRSC
    "building": ("house",),
    "land": ("unpaved land", "unpaved area", "bare land"),
    "road": ("street",),
    "vegetation": ("greenery",),
    "water": ("body of water",),
}
"""Other words for a class, by its name in ordinary words. A synonym of one dataset does not disturb another."""

COUNTED = {
    "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow", "dining table", "dog",
    "horse", "motorbike", "person", "potted plant", "sheep", "sofa", "train", "TV monitor", "building", "road",
    "grasper",
}  # fmt: skip
"""Classes of which a picture may show several; training prompts say so in the plural now and then."""

IRREGULAR: dict[str, tuple[str, ...]] = {
    "person": ("people", "persons"),
    "sheep": ("sheep",),
    "aircraft": ("aircraft",),
    "forceps": ("forceps",),
    "body": ("bodies",),
    "body of water": ("bodies of water",),
    "inferior vena cava": ("inferior venae cavae",),
}
"""Plurals that no rule gives; the first is the one that is written."""
