"""The group of processes that train one network together, by Ignite's distributed launcher."""

from __future__ import annotations

from datetime import timedelta

import ignite.distributed as idist
import torch

from cosimgen_monai.processes.launch import Launch

_PATIENCE = timedelta(days=7)
"""How long the first process waits for the others' shares of a plan; what fails ends all of them at once."""


def join(device: torch.device) -> torch.device:
    """Join the other processes that ``torchrun`` has started; a process alone stays alone.

    Args:
        device: this process's device; NCCL joins GPUs, Gloo CPUs.

    Returns:
        The device.
    """
    launch = Launch.of_this_process()
    if launch.number > 1 and num_processes() == 1:
        if device.type != "cuda" and launch.local_rank >= torch.cuda.device_count() > 0:
            # Ignite would take the GPU of this number, which is not there; a group that exists it takes as it is
            torch.distributed.init_process_group("gloo")
        else:
            idist.initialize("nccl" if device.type == "cuda" else "gloo")
    return device


def leave() -> None:
    """Leave the group; without one nothing happens."""
    if num_processes() > 1:
        idist.finalize()


def num_processes() -> int:
    """Return how many processes have joined, 1 where none has."""
    return int(idist.get_world_size())


def rank() -> int:
    """Return the number of this process among those that have joined, from 0; the first one writes the files."""
    return int(idist.get_rank())


def wait_for_all() -> None:
    """Return when all processes that ``torchrun`` has started have come here."""
    if num_processes() > 1:
        idist.barrier()
    elif Launch.of_this_process().number > 1:
        torch.distributed.init_process_group("gloo", timeout=_PATIENCE)
        torch.distributed.barrier()
        torch.distributed.destroy_process_group()
