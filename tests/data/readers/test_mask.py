"""Masks as ids: by code, by palette index, by colour; anything in no table is listed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cosimgen_monai.codec import VOID
from cosimgen_monai.data.readers.mask import (
    label_of_codes,
    label_of_colours,
    palette_as_colours,
    read_mask,
)

COLOURS = {(60, 16, 152): 0, (132, 41, 246): 1, (155, 155, 155): VOID}
IDS = np.repeat([0, 1, 1, 255], 12).reshape(6, 8).astype(np.uint8)


def coloured(label: NDArray) -> NDArray[np.uint8]:
    mask = np.zeros((*label.shape, 3), np.uint8)
    for colour, class_id in COLOURS.items():
        mask[label == class_id] = colour
    return mask


def palette_png(path: Path, index: NDArray, palette: list[tuple[int, int, int]], **options: object) -> Path:
    picture = Image.fromarray(index.astype(np.uint8))
    picture.putpalette([value for colour in palette for value in colour])
    picture.save(path, **options)
    assert Image.open(path).mode == "P"
    return path


def test_a_palette_mask_is_read_by_its_index(tmp_path: Path) -> None:
    index = np.arange(48).reshape(6, 8) % 3
    path = palette_png(tmp_path / "a.png", index, [(9, 9, 9), (1, 2, 3), (0, 0, 0)])
    np.testing.assert_array_equal(read_mask(path), index)


@pytest.mark.parametrize(
    ("dtype", "values"), [(np.uint8, [0, 7, 255]), (np.uint16, [0, 300, 65535]), (np.int32, [0, 300, 70000])]
)
def test_grey_values_are_codes_at_any_depth(tmp_path: Path, dtype: type, values: list[int]) -> None:
    codes = np.array(values, dtype=dtype)[np.arange(48).reshape(6, 8) % 3]
    Image.fromarray(codes).save(tmp_path / "a.tiff")
    np.testing.assert_array_equal(read_mask(tmp_path / "a.tiff"), codes)
    table = {value: i for i, value in enumerate(values)}
    np.testing.assert_array_equal(
        label_of_codes(read_mask(tmp_path / "a.tiff"), table, "a.tiff"), np.arange(48).reshape(6, 8) % 3
    )


def test_a_bilevel_mask_holds_zeros_and_ones(tmp_path: Path) -> None:
    Image.fromarray(IDS == 1).save(tmp_path / "a.png")
    read = read_mask(tmp_path / "a.png")
    assert read.dtype == np.uint8
    np.testing.assert_array_equal(read, IDS == 1)


def test_transparent_pixels_of_a_mask_are_white(tmp_path: Path) -> None:
    rgba = np.dstack([coloured(IDS), np.where(IDS == 0, 0, 255).astype(np.uint8)])
    Image.fromarray(rgba).save(tmp_path / "a.png")
    read = read_mask(tmp_path / "a.png")
    assert (read[IDS == 0] == 255).all()
    np.testing.assert_array_equal(read[IDS != 0], coloured(IDS)[IDS != 0])


def test_colours_are_the_same_whatever_the_palettes_order(tmp_path: Path) -> None:
    colours = list(COLOURS)
    order = np.array([2, 0, 1])
    index = np.searchsorted([0, 1, 255], IDS)
    Image.fromarray(coloured(IDS)).save(tmp_path / "rgb.png")
    palette_png(tmp_path / "a.png", index, colours)
    palette_png(tmp_path / "b.png", np.argsort(order)[index], [colours[i] for i in order], transparency=1)
    for name in ("rgb", "a", "b"):
        mask = palette_as_colours(tmp_path / f"{name}.png")
        np.testing.assert_array_equal(label_of_colours(mask, COLOURS, name), IDS)


def test_equal_channels_count_as_one() -> None:
    codes = np.where(IDS == 255, 50, 21).astype(np.uint8)
    label = label_of_codes(np.repeat(codes[..., None], 3, axis=2), {50: 0, 21: 2}, "watershed.png")
    np.testing.assert_array_equal(label, np.where(IDS == 255, 0, 2))
    assert label.dtype == np.uint8


def test_values_in_no_table_are_counted_and_named() -> None:
    codes = np.where(IDS == 1, 99, IDS)
    with pytest.raises(ValueError, match=r"m\.png holds values in no table: 99 \(24 pixels\), 255 \(12 pixels\)\. The"):
        label_of_codes(codes, {0: 0, 1: 1}, "m.png")
    mask = coloured(IDS)
    mask[0, :3] = (1, 2, 3)
    with pytest.raises(ValueError, match=r"m\.png holds values in no table: 1,2,3 \(3 pixels\).*60,16,152"):
        label_of_colours(mask, COLOURS, "m.png")
    with pytest.raises(ValueError, match=r"no table: .* and 92 more"):
        label_of_codes(np.arange(100, 200).reshape(10, 10), {0: 0}, "m.png")


def test_a_jpeg_masks_blurred_values_are_told(tmp_path: Path) -> None:
    big = np.kron(coloured(IDS), np.ones((5, 5, 1), np.uint8))
    Image.fromarray(big).save(tmp_path / "m.jpg")
    with pytest.raises(ValueError, match=r"m\.jpg holds values in no table.*JPEG blurs.*save masks as PNG"):
        label_of_colours(read_mask(tmp_path / "m.jpg"), COLOURS, tmp_path / "m.jpg")
    Image.fromarray(np.kron(IDS, np.ones((5, 5), np.uint8))).save(tmp_path / "ids.jpg")
    with pytest.raises(ValueError, match=r"ids\.jpg holds values in no table.*JPEG blurs"):
        label_of_codes(read_mask(tmp_path / "ids.jpg"), {0: 0, 1: 1, 255: VOID}, tmp_path / "ids.jpg")


def test_rgb_where_ids_were_meant_and_the_reverse(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"m\.png is an RGB mask.*read as ids.*table of colours"):
        label_of_codes(coloured(IDS), {0: 0}, "m.png")
    Image.fromarray(IDS).save(tmp_path / "m.png")
    for mask in (read_mask(tmp_path / "m.png"), palette_as_colours(tmp_path / "m.png")):
        with pytest.raises(ValueError, match=r"m\.png holds ids .*where colours were meant"):
            label_of_colours(mask, COLOURS, tmp_path / "m.png")
    Image.fromarray(IDS.astype(np.uint16)).save(tmp_path / "deep.png")
    with pytest.raises(ValueError, match=r"deep\.png holds 16- or 32-bit values where colours were meant"):
        palette_as_colours(tmp_path / "deep.png")


@pytest.mark.parametrize("mode", ["CMYK", "F", "YCbCr"])
def test_other_modes_are_no_masks(tmp_path: Path, mode: str) -> None:
    name = "m.jpg" if mode == "CMYK" else "m.tiff"
    Image.new(mode, (9, 9)).save(tmp_path / name)
    if mode == "YCbCr" and Image.open(tmp_path / name).mode != mode:
        pytest.skip("this Pillow saves YCbCr as RGB")
    with pytest.raises(ValueError, match=rf"{name} is a mask of mode {mode}.*8-bit PNG"):
        read_mask(tmp_path / name)


def test_real_masks_hold_what_their_readme_counts(samples: Path) -> None:
    voc = read_mask(samples / "voc2012/VOCdevkit/VOC2012/SegmentationClass/2009_002584.png")
    assert set(np.unique(voc)) == {0, 15, 16, 255}
    assert (voc == 255).mean() == pytest.approx(0.106, abs=5e-4)
    frame = samples / "cholecseg8k/video01/video01_00080/frame_100_endo_watershed_mask.png"
    codes, counts = np.unique(read_mask(frame)[..., 0], return_counts=True)
    expected = {50: 70598, 21: 229731, 22: 68801, 12: 28049, 13: 10077, 255: 2664}
    assert dict(zip(codes.tolist(), counts.tolist(), strict=True)) == expected
    tile = samples / "mbrsc/Semantic segmentation dataset/Tile 4/masks/image_part_001.png"
    assert Image.open(tile).mode == "P"
    assert {tuple(colour) for colour in np.unique(palette_as_colours(tile).reshape(-1, 3), axis=0).tolist()} <= {
        (60, 16, 152),
        (132, 41, 246),
        (110, 193, 228),
        (254, 221, 58),
        (226, 169, 41),
    }
