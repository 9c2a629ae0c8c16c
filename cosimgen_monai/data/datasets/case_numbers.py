"""Cases known by the number in their files' names: ``img0001.nii.gz`` goes with ``label0001.nii.gz``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from cosimgen_monai.data.faults import Faults
from cosimgen_monai.data.readers.readable import entries, folders_in
from cosimgen_monai.data.readers.volume import NIFTI_SUFFIXES
from cosimgen_monai.settings import nearest_names

Numbered = dict[str, list[Path]]
"""The files of each case number; more than one is a fault of that case."""


def by_number(folder: Path, faults: Faults) -> Numbered:
    """Return a folder's NIfTI files by the case number that ends their names.

    Raises:
        FileNotFoundError: if there is none.
        PermissionError: if the folder may not be read.
    """
    found: Numbered = {}
    for path in entries(folder):
        if path.name.endswith(NIFTI_SUFFIXES):
            with faults.left_out():
                found.setdefault(_number(path), []).append(path)
    if not found:
        raise FileNotFoundError(f"{folder} holds no .nii.gz or .nii file with a case number.")
    return found


def series_by_number(folder: Path, faults: Faults) -> Numbered:
    """Return the DICOM series below folders that end in a case number, as TCIA hands them out (``PANCREAS_0001/…``)."""
    series: Numbered = {}
    for case in folders_in(folder):
        with faults.left_out():
            places = _dicom_folders(case)
            if places and (number := re.search(r"(\d+)$", case.name)):
                series.setdefault(number[1], []).extend(places)
    return series


def only_file(files: Numbered, number: str, what: str, partner: Path, expected: str) -> str:
    """Return the one file of a case.

    Args:
        files: the files of each case.
        number: the case.
        what: what the file is, ``image`` or ``label``.
        partner: the case's other file.
        expected: where the file should be.

    Raises:
        ValueError: if the case has no such file, or several.
    """
    found = files.get(number, [])
    if not found:
        raise ValueError(f"{partner} has no {what}: expected {expected}. Add the {what}, or take the file away.")
    if len(found) > 1:
        raise ValueError(f"{' and '.join(map(str, found))} have the same case number {number}. Keep one of them.")
    return str(found[0])


def patients(cases: Iterable[str], same_patient: Sequence[Sequence[str]]) -> dict[str, str]:
    """Return the patient of each case: the case's own number, or all numbers of a patient joined by ``+``.

    Raises:
        ValueError: if ``same_patient`` names a case that is not there, or names one twice.
    """
    patient = {case: case for case in cases}
    named = [case for group in same_patient for case in group]
    for case in named:
        if case not in patient:
            raise ValueError(f"`same_patient` names case {case!r}, which is not there; {nearest_names(case, patient)}.")
        if named.count(case) > 1:
            raise ValueError(f"`same_patient` names case {case!r} more than once: join the lists that hold it.")
    for group in same_patient:
        patient.update(dict.fromkeys(group, "+".join(sorted(group))))
    return patient


def _number(path: Path) -> str:
    match = re.search(r"(\d+)(?:_0000)?\.nii(\.gz)?$", path.name)
    if match is None:
        raise ValueError(f"{path} has no case number at the end of its name (expected e.g. img0001.nii.gz).")
    return match[1]


def _dicom_folders(folder: Path) -> list[Path]:
    """Return the folders, at any depth, that hold DICOM files."""
    here = [folder] if any(path.suffix == ".dcm" for path in entries(folder)) else []
    return here + [place for inner in folders_in(folder) for place in _dicom_folders(inner)]
