"""A Macintosh writes ``._x`` beside each ``x`` on a disk that is not its own: none of them is taken for data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rgb_files import cholec_frame, mbrsc_tile, voc_photo

from cosimgen_monai.data import BTCV, MBRSC, VOC2012, CholecSeg8k
from cosimgen_monai.data.readers.dicom_series import dicom_files


def hide_files_beside(root: Path) -> None:
    for path in [path for path in root.rglob("*") if path.is_file()]:
        path.with_name(f"._{path.name}").write_bytes(b"\0\5\x16\7\0\2\0\0Mac OS X")


@pytest.mark.parametrize(
    ("source", "fill"),
    [
        (CholecSeg8k, lambda root: cholec_frame(root, 1, 80)),
        (VOC2012, lambda root: voc_photo(root, "a")),
        (MBRSC, lambda root: mbrsc_tile(root, "Tile 1")),
    ],
)
def test_pictures_are_those_of_before(tmp_path: Path, source: Any, fill: Callable[[Path], Any]) -> None:
    fill(tmp_path)
    items = source(tmp_path).items()
    hide_files_beside(tmp_path)
    assert source(tmp_path).items() == items != []


def test_volumes_are_those_of_before(root: Path, write_case: Any) -> None:
    write_case("0001")
    items = BTCV(root).items()
    hide_files_beside(root)
    assert BTCV(root).items() == items != []


def test_slices_are_those_of_before(tmp_path: Path, write_slice: Any) -> None:
    slices = [write_slice(tmp_path / f"{z}.dcm", np.zeros((4, 4)), z) for z in range(3)]
    hide_files_beside(tmp_path)
    assert dicom_files(tmp_path) == slices
