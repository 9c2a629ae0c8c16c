"""Where classes lie and how large they are: distributions of area and position, class by class.

The paper judges this by eye; the figure is this project's own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import wasserstein_distance

from cosimgen_monai.codec import ClassTable, presence_threshold

KINDS = ("area", "x", "y")
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


class Layout:
    """Area (share of the image) and centre (x, y, shares of its sides) of each class in each image that holds it.

    Three numbers a class and image are kept.

    Args:
        classes: the dataset's classes.
    """

    def __init__(self, classes: ClassTable) -> None:
        self.classes = classes
        self._rows: dict[int, list[NDArray[np.float32]]] = {i: [] for i in classes.objects}

    def update(self, label: torch.Tensor) -> None:
        """Add a batch of labels (B 1 H W, ids)."""
        height, width = label.shape[-2:]
        y = (torch.arange(height, device=label.device) + 0.5) / height
        x = (torch.arange(width, device=label.device) + 0.5) / width
        for class_id in self.classes.objects:
            mask = (label[:, 0] == class_id).float()
            area = mask.sum(dim=(1, 2))
            present = area >= presence_threshold(height * width)
            if present.any():
                mask, area = mask[present], area[present]
                centre_x = (mask.sum(1) * x).sum(1) / area
                centre_y = (mask.sum(2) * y).sum(1) / area
                rows = torch.stack([area / (height * width), centre_x, centre_y], dim=1)
                self._rows[class_id].append(rows.cpu().numpy())

    def __add__(self, other: Layout) -> Layout:
        """Return the rows of both sets."""
        both = Layout(self.classes)
        both._rows = {i: self._rows[i] + other._rows[i] for i in self._rows}
        return both

    def values(self, class_id: int) -> NDArray[np.float32]:
        """Return the rows (n x 3: area, x, y) of a class."""
        rows = self._rows[class_id]
        return np.concatenate(rows) if rows else np.zeros((0, 3), dtype=np.float32)


def layout_distance(real: Layout, generated: Layout) -> dict[str, Any]:
    """Return, class by class, the Wasserstein distance of the distributions of area, x and y, and their ``QUANTILES``.

    The distance is in the unit of what is compared: an area distance of 0.01 means that areas are off by one hundredth
    of the image on average. ``None`` where a set has no image of the class. What it cannot tell: shape, and which
    classes lie next to each other.
    """
    rows: dict[str, Any] = {}
    for class_id in real.classes.objects:
        a, b = real.values(class_id), generated.values(class_id)
        row: dict[str, Any] = {"real_images": len(a), "generated_images": len(b)}
        for k, kind in enumerate(KINDS):
            both = len(a) > 0 and len(b) > 0
            row[f"{kind}_distance"] = float(wasserstein_distance(a[:, k], b[:, k])) if both else None
            row[f"{kind}_quantiles_real"] = np.quantile(a[:, k], QUANTILES).tolist() if len(a) else None
            row[f"{kind}_quantiles_generated"] = np.quantile(b[:, k], QUANTILES).tolist() if len(b) else None
        rows[real.classes.names[class_id]] = row
    return rows
