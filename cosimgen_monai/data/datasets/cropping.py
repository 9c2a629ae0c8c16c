"""``cropping.csv`` of the Zenodo release 1169361: the region of each case in which its labels are complete."""

from __future__ import annotations

import csv
from pathlib import Path

from cosimgen_monai.data.readers.readable import check_readable
from cosimgen_monai.data.readers.volume import Volume

_EXTENTS = ("extent_left", "extent_right", "extent_ant", "extent_post", "extent_inf", "extent_sup")


def read_crops(path: Path) -> dict[str, tuple[int, ...]]:
    """Read ``cropping.csv`` by its header: the complete region of each case, as six voxel indices.

    Raises:
        FileNotFoundError: if it is missing.
        PermissionError: if it may not be read.
        ValueError: if a column is missing, or a row's extents are no whole numbers.
    """
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is missing: labels may be incomplete outside the regions that it gives. Fetch it from "
            "https://zenodo.org/records/1169361."
        )
    check_readable(path)
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file, skipinitialspace=True))
    needed = ("publisher", "original_id", *_EXTENTS)
    missing = [column for column in needed if not rows or column not in rows[0]]
    if missing:
        raise ValueError(f"{path} lacks the column(s) {missing}; it has {list(rows[0]) if rows else 'no row'}.")
    crops = {}
    for line, row in enumerate(rows, start=2):
        part = "tcia" if row["publisher"].strip().upper() == "TCIA" else "btcv"
        try:
            extents = tuple(int(float(row[column])) for column in _EXTENTS)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{path}, line {line}: an extent is no number ({error}).") from error
        crops[f"{part}-{row['original_id'].strip().zfill(4)}"] = extents
    return crops


def crop_box(volume: Volume, extents: tuple[int, ...], path: Path) -> tuple[slice, ...]:
    """Return a crop as slices of a RAS volume's axes.

    The extents count voxels as a slice is displayed, columns from the picture's left (the patient's right) and rows
    from the front, and slices from the feet; the end is not part of it. (So the public loaders of the release use
    them; nothing in the file says so.)
    """
    left, right, front, back, low, high = extents
    n = volume.voxels.shape
    ranges = ((n[0] - right, n[0] - left), (n[1] - back, n[1] - front), (low, high))
    box = tuple(slice(max(start, 0), min(stop, size)) for (start, stop), size in zip(ranges, n, strict=True))
    if any(part.stop <= part.start for part in box):
        raise ValueError(f"{path} has shape {n}, but its region in cropping.csv is {extents}: it lies outside.")
    return box
