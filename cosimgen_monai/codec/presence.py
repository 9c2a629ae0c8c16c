"""Which classes a label holds: the condition vector M of the paper's section 3.3.2."""

from __future__ import annotations

import torch

from cosimgen_monai.codec.class_table import ClassTable

MIN_SHARE = 0.001
MIN_PIXELS = 8


def presence_threshold(num_pixels: int) -> float:
    """Return the area in pixels from which a class counts as present: 0.1 %, and 8 pixels at least."""
    return max(MIN_SHARE * num_pixels, MIN_PIXELS)


def class_areas(label: torch.Tensor, num_classes: int) -> torch.Tensor:
    """Count the pixels of each class (void pixels count nowhere).

    Args:
        label: class ids, B 1 H W.
        num_classes: number of classes c.

    Returns:
        int64, B x c.
    """
    index = label.flatten(1).long().clamp(max=num_classes)
    ones = torch.ones_like(index)
    areas = torch.zeros(index.shape[0], num_classes + 1, dtype=torch.int64, device=label.device)
    return areas.scatter_add_(1, index, ones)[:, :num_classes]


def presence_vector(label: torch.Tensor, classes: ClassTable) -> torch.Tensor:
    """Read a label's presence vector; the background's entry is 0.

    Args:
        label: class ids, B 1 H W.
        classes: the dataset's classes.

    Returns:
        float32 zeros and ones, B x c.
    """
    areas = class_areas(label, classes.num_classes)
    present = areas >= presence_threshold(label.shape[-2] * label.shape[-1])
    if classes.background is not None:
        present[:, classes.background] = False
    return present.float()


def presence_of(ids: tuple[int, ...], num_classes: int) -> torch.Tensor:
    """Return the presence vector (float32, c) of class ids that somebody asked for."""
    presence = torch.zeros(num_classes)
    presence[list(ids)] = 1.0
    return presence
