"""sFID: the Frechet distance of each class's own region, and its mean over the classes (paper, section 4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from cosimgen_monai.codec import ClassTable, presence_threshold
from cosimgen_monai.metrics.frechet import frechet_of_features

MIN_CROPS = 2


class ClassCrops:
    """Features of each class's region: the image, cropped to the bounding box of the class's mask.

    Args:
        classes: the dataset's classes.
        features: crops (B 3 S S, [-1, 1]) in, vectors (B D) out.
        crop_size: side to which crops are resized, whatever their shape, before the network sees them.
        max_crops: crops kept a class, at most; give images in random order, so that it is a random choice.
    """

    def __init__(
        self,
        classes: ClassTable,
        features: Callable[[torch.Tensor], torch.Tensor],
        crop_size: int,
        max_crops: int = 512,
    ) -> None:
        self.classes = classes
        self.features = features
        self.crop_size = crop_size
        self.max_crops = max_crops
        self._vectors: dict[int, list[torch.Tensor]] = {i: [] for i in classes.objects}

    def update(self, image: torch.Tensor, label: torch.Tensor) -> None:
        """Add a batch of images (B 3 H W, [-1, 1]) and labels (B 1 H W, ids)."""
        threshold = presence_threshold(label.shape[-2] * label.shape[-1])
        for class_id in self.classes.objects:
            mask = label[:, 0] == class_id
            holders = torch.nonzero(mask.sum(dim=(1, 2)) >= threshold).flatten().tolist()
            room = self.max_crops - sum(map(len, self._vectors[class_id]))
            crops = [self._crop(image[i], mask[i]) for i in holders[: max(room, 0)]]
            if crops:
                self._vectors[class_id].append(self.features(torch.stack(crops)).cpu())

    def _crop(self, image: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        rows, columns = mask.any(1).nonzero().flatten(), mask.any(0).nonzero().flatten()
        window = image[:, int(rows[0]) : int(rows[-1]) + 1, int(columns[0]) : int(columns[-1]) + 1]
        size = (self.crop_size, self.crop_size)
        return F.interpolate(window[None], size, mode="bilinear", antialias=True)[0]

    def vectors(self, class_id: int) -> NDArray[np.float32]:
        """Return the features (n D) of a class; n is 0 where no image holds it."""
        vectors = self._vectors[class_id]
        return torch.cat(vectors).numpy() if vectors else np.zeros((0, 0), dtype=np.float32)

    def __add__(self, other: ClassCrops) -> ClassCrops:
        """Return the crops of both."""
        both = ClassCrops(self.classes, self.features, self.crop_size, self.max_crops + other.max_crops)
        both._vectors = {i: self._vectors[i] + other._vectors[i] for i in self._vectors}
        return both


def semantic_frechet(real: ClassCrops, generated: ClassCrops, whole: ClassCrops | None = None) -> dict[str, Any]:
    """Return the Frechet distance of each class and the mean over one class set, that of the real images.

    The floor, between two halves of the real images, is over the class set of the ``whole``, so that its mean is of the
    same classes as the mean that stands beside it; a class that a half lacks leaves none.

    A class that the generated set lacks is listed under ``never_drawn``, and there is no mean then: it would leave out
    the worst. Real classes with fewer than two crops are no part of the class set (``too_few_real``).

    What it cannot tell: whether the mask fits within its box, and how often a class is drawn. It is not free of that,
    though: as any Frechet distance it is biased upward, the fewer crops, the larger. A class that is drawn as well as
    before, but seldom, is farther. Each class's crops stand beside its distance; compare at equal numbers alone.
    """
    rows: dict[str, Any] = {}
    missing, too_few = [], []
    for class_id in real.classes.objects:
        name = real.classes.names[class_id]
        a, b = real.vectors(class_id), generated.vectors(class_id)
        row: dict[str, Any] = {"distance": None, "real_crops": len(a), "generated_crops": len(b)}
        if len((whole or real).vectors(class_id)) < MIN_CROPS:
            too_few.append(name)
        elif min(len(a), len(b)) < MIN_CROPS:
            missing.append(name)
        else:
            row["distance"] = frechet_of_features(a, b)
        rows[name] = row
    known = [row["distance"] for row in rows.values() if row["distance"] is not None]
    mean = sum(known) / len(known) if known and not missing else None
    return {"mean": mean, "classes": rows, "never_drawn": missing, "too_few_real": too_few}
