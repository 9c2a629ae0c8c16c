"""The last drawings, kept in folders as ``generating`` writes them, to be downloaded as zip files."""

from __future__ import annotations

import io
import secrets
import zipfile
from collections import OrderedDict
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

MAX_KEPT = 8


class Drawings:
    """Folders of the last eight drawings; they are gone when the page is closed."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[str, TemporaryDirectory] = OrderedDict()

    def keep(self, folder: TemporaryDirectory) -> str:
        """Keep a drawing's folder and return the name by which it is known, which nobody can guess."""
        name = secrets.token_urlsafe(16)
        with self._lock:
            self._kept[name] = folder
            while len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)[1].cleanup()
        return name

    def archive(self, name: str, part: str | None = None, sample: str | None = None) -> bytes | None:
        """Return a zip file of a drawing, the same bytes each time, or ``None`` where there is no such thing.

        Args:
            name: the drawing.
            part: the folder of one format alone.
            sample: the files of one sample alone, by its id.
        """
        with self._lock:
            if name not in self._kept:
                return None
            root = Path(self._kept[name].name)
            paths = [path for path in sorted(root.rglob("*")) if path.is_file()]
            chosen = {path.relative_to(root).as_posix(): path for path in paths}
            chosen = {
                inside: path
                for inside, path in chosen.items()
                if (part is None or inside.startswith(f"{part}/")) and (sample is None or sample in path.name)
            }
            return _zipped(chosen) if chosen else None

    def clear(self) -> None:
        """Remove all folders."""
        with self._lock:
            for folder in self._kept.values():
                folder.cleanup()
            self._kept.clear()


def _zipped(paths: dict[str, Path]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for inside, path in paths.items():
            # a fixed time, and no owner's rights: the same files make the same bytes
            archive.writestr(zipfile.ZipInfo(inside), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return content.getvalue()
