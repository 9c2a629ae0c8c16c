"""What is on the disk is still there after a power cut: a file's content, and the folder's entry that names it.

A kill loses nothing that a process has handed to the system; a power cut loses what the system has not yet written,
and syncing a file leaves out its name, which stands in its folder.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

_REFUSED = {errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES}
"""What is answered where a folder cannot be synced, or not be read: its entries are kept in the system's own way."""
_together: ContextVar[dict[Path, None] | None] = ContextVar("folders to be synced at the end", default=None)


def sync_file(path: Path) -> None:
    """Wait until a file's content is on the disk."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until a folder's entries are on the disk, or leave it to the end of :func:`folders_synced_together`."""
    waiting = _together.get()
    if waiting is not None:
        waiting[folder] = None
        return
    if os.name == "nt":  # Windows opens no folders
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno not in _REFUSED:
            raise


@contextmanager
def folders_synced_together() -> Iterator[None]:
    """Sync each folder that the block writes to once, at its end: a batch's files share a few folders."""
    waiting: dict[Path, None] = {}
    token = _together.set(waiting)
    try:
        yield
    finally:
        _together.reset(token)
    for folder in waiting:
        sync_folder(folder)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, as far as they are not there."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def place_folder(draft: Path, folder: Path) -> None:
    """Move a folder that has been written aside into its place, when all of it is on the disk.

    Raises:
        OSError: if something stands in its place.
    """
    for parent, _, names in os.walk(draft):
        for name in names:
            sync_file(Path(parent, name))
        sync_folder(Path(parent))
    draft.rename(folder)
    sync_folder(folder.parent)
