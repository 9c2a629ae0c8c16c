"""The error of a label that holds values in no table: it names the file and counts each value."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


class UnknownValuesError(ValueError):
    """A label holds values or colours that are in no table.

    Args:
        message: file, values and remedy in words.
        path: the label's file.
        counts: pixels (voxels) of each unknown value or colour, the most frequent first.
    """

    def __init__(self, message: str, path: str | Path, counts: Mapping[str, int]) -> None:
        super().__init__(message)
        self.path = str(path)
        self.counts = dict(counts)
