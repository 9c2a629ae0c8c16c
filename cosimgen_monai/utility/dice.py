"""Dice of a class over a set of masks."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

Counts = NDArray[np.int64]
"""Pixels by image and class, N x 3 x c: of both masks, of the predicted one, of the true one."""


def dice_counts(predicted: torch.Tensor, true: torch.Tensor, num_classes: int) -> Counts:
    """Count the pixels that Dice is made of; pixels whose truth is void count nowhere.

    Args:
        predicted: class ids, B 1 H W.
        true: class ids, B 1 H W, ``VOID`` (or any id beyond the classes) where it is unknown.
        num_classes: number of classes c.
    """
    ids = torch.arange(num_classes, device=true.device)
    p, t = predicted.flatten(1)[..., None] == ids, true.flatten(1)[..., None] == ids
    p = p & (true.flatten(1) < num_classes)[..., None]
    return torch.stack([(p & t).sum(1), p.sum(1), t.sum(1)], dim=1).cpu().numpy().astype(np.int64)


def dice(counts: NDArray) -> NDArray[np.float64]:
    """Return the Dice of each class, 2 |P ∩ T| / (|P| + |T|), of summed counts (… x 3 x c).

    The pixels of all images are counted together (Dice 1945), so that a class drawn where there is none costs as much
    as one that is missed. A class that no truth holds has none: NaN.
    """
    both, predicted, true = (counts[..., i, :] for i in range(3))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(true > 0, 2 * both / (predicted + true), np.nan)
