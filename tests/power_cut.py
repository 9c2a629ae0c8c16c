"""What a power cut would leave, as far as a program can see to it: names and contents that it had synced."""

from __future__ import annotations

import os
import stat
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest


class Disk:
    """Watches what is synced below a folder; on a file system without a journal no more than that is sure to stay.

    Attributes:
        syncs: how often each folder was synced, by its path from the folder.
    """

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.syncs: Counter[str] = Counter()
        self._sizes: dict[int, int] = {}
        self._entries: dict[int, dict[str, int]] = {}
        self._really = os.fsync
        monkeypatch.setattr(os, "fsync", self._fsync)

    def _fsync(self, handle: int) -> None:
        self._really(handle)
        status = os.fstat(handle)
        if not stat.S_ISDIR(status.st_mode):
            self._note(status)
            return
        self._entries[status.st_ino] = {entry.name: entry.inode() for entry in os.scandir(handle)}
        self.syncs.update(
            str(path.relative_to(self.root))
            for path in (self.root, *self.root.rglob("*"))
            if path.stat().st_ino == status.st_ino
        )

    def note(self, path: Path) -> None:
        """Take a file's content for synced."""
        self._note(path.stat())

    def _note(self, status: os.stat_result) -> None:
        self._sizes[status.st_ino] = status.st_size

    def left(self) -> set[str]:
        """Return the files that a power cut now would leave whole, by their paths from the folder."""
        return {
            str(path.relative_to(self.root))
            for path in self.root.rglob("*")
            if path.is_file() and self._named(path) and self._sizes.get(path.stat().st_ino) == path.stat().st_size
        }

    def _named(self, path: Path) -> bool:
        """Whether each folder on the way knows the next name."""
        way = [path, *path.parents]
        steps = pairwise(way[: way.index(self.root) + 1])
        return all(self._entries.get(up.stat().st_ino, {}).get(p.name) == p.stat().st_ino for p, up in steps)
