"""What tells a file, or a folder of files, from what it was before: names, lengths and times."""

from __future__ import annotations

import hashlib
import os
from functools import cache
from pathlib import Path
from typing import Any

from cosimgen_monai.data.readers.readable import entries

_HEADERS = (".mhd", ".nhdr")
"""Of volumes whose voxels stand in another file, or in several: that of their folder tells all of them."""


class Fingerprints:
    """The fingerprints of an item's files; a folder that many items share is looked at once."""

    def __init__(self) -> None:
        self._of_folder = cache(_folder)

    def __call__(self, path: str) -> list[Any]:
        """Return a file's place, length and time, and of a folder a hash of those of all files right in it.

        A header's data file counts too. One that is not there (a link that leads nowhere) has a place alone: who reads
        it says what is wrong.
        """
        place = os.path.abspath(path)
        if os.path.isdir(path):
            return [place, self._of_folder(path)]
        try:
            stat = os.stat(path)
        except FileNotFoundError:
            return [place]
        data = [self._of_folder(os.path.dirname(place))] if place.lower().endswith(_HEADERS) else []
        return [place, stat.st_size, stat.st_mtime_ns, *data]


def _folder(folder: str) -> str:
    stats = [(path.name, path.stat()) for path in entries(Path(folder))]
    facts = [(name, stat.st_size, stat.st_mtime_ns) for name, stat in stats]
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
