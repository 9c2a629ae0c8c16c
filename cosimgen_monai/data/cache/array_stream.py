"""A NumPy file that grows row by row: an array is on disk before its length is known."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray


class ArrayStream:
    """Write rows of one shape and type as a ``.npy`` file; it is whole when the ``with`` block ends.

    NumPy's format leaves room in the header for the first axis to grow, so that the length is set at the end.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.length = 0
        self._row: tuple[tuple[int, ...], np.dtype[Any]] | None = None

    def __enter__(self) -> ArrayStream:
        self._file = self.path.open("wb")
        return self

    def append(self, row: NDArray[Any]) -> None:
        """Write a row.

        Raises:
            ValueError: if its shape or type is not the first row's.
        """
        if self._row is None:
            self._row = (row.shape, row.dtype)
            self._write_header()
        if (row.shape, row.dtype) != self._row:
            first = f"{self._row[0]} {self._row[1]}"
            raise ValueError(f"{self.path.name}: row {self.length} is {row.shape} {row.dtype}, the first is {first}.")
        self._file.write(np.ascontiguousarray(row).data)
        self.length += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and self._row is not None:
                self._file.seek(0)
                self._write_header()
        finally:
            self._file.close()

    def _write_header(self) -> None:
        assert self._row is not None
        shape, dtype = self._row
        header = {"descr": npy.dtype_to_descr(dtype), "fortran_order": False, "shape": (self.length, *shape)}
        npy.write_array_header_1_0(self._file, header)
