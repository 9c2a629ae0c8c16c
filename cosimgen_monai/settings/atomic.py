"""Files that are whole or not there: written aside, then moved into place."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

_DRAFT = ".draft-"


@contextmanager
def atomic_write(path: str | Path) -> Iterator[Path]:
    """Give a draft's path to write to; it takes the place of ``path`` when the block ends well.

    The draft keeps the suffixes of ``path``, since many writers choose the format by them.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{_DRAFT}{uuid4().hex}-{path.name}")
    try:
        yield draft
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def is_draft(path: Path) -> bool:
    """Whether a file is a draft that a killed run left."""
    return path.name.startswith(_DRAFT)


def remove_drafts(folder: Path) -> None:
    """Remove the drafts that a killed run left in a folder, where others would take them for its files."""
    for draft in folder.rglob(f"{_DRAFT}*"):
        draft.unlink(missing_ok=True)
