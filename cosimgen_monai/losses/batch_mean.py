"""Means over the whole batch, whatever part of it this process holds."""

from __future__ import annotations

import torch

from cosimgen_monai.processes import num_processes, over_processes


def mean_where(counts: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
    """Return the mean of the values (B) that count, over all processes' parts of the batch; 0 where none does.

    Args:
        counts: which values count, B booleans.
        values: the values.
    """
    total, number = over_processes((values * counts).sum()), over_processes(counts.sum().to(values.dtype))
    return total / number.clamp(min=1 / num_processes())
