"""What is usual for a class in the training pairs: how large it is and how bright; drawn pairs are held against it."""

from __future__ import annotations

from typing import Any

import numpy as np

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.data.cache.pair_cache import CachedPairs


def class_statistics(pairs: CachedPairs, classes: ClassTable) -> list[dict[str, Any]]:
    """Return the range of each class over the pairs in which it is present, as it stands in a model's file.

    Returns:
        a dict a class that occurs: ``id``; ``pairs``, their number; ``area``, the smallest and largest share of an
        image's pixels; ``value``, by channel the smallest and largest mean value under the mask (HU or 0-255).
    """
    areas: dict[int, list[float]] = {}
    values: dict[int, list[np.ndarray]] = {}
    for i in range(len(pairs.rows)):
        image, label = pairs.pair(i)
        for class_id in np.flatnonzero(pairs.presence[i]).tolist():
            mask = label[0] == class_id
            areas.setdefault(class_id, []).append(float(mask.mean()))
            values.setdefault(class_id, []).append(image[:, mask].mean(axis=1))
    return [
        {
            "id": class_id,
            "pairs": len(areas[class_id]),
            "area": _range(np.array(areas[class_id])),
            "value": [_range(channel) for channel in np.array(values[class_id]).T],
        }
        for class_id in classes.objects
        if class_id in areas
    ]


def _range(values: np.ndarray) -> list[float]:
    return [float(f"{values.min():.5g}"), float(f"{values.max():.5g}")]
