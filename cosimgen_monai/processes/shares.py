"""A process's share: of each batch, and of rows that are gone through once.

Row i belongs to process i mod n, so that the n-th parts of a batch, laid side by side, are the batch of one process.
"""

from __future__ import annotations

from collections.abc import Sized
from typing import Any

from torch.utils.data import Subset

from cosimgen_monai.processes.group import num_processes, rank
from cosimgen_monai.processes.launch import Launch


def share_of_batch(batch_size: int) -> int:
    """Return how much of a batch this process takes; ``batch_size`` is that of all of them together.

    Raises:
        ValueError: if the batch cannot be divided evenly, or there are processes that have not joined.
    """
    launch, number = Launch.of_this_process(), num_processes()
    if launch.number > number:
        raise ValueError(
            f"torchrun has started {launch.number} processes, but this configuration trains in one: add "
            "'bundle/configs/multi_gpu.json' to --config_file, or start it without torchrun."
        )
    if batch_size % number:
        near = max(batch_size // number, 1) * number
        raise ValueError(
            f"`batch_size` {batch_size} is that of all processes together and cannot be divided among {number}: take "
            f"--batch_size {near}, or another --nproc_per_node."
        )
    return batch_size // number


def share_of_rows(rows: Any) -> Any:
    """Return this process's rows of a list or a dataset.

    Raises:
        ValueError: if there is not one row a process.
    """
    number = num_processes()
    if number == 1:
        return rows
    if _length(rows) < number:
        raise ValueError(
            f"The validation has {_length(rows)} sample(s), too few for {number} processes: "
            + (f"give --num_val_samples {number} or more, " if isinstance(rows, list) else "give ")
            + "more held-out data, or another --nproc_per_node."
        )
    own = range(rank(), _length(rows), number)
    return [rows[i] for i in own] if isinstance(rows, list) else Subset(rows, own)


def _length(rows: Sized) -> int:
    return len(rows)
