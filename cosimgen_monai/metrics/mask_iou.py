"""Intersection over union of masks, a class at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from ignite.metrics import Metric

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.processes import sum_over_processes


class MaskIoU(Metric):
    """Mean over classes of |P ∩ T| / |P ∪ T|, both summed over all images (Jaccard; as PASCAL VOC reports it).

    Classes that occur in no truth are left out, and so are the background and pixels whose truth is void. It weighs a
    gland of ten pixels like the liver, and cannot tell where in an image an error lies.

    Args:
        classes: the classes.
        output_transform: picks predicted and true label (B 1 H W, ids) out of an engine's output.
    """

    def __init__(self, classes: ClassTable, output_transform: Callable[[Any], Any] = lambda output: output) -> None:
        self.classes = classes
        super().__init__(output_transform)

    def reset(self) -> None:
        """Forget all images."""
        self.confusion = torch.zeros(self.classes.num_classes, self.classes.num_classes + 1, dtype=torch.int64)

    def update(self, output: tuple[torch.Tensor, torch.Tensor]) -> None:
        """Count the pixels of predicted and true labels."""
        num = self.classes.num_classes
        predicted, true = (label.cpu().flatten().long() for label in output)
        known = true < num  # the void is no class
        pairs = true[known] * (num + 1) + predicted[known].clamp(max=num)
        self.confusion += pairs.bincount(minlength=num * (num + 1)).reshape(num, num + 1)

    def by_class(self) -> dict[int, float]:
        """Return the IoU of each class that occurs in a truth."""
        hit = self.confusion.diagonal()
        union = self.confusion.sum(1) + self.confusion.sum(0)[: len(hit)] - hit
        return {i: (hit[i] / union[i]).item() for i in self.classes.objects if self.confusion[i].sum() > 0}

    def compute(self) -> float:
        """Return the mean over the classes, over the images of all processes; NaN where no truth holds any."""
        self.confusion = sum_over_processes(self.confusion)
        scores = list(self.by_class().values())
        return sum(scores) / len(scores) if scores else float("nan")
