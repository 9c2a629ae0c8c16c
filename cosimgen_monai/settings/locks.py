"""A lock that one process holds at a time and that dies with it, whatever kills it."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has none; there, one process at a time is up to the user
    fcntl = None  # type: ignore[assignment]

logger = logging.getLogger(__name__)


@contextmanager
def hold_lock(path: Path, wait: bool = True) -> Iterator[bool]:
    """Hold the lock that a file stands for; the file is there only while somebody holds or awaits it.

    The system itself frees the lock of a process that ends, so what a lock's late holder left is nobody's.

    Args:
        path: the lock's file.
        wait: whether to wait for another holder, or to go without.

    Yields:
        Whether the lock is held.
    """
    handle = _take(path, wait)
    try:
        yield handle is not None
    finally:
        if handle is not None:
            path.unlink(missing_ok=True)  # before it is freed: who waits for it sees that the file has gone
            os.close(handle)


def _take(path: Path, wait: bool) -> int | None:
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        if not _flock(handle, path, wait):
            os.close(handle)
            return None
        if _is_still(handle, path):
            return handle
        os.close(handle)  # its holder removed it while we waited; another may have made a new one


def _flock(handle: int, path: Path, wait: bool) -> bool:
    if fcntl is None:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        if not wait:
            return False
        logger.info("waiting for the process that holds %s", path)
        fcntl.flock(handle, fcntl.LOCK_EX)
    return True


def _is_still(handle: int, path: Path) -> bool:
    try:
        there = os.stat(path)
    except FileNotFoundError:
        return False
    mine = os.fstat(handle)
    return (there.st_dev, there.st_ino) == (mine.st_dev, mine.st_ino)
