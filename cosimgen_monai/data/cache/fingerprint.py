"""A fingerprint of the files in folders, for caches of items that are folders themselves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def folders_fingerprint(folders: Iterable[str | Path]) -> str:
    """Return a hash of the names, lengths and times of all files right in some folders."""
    facts = []
    for folder in sorted({str(folder) for folder in folders}):
        for path in sorted(Path(folder).iterdir()):
            stat = path.stat()
            facts.append((str(path), stat.st_size, stat.st_mtime_ns))
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
