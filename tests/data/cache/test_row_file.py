"""Rows come from the file: right, by several processes at once, and not past its end."""

from __future__ import annotations

from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

from cosimgen_monai.data.cache.row_file import RowFile


@pytest.fixture
def mapped(tmp_path: Path) -> np.memmap:
    np.save(tmp_path / "rows.npy", np.random.default_rng(0).integers(-99, 99, (40, 2, 5, 7)).astype(np.int16))
    return np.load(tmp_path / "rows.npy", mmap_mode="r")


def test_a_row_is_a_copy_of_the_maps(mapped: np.memmap) -> None:
    rows = RowFile(mapped)
    for i in (0, 39, 17, 17):
        row = rows[i]
        assert (row.shape, row.dtype) == ((2, 5, 7), np.int16)
        np.testing.assert_array_equal(row, mapped[i])
        row[:] = 0  # nobody else's
    np.testing.assert_array_equal(rows[17], mapped[17])


def test_an_array_in_memory_gives_copies_too() -> None:
    array = np.arange(12).reshape(3, 4)
    RowFile(array)[1][:] = 0
    assert array[1].tolist() == [4, 5, 6, 7]


def _read_all(rows: RowFile, wrong: object) -> None:
    for _ in range(20):
        for i in range(len(rows.array)):
            if (rows[i] != rows.array[i]).any():
                wrong.set()  # type: ignore[attr-defined]


@pytest.mark.skipif("fork" not in __import__("multiprocessing").get_all_start_methods(), reason="no fork here")
def test_processes_that_share_the_handle_do_not_disturb_each_other(mapped: np.memmap) -> None:
    context, rows = get_context("fork"), RowFile(mapped)
    wrong = context.Event()
    readers = [context.Process(target=_read_all, args=(rows, wrong)) for _ in range(3)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert [reader.exitcode for reader in readers] == [0, 0, 0]
    assert not wrong.is_set()


def test_a_file_that_lost_its_end_is_named(mapped: np.memmap) -> None:
    path = Path(mapped.filename)
    rows = RowFile(mapped)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(ValueError, match=r"rows\.npy ends before row 39\. Remove its folder"):
        rows[39]
