"""What processes exchange in a training, so that several do what one would at the whole batch.

A process alone gets back what it gave, and nothing is computed.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, zip_longest
from typing import Any

import ignite.distributed as idist
import torch

from cosimgen_monai.processes.group import num_processes

_NOBODY = object()


def _sum(tensor: torch.Tensor) -> torch.Tensor:
    """Sum a tensor over the processes, in its place."""
    total: Any = idist.all_reduce(tensor)
    return torch.as_tensor(total)


def _side_by_side(tensor: torch.Tensor) -> torch.Tensor:
    """Return all processes' tensors, along a new first axis."""
    gathered: Any = idist.all_gather(tensor.detach().contiguous()[None])
    return torch.as_tensor(gathered)


def over_processes(mean: torch.Tensor) -> torch.Tensor:
    """Return the mean over the processes of a mean over each one's batch: the mean over the whole batch.

    Its gradient is that of this process's own part. A loss of such means, however they are combined, is the loss of the
    whole batch, and its gradients, averaged by :func:`average_gradients`, are those of the whole batch.
    """
    if num_processes() == 1:
        return mean
    whole = _sum(mean.detach().clone()) / num_processes()
    return mean + (whole - mean).detach()


def average_gradients(parameters: Iterable[torch.nn.Parameter]) -> None:
    """Put the mean over the processes in the place of each gradient.

    ``DistributedDataParallel`` does so within its own ``forward``, which has to lead to every weight exactly once; here
    encoders are called beside the U-Net, and discriminators twice, so it is done after the backward pass, in one piece.
    """
    if num_processes() == 1:
        return
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    if not gradients:
        return
    flat = _sum(torch.cat([gradient.flatten() for gradient in gradients])) / num_processes()
    for gradient, part in zip(gradients, flat.split([gradient.numel() for gradient in gradients]), strict=True):
        gradient.copy_(part.view_as(gradient))


def same_in_all_processes(values: torch.Tensor) -> bool:
    """Whether all processes hold the same values."""
    return all(torch.equal(other, values) for other in _side_by_side(values))


def gather_batch(rows: torch.Tensor) -> torch.Tensor:
    """Return the rows of all processes' batches (B ...) in the order of the whole batch (nB ...), without gradients."""
    return rows if num_processes() == 1 else _side_by_side(rows).transpose(0, 1).flatten(0, 1)


def gather_lists(rows: list[Any]) -> list[Any]:
    """Return the rows that :func:`share_of_rows` has divided, of all processes, in their own order."""
    if num_processes() == 1:
        return rows
    shares: Any = idist.all_gather(rows)
    return [row for row in chain(*zip_longest(*shares, fillvalue=_NOBODY)) if row is not _NOBODY]


def sum_over_processes(counts: torch.Tensor) -> torch.Tensor:
    """Return the sum of counts over the processes."""
    return counts if num_processes() == 1 else _sum(counts.clone())
