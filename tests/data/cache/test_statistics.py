"""The range of each class in the training pairs."""

from __future__ import annotations

import numpy as np
import torch

from cosimgen_monai.codec import ClassTable, presence_vector
from cosimgen_monai.data import CachedPairs, class_statistics

CLASSES = ClassTable(("background", "liver", "spleen", "aorta"), background=0)


def test_ranges_are_over_the_pairs_that_hold_a_class() -> None:
    labels = np.zeros((3, 1, 10, 10), np.uint8)
    labels[0, 0, :2] = 1
    labels[1, 0, :5] = 1
    labels[1, 0, 9] = 2
    labels[2, 0, 0, :3] = 1  # below the threshold of 8 pixels
    images = np.zeros((3, 2, 10, 10), np.int16)
    images[0, 0, :2], images[1, 0, :5], images[1, :, 9] = 30, 70, [[-5], [6]]
    presence = presence_vector(torch.from_numpy(labels), CLASSES).numpy().astype(np.uint8)
    pairs = CachedPairs(images, labels, [{}] * 3, presence)
    assert class_statistics(pairs, CLASSES) == [
        {"id": 1, "pairs": 2, "area": [0.2, 0.5], "value": [[30, 70], [0, 0]]},
        {"id": 2, "pairs": 1, "area": [0.1, 0.1], "value": [[-5, -5], [6, 6]]},
    ]
