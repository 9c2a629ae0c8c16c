"""What CholecSeg8k, VOC and MBRSC refuse, each by one error that names file and remedy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from rgb_files import NOISE, cholec_frame, mbrsc_tile, quarters, save, voc_list, voc_photo

from cosimgen_monai.data import MBRSC, VOC2012, CholecSeg8k
from cosimgen_monai.data.datasets.rgb_source import RGBSource


def lone(root: Path, name: str) -> None:
    save(root / name, NOISE)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


Case = tuple[type[RGBSource], Callable[[Path], object], type[Exception], str]
REFUSED: dict[str, Case] = {
    "cholec: another layout": (
        CholecSeg8k,
        lambda r: lone(r, "a.png"),
        FileNotFoundError,
        "not laid out as CholecSeg8k",
    ),
    "cholec: a frame without mask": (
        CholecSeg8k,
        lambda r: lone(r, "video01/video01_1/frame_1_endo.png"),
        ValueError,
        r"frame_1_endo\.png has no mask: expected .*frame_1_endo_watershed_mask\.png",
    ),
    "cholec: a mask without frame": (
        CholecSeg8k,
        lambda r: lone(r, "video01/video01_1/frame_1_endo_watershed_mask.png"),
        ValueError,
        r"_mask\.png has no frame: expected .*frame_1_endo\.png",
    ),
    "cholec: a code in no table": (
        CholecSeg8k,
        lambda r: cholec_frame(r, 1, 1, quarters(50, 51, 21, 21)),
        ValueError,
        r"watershed_mask\.png holds values in no table: 51 \(240 pixels\)",
    ),
    "cholec: the colour mask in its place": (
        CholecSeg8k,
        lambda r: cholec_frame(r, 1, 1, quarters((255, 114, 114), (255, 160, 165), (0, 0, 0), (1, 1, 1))),
        ValueError,
        r"is an RGB mask, but its values are read as ids",
    ),
    "voc: another layout": (VOC2012, lambda r: lone(r, "a.png"), FileNotFoundError, "not laid out as VOC.*JPEGImages"),
    "voc: a listed photo that is not there": (
        VOC2012,
        lambda r: (voc_photo(r, "a"), voc_list(r, "val", "a", "b")),
        FileNotFoundError,
        r"b\.png is missing.*take b off the list",
    ),
    "voc: a mask saved as RGB": (
        VOC2012,
        lambda r: (
            voc_photo(r, "a"),
            save(r / "SegmentationClass/a.png", quarters((128, 0, 0), (0, 0, 0), (0, 0, 0), (0, 0, 0))),
        ),
        ValueError,
        r"a\.png is an RGB mask, but its values are read as ids",
    ),
    "voc: an id in no table": (
        VOC2012,
        lambda r: voc_photo(r, "a", index=quarters(0, 21, 1, 1)),
        ValueError,
        r"a\.png holds values in no table: 21 \(240 pixels\)",
    ),
    "voc: sizes that differ": (
        VOC2012,
        lambda r: (voc_photo(r, "a"), save(r / "JPEGImages/a.jpg", NOISE[:20])),
        ValueError,
        r"a\.jpg is 40 x 20 pixels .*its mask .*a\.png 40 x 24",
    ),
    "mbrsc: another layout": (MBRSC, lambda r: lone(r, "b/a.png"), FileNotFoundError, r"not laid out as MBRSC.*Tile 1"),
    "mbrsc: an image without mask": (
        MBRSC,
        lambda r: lone(r, "Tile 1/images/x.jpg"),
        ValueError,
        r"x\.jpg has no partner: expected .*masks/x\.png",
    ),
    "mbrsc: a tile twice": (
        MBRSC,
        lambda r: (mbrsc_tile(r, "Tile 1"), mbrsc_tile(r, "tile01")),
        ValueError,
        r"Tile 1 and .*tile01 are the same tile",
    ),
    "mbrsc: the colours of classes.json": (
        MBRSC,
        lambda r: mbrsc_tile(r, "Tile 1", 1, quarters((0x50, 0xE3, 0xC2), (60, 16, 152), (60, 16, 152), (60, 16, 152))),
        ValueError,
        r"values in no table: 80,227,194 \(240 pixels\)",
    ),
    "mbrsc: ids where colours were meant": (
        MBRSC,
        lambda r: mbrsc_tile(r, "Tile 1", 1, quarters(1, 2, 3, 4)),
        ValueError,
        r"image_part_001\.png holds ids .*where colours were meant",
    ),
    "mbrsc: a truncated image": (
        MBRSC,
        lambda r: (mbrsc_tile(r, "Tile 1"), truncate(r / "Tile 1/images/image_part_001.jpg")),
        ValueError,
        r"image_part_001\.jpg cannot be read as a picture",
    ),
}


def read_all(source: RGBSource) -> None:
    for item in source.items():
        list(source.read(item, 16))


@pytest.mark.parametrize("case", REFUSED)
def test_what_a_dataset_refuses(tmp_path: Path, case: str) -> None:
    kind, make, error, message = REFUSED[case]
    make(tmp_path)
    with pytest.raises(error, match=message):
        read_all(kind(tmp_path))


@pytest.mark.parametrize("kind", [CholecSeg8k, VOC2012, MBRSC])
def test_wrong_options_are_named(tmp_path: Path, kind: type[RGBSource]) -> None:
    with pytest.raises(ValueError, match=r"`dataset_dir` is not set.*--dataset_dir"):
        kind(None)  # type: ignore[call-arg]
    with pytest.raises(FileNotFoundError, match=r"nowhere is no folder.*--dataset_dir"):
        kind(tmp_path / "nowhere").items()  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda r: CholecSeg8k(r, fit="stretch"), "`fit` must be one of squash, pad, got 'stretch'"),
        (lambda r: VOC2012(r, augmented="perhaps"), "`augmented` must be true or false"),
        (lambda r: MBRSC(r, crop_size=0), "`crop_size` must be a positive integer"),
        (lambda r: MBRSC(r, crop_stride="many"), "`crop_stride` must be a positive integer"),  # type: ignore[arg-type]
    ],
)
def test_wrong_keys_are_named(tmp_path: Path, make: Callable, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make(tmp_path)
