"""What lies below anybody's folder, at any depth: pictures, volumes, DICOM slices or their folders."""

from __future__ import annotations

import os
from pathlib import Path

from cosimgen_monai.data.faults import Faults
from cosimgen_monai.data.folder.path_template import FILE_SUFFIXES
from cosimgen_monai.data.readers.dicom_series import is_dicom
from cosimgen_monai.data.readers.readable import entries


def walk(root: Path, slices: bool, faults: Faults) -> list[str]:
    """List all files that may be images or labels, relative, with ``/``; hidden ones are left out.

    Args:
        root: the folder.
        slices: list the files of a folder of DICOM slices each, rather than the folder.
        faults: takes folders that may not be read.
    """
    found: list[str] = []
    _walk(root, "", slices, faults, set(), found)
    return found


def _walk(folder: Path, relative: str, slices: bool, faults: Faults, seen: set[str], found: list[str]) -> None:
    if (place := os.path.realpath(folder)) in seen:  # a link that leads back up
        return
    seen.add(place)
    inner: list[str] = []
    with faults.left_out():
        shown = [path for path in entries(folder) if not path.name.startswith((".", "__MACOSX"))]
        inner = [path.name for path in shown if path.is_dir()]
        files = [path for path in shown if path.name not in set(inner)]
        dicom = {path.name for path in files if is_dicom(path)}
        known = [path.name for path in files if path.name.lower().endswith(FILE_SUFFIXES)]
        names = sorted({*known, *dicom}) if slices else known
        found.extend(relative + name for name in names)
        if dicom and not slices:
            found.append(relative.rstrip("/") or ".")
    for name in inner:
        _walk(folder / name, f"{relative}{name}/", slices, faults, seen, found)
