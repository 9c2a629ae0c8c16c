"""Mean IoU against its formula and torchmetrics."""

from __future__ import annotations

import math

import pytest
import torch

from cosimgen_monai.codec import VOID, ClassTable
from cosimgen_monai.metrics import MaskIoU

CLASSES = ClassTable(("background", "a", "b", "c"), background=0, has_void=True)


def test_it_is_torchmetrics_jaccard_of_the_objects() -> None:
    classification = pytest.importorskip("torchmetrics.classification")
    generator = torch.Generator().manual_seed(0)
    predicted, true = (torch.randint(4, (3, 1, 16, 16), generator=generator, dtype=torch.uint8) for _ in range(2))
    metric = MaskIoU(CLASSES)
    for i in range(3):
        metric.update((predicted[i : i + 1], true[i : i + 1]))
    jaccard = classification.MulticlassJaccardIndex(4, average=None)(predicted.int(), true.int())
    assert metric.compute() == pytest.approx(jaccard[1:].mean().item(), abs=1e-6)


def test_void_in_the_truth_does_not_count_and_void_drawn_is_an_error() -> None:
    true = torch.tensor([[[[1, 1, VOID, 2]]]], dtype=torch.uint8)
    metric = MaskIoU(CLASSES)
    metric.update((torch.tensor([[[[1, VOID, 3, 2]]]], dtype=torch.uint8), true))
    assert metric.by_class() == {1: 0.5, 2: 1.0}
    assert metric.compute() == 0.75


def test_nothing_seen_gives_nan() -> None:
    assert math.isnan(MaskIoU(CLASSES).compute())
