"""``torchrun`` with two processes of one thread each, as a user starts it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tiny import ROOT, command_line

PATIENCE = 300
"""Seconds after which a test takes processes for hanging."""


@contextmanager
def torchrun(*arguments: str, log: Path) -> Iterator[subprocess.Popen]:
    """Start two processes, and let none outlive the block; what they print goes to a file."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2", *arguments]
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "bundle"), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": paths}
    with log.open("a") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, env=environment, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def bundle(job: str, config: str | list[str], **override: Any) -> list[str]:
    """Return what ``torchrun`` starts for a job of the bundle."""
    return ["-m", "monai.bundle", "run", job, "--config_file", str(config), *command_line(override)]


def wait_until(happened: Callable[[], bool], process: subprocess.Popen) -> None:
    """Wait for something that a process does, for as long as it runs."""
    end = time.monotonic() + PATIENCE
    while process.poll() is None and not happened() and time.monotonic() < end:
        time.sleep(0.02)
    assert happened()


def children_of(process: subprocess.Popen) -> list[int]:
    """Return the ids of the processes that ``torchrun`` has started, in the order of their ranks (Linux)."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return sorted(int(child) for child in children)
