"""Labels at a fraction of their size, on the device: the majority of each block, as the cache's resizing has it."""

from __future__ import annotations

import torch
from torch.nn.functional import avg_pool2d

from cosimgen_monai.codec.class_table import VOID


def shrink_label(label: torch.Tensor, factor: int) -> torch.Tensor:
    """Return the class that most pixels of each ``factor`` × ``factor`` block have.

    Of equal shares the lower id's wins; the void wins where it holds more than half.

    Args:
        label: uint8 ids, B 1 H W, H and W multiples of ``factor``.
        factor: side of a block; 1 returns the label itself.

    Returns:
        uint8 ids, B 1 H/factor W/factor.
    """
    if factor == 1:
        return label
    classes = [class_id for class_id in torch.unique(label).tolist() if class_id != VOID]
    void = avg_pool2d((label == VOID).float(), factor)
    best = torch.zeros_like(void)
    result = torch.full_like(void, VOID, dtype=torch.uint8)
    for class_id in classes:
        share = avg_pool2d((label == class_id).float(), factor)
        more = share > best
        best = torch.where(more, share, best)
        result = torch.where(more, torch.full_like(result, class_id), result)
    return torch.where(void > 0.5, torch.full_like(result, VOID), result)
