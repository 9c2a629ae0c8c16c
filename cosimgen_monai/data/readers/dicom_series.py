"""A folder of DICOM slices as one volume, sorted by position, with the file of every slice kept."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from cosimgen_monai.data.readers.readable import check_readable, entries

DICOM_SUFFIXES = (".dcm", ".dicom", ".ima")
_SERIES, _POSITION, _ORIENTATION, _PIXELS = "0020|000e", "0020|0032", "0020|0037", "0028|0030"
_TOLERANCE = 0.02
"""Share by which slice distances may differ from their median: positions are written with few decimals."""


@dataclass(frozen=True)
class DicomSeries:
    """The slices of one series.

    Attributes:
        voxels: X Y Z (columns, rows, slices along the normal); rescale slope and intercept applied.
        affine: 4 x 4, voxel indices to mm, RAS.
        files: the file of each slice, along Z: what pairs a slice with its mask.
    """

    voxels: NDArray[Any]
    affine: NDArray[np.float64]
    files: tuple[Path, ...]


@dataclass(frozen=True)
class _Header:
    """What a slice's tags say: series, size in pixels, spacing in mm, direction cosines, position in mm (LPS)."""

    path: Path
    series: str
    size: tuple[int, ...]
    spacing: NDArray[np.float64]
    axes: NDArray[np.float64]
    position: NDArray[np.float64]


def dicom_files(folder: Path) -> list[Path]:
    """Return a folder's DICOM files by name: those with a DICOM suffix, and those without any that begin as DICOM."""
    return [path for path in entries(folder) if path.is_file() and is_dicom(path)]


def is_dicom(path: Path) -> bool:
    """Whether a file is a DICOM slice by its suffix or, where it has none, by its first bytes."""
    if path.suffix.lower() in DICOM_SUFFIXES:
        return True
    if (path.suffix and not path.suffix[1:].isdigit()) or path.name == "DICOMDIR":
        return False
    try:
        with path.open("rb") as file:
            return file.read(132)[128:] == b"DICM"
    except PermissionError:
        return False


def read_dicom_series(folder: Path, files: list[Path] | None = None) -> DicomSeries:
    """Read the one series that a folder holds.

    Args:
        folder: the folder.
        files: the slices, where not all DICOM files of the folder are meant.

    Raises:
        PermissionError: if a file may not be read.
        ValueError: naming the files and the remedy, where there is no series or more than one, a slice cannot be read,
            slices differ in size, spacing or direction, lie twice at one position or askew, or some are missing.
    """
    headers = [_read_header(path) for path in (dicom_files(folder) if files is None else files)]
    if not headers:
        raise ValueError(f"{folder} holds no DICOM file. Give the folder of one series.")
    _check_one_series(headers, folder)
    first = headers[0]
    normal = np.cross(first.axes[0], first.axes[1])
    headers.sort(key=lambda header: float(header.position @ normal))
    distance = _slice_distance(headers, normal, folder)
    lps = np.eye(4)
    lps[:3, 0] = first.axes[0] * first.spacing[1]  # PixelSpacing is (between rows, between columns)
    lps[:3, 1] = first.axes[1] * first.spacing[0]
    lps[:3, 2] = normal * distance
    lps[:3, 3] = headers[0].position
    voxels = np.stack([_read_pixels(header.path) for header in headers], axis=-1)
    affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ lps
    return DicomSeries(voxels, affine, tuple(header.path for header in headers))


def _reader(path: Path) -> sitk.ImageFileReader:
    reader = sitk.ImageFileReader()
    reader.SetImageIO("GDCMImageIO")
    reader.SetFileName(str(path))
    return reader


def _read_header(path: Path) -> _Header:
    check_readable(path)
    reader = _reader(path)
    try:
        reader.ReadImageInformation()
    except RuntimeError as error:
        raise ValueError(
            f"{path} cannot be read as DICOM ({path.stat().st_size} bytes; empty, truncated or something else). "
            "Fetch the file again, or take it out of the folder."
        ) from error
    missing = [tag for tag in (_SERIES, _POSITION, _ORIENTATION, _PIXELS) if not reader.HasMetaDataKey(tag)]
    if missing:
        raise ValueError(f"{path} lacks the DICOM tag(s) {missing}: it is no slice with a place in the patient.")
    if reader.GetNumberOfComponents() != 1 or (len(reader.GetSize()) > 2 and reader.GetSize()[2] != 1):
        raise ValueError(f"{path} is a colour or multi-frame DICOM, expected one grey slice a file. Convert it first.")
    series = reader.GetMetaData(_SERIES).strip(" \0")
    spacing, axes, position = (_numbers(reader.GetMetaData(tag)) for tag in (_PIXELS, _ORIENTATION, _POSITION))
    return _Header(path, series, reader.GetSize()[:2], spacing, axes.reshape(2, 3), position)


def _numbers(text: str) -> NDArray[np.float64]:
    return np.array([float(part) for part in text.strip(" \0").split("\\")])


def _read_pixels(path: Path) -> NDArray[Any]:
    """Return a slice's rescaled values, X Y."""
    try:
        return sitk.GetArrayFromImage(_reader(path).Execute())[0].T
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1]
        raise ValueError(f"{path} cannot be read as DICOM: {reason}. Fetch the file again.") from error


def _check_one_series(headers: list[_Header], folder: Path) -> None:
    """Raise where files are of several series, or one differs from the first in size, spacing or direction."""
    first = headers[0]
    counts = Counter(header.series for header in headers)
    if len(counts) > 1:
        examples = {header.series: header.path.name for header in reversed(headers)}
        found = ", ".join(f"{count} file(s) such as {examples[uid]}" for uid, count in counts.items())
        raise ValueError(f"{folder} holds {len(counts)} DICOM series ({found}). Put each into a folder of its own.")
    for header in headers:
        differs = [
            name
            for name, mine, theirs, tolerance in (
                ("size", first.size, header.size, 0.0),
                ("pixel spacing", first.spacing, header.spacing, 1e-4),
                ("direction", first.axes, header.axes, 1e-3),
            )
            if not np.allclose(mine, theirs, rtol=0, atol=tolerance)
        ]
        if differs:
            raise ValueError(
                f"{header.path} differs from {first.path.name} of the same series in {' and '.join(differs)}. "
                "A volume needs one grid: take the odd slices (a scout?) out of the folder."
            )


def _slice_distance(headers: list[_Header], normal: NDArray[np.float64], folder: Path) -> float:
    """Return the distance of slices in mm, or raise where they do not lie evenly above each other."""
    if len(headers) == 1:
        return 1.0
    steps = np.diff([header.position for header in headers], axis=0)
    along = steps @ normal
    median = float(np.median(along))
    for below, above, step, gap in zip(headers, headers[1:], steps, along, strict=False):
        pair = f"{below.path.name} and {above.path.name} in {folder}"
        if gap < 1e-3:
            raise ValueError(f"{pair} lie at the same position. Keep one of them.")
        if abs(gap - median) > _TOLERANCE * median:
            what = "slices are missing between" if gap > 1.5 * median else "distances differ:"
            raise ValueError(
                f"{what} {pair} ({gap:.2f} mm apart, the others {median:.2f} mm). "
                "Fetch the whole series again, or resample it to even distances."
            )
        if np.linalg.norm(step - gap * normal) > 0.05 * gap:  # 3 degrees, as for oblique affines
            raise ValueError(f"{pair} are shifted sideways (gantry tilt): resample the series to a straight grid.")
    return median
