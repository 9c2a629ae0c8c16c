"""What ``torchrun`` says of a process that it has started, and which of several failures is told."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import torch.distributed


@dataclass(frozen=True)
class Launch:
    """A process among those of one run.

    Attributes:
        rank: its number, from 0.
        number: how many there are.
        local_rank: its number on its own machine, from 0.
    """

    rank: int = 0
    number: int = 1
    local_rank: int = 0

    @classmethod
    def of_this_process(cls) -> Launch:
        """Return what ``torchrun`` has set in the environment; one process alone where it has not."""
        if "TORCHELASTIC_RUN_ID" not in os.environ:  # a cluster may set RANK for purposes of its own
            return cls()
        rank, number, local = (int(os.environ[key]) for key in ("RANK", "WORLD_SIZE", "LOCAL_RANK"))
        return cls(rank, number, local)

    def __str__(self) -> str:
        return f"process {self.rank + 1} of {self.number}"


def check_alone() -> None:
    """Raise ``ValueError`` where ``torchrun`` has started several processes for a job that is made for one."""
    launch = Launch.of_this_process()
    if launch.number > 1:
        raise ValueError(
            f"torchrun has started {launch.number} processes, but this job runs in one: start it without torchrun."
        )


def is_first_failure() -> bool:
    """Whether no other process of this run has ended in an error before this one; it should say its error then.

    One failure ends all, in one line: a wrong setting is an error of every process, and the end of one is an error of
    those that wait for it.
    """
    if Launch.of_this_process().number == 1:
        return True
    try:
        address, port = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
        store = torch.distributed.TCPStore(
            address, port, is_master=False, wait_for_workers=False, timeout=timedelta(seconds=5)
        )
        return int(store.add(f"failures/{os.environ.get('TORCHELASTIC_RESTART_COUNT', '0')}", 1)) == 1
    except (KeyError, RuntimeError):  # the launcher is gone: better twice than not at all
        return True


def tell_launcher(message: str) -> None:
    """Give an error's words to ``torchrun``, in its own form.

    Whenever a process ends in an error, torchrun raises one of its own, with a long traceback; the words then stand
    below that too.
    """
    file = os.environ.get("TORCHELASTIC_ERROR_FILE")
    if file:
        told = {"message": message, "extraInfo": {"timestamp": str(int(time.time()))}}
        Path(file).write_text(json.dumps({"message": told}), "utf-8")


def lost_another_process(error: BaseException) -> bool:
    """Whether an error says that another process of the run has gone."""
    lost = ("Connection closed by peer", "Connection reset by peer", "Broken pipe")
    return isinstance(error, torch.distributed.DistBackendError) or any(words in str(error) for words in lost)
