"""The rows of a CSV file that grows, without holding them."""

from __future__ import annotations

import csv
from array import array
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from cosimgen_monai.settings import atomic_write


class CsvRows(Sequence[dict[str, str]]):
    """Rows that are read from disk whenever they are looked at; memory holds where each ends, eight bytes a row.

    A last row that a kill left incomplete is none.

    Args:
        path: the file, which need not be there yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ends = array("q")  # the header's is the first
        self.refresh()

    @property
    def end(self) -> int:
        """Where the whole rows end, in bytes; 0 where there is no whole header."""
        return self._ends[-1] if self._ends else 0

    def refresh(self) -> None:
        """Take in the rows that were written since."""
        if not self.path.is_file():
            return
        end, quotes = self.end, 0
        with self.path.open("rb") as file:
            file.seek(end)
            for line in file:
                end, quotes = end + len(line), quotes + line.count(b'"')
                if line.endswith(b"\n") and quotes % 2 == 0:  # a line break inside a quoted prompt ends no row
                    self._ends.append(end)

    def __len__(self) -> int:
        """Return the number of rows, the header left out."""
        return max(0, len(self._ends) - 1)

    def __iter__(self) -> Iterator[dict[str, str]]:
        """Yield the rows in the order of the file."""
        names = self._names()
        for content in self.raw(range(len(self))):
            yield _row(names, content)

    def __getitem__(self, index: Any) -> Any:
        """Return a row, or a list of rows for a slice."""
        numbers = range(len(self))[index]
        names = self._names()
        if isinstance(numbers, int):
            return _row(names, next(self.raw([numbers])))
        return [_row(names, content) for content in self.raw(numbers)]

    def raw(self, numbers: Iterable[int]) -> Iterator[bytes]:
        """Yield rows as they stand in the file, the line's end within; -1 is the header."""
        if len(self._ends):
            with self.path.open("rb") as file:
                for number in numbers:
                    start = self._ends[number] if number >= 0 else 0
                    file.seek(start)
                    yield file.read(self._ends[number + 1] - start)

    def _names(self) -> list[str]:
        return [name for content in self.raw([-1]) for name in _cells(content)]


def write_rows(path: Path, rows: Iterable[bytes]) -> None:
    """Write a file of raw rows, the header first."""
    with atomic_write(path) as draft, draft.open("wb") as file:
        file.writelines(rows)


def _cells(content: bytes) -> list[str]:
    return next(csv.reader([content.decode()]))


def _row(names: list[str], content: bytes) -> dict[str, str]:
    return dict(zip(names, _cells(content), strict=False))
