"""Rows of an array on disk, read one at a time."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray


class RowFile:
    """Read rows of a mapped array from its file, as copies.

    Reading leaves nothing behind in the process; through the map, every page once seen would stay resident, until a
    large dataset fills the memory. The file is opened once, and read by place, so that processes forked from this one
    may share the handle (a tenth of the time of opening it for each row).

    Args:
        array: an array; one that is not mapped from a file gives copies of its rows.
    """

    def __init__(self, array: NDArray[Any]) -> None:
        self.array = array
        self._file, self._offset = None, 0
        if isinstance(array, np.memmap) and array.filename and hasattr(os, "preadv"):
            self._file, self._offset = open(array.filename, "rb", buffering=0), array.offset  # noqa: SIM115

    def __getitem__(self, i: int) -> NDArray[Any]:
        """Return a row.

        Raises:
            ValueError: if the file ends before the row does.
        """
        if self._file is None:
            return self.array[i].copy()
        row = np.empty(self.array.shape[1:], self.array.dtype)
        if os.preadv(self._file.fileno(), [row.data], self._offset + i * row.nbytes) != row.nbytes:
            raise ValueError(f"{self._file.name} ends before row {i}. Remove its folder; the cache is made anew.")
        return row
