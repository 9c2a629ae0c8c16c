"""Files that are whole or not there, even after a power cut: written aside, then moved into place."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from cosimgen_monai.settings.durable import make_folder, sync_file, sync_folder

_DRAFT = ".draft-"


@contextmanager
def atomic_write(path: str | Path) -> Iterator[Path]:
    """Give a draft's path to write to; it takes the place of ``path`` when the block ends well.

    The draft keeps the suffixes of ``path``, since many writers choose the format by them.
    """
    path = Path(path)
    make_folder(path.parent)
    draft = path.with_name(f"{_DRAFT}{uuid4().hex}-{path.name}")
    try:
        yield draft
        sync_file(draft)
        os.replace(draft, path)
        sync_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def is_draft(path: Path) -> bool:
    """Whether a file is a draft that a killed run left."""
    return path.name.startswith(_DRAFT)


def remove_drafts(folder: Path) -> None:
    """Remove the drafts that a killed run left in a folder, where others would take them for its files."""
    for draft in folder.rglob(f"{_DRAFT}*"):
        draft.unlink(missing_ok=True)
