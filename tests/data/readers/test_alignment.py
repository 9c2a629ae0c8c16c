"""A mask lies on its image, or the pair is refused: sizes and EXIF orientations."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from rgb_files import save

from cosimgen_monai.data import VOC2012, Folder
from cosimgen_monai.data.readers.alignment import check_same_size, orientation_of
from cosimgen_monai.data.readers.picture import common_size

WIDE = np.zeros((16, 24), np.uint8)
WIDE[2:6, 3:9] = 1
SQUARE = WIDE[:, :16]
TURNED = {  # what a viewer does for each value (Exif 2.32, tag 274)
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.T,
    6: lambda a: a[::-1].T,
    7: lambda a: a[::-1, ::-1].T,
    8: lambda a: a[:, ::-1].T,
}


def tagged(path: Path, pixels: NDArray, orientation: int) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.ascontiguousarray(pixels)).save(path, **({"exif": exif} if orientation > 1 else {}))


def read(
    root: Path, image: NDArray, image_tag: int, mask: NDArray, mask_tag: int, suffix: str = "png"
) -> tuple[NDArray, NDArray]:
    """Write a photo that is white where its mask is 1, each as stored with its tag; return both as read."""
    tagged(root / "images" / f"a.{suffix}", np.repeat(image[..., None] * np.uint8(255), 3, 2), image_tag)
    tagged(root / "labels" / f"a.{suffix}", mask, mask_tag)
    (root / "classes.json").write_text(json.dumps({"classes": ["wall", "door"]}), "utf-8")
    source = Folder(root)
    (item,) = source.items()
    size = 24 if image.shape == (24, 24) else 16
    (pair,) = source.read(item, size)
    return pair["image"][0] > 127, pair["label"][0] == 1


@pytest.mark.parametrize("suffix", ["png", "tif"])
@pytest.mark.parametrize("orientation", TURNED)
@pytest.mark.parametrize("stored", [WIDE, SQUARE], ids=["wide", "square"])
def test_tags_that_agree_turn_both(tmp_path: Path, stored: NDArray, orientation: int, suffix: str) -> None:
    image, mask = read(tmp_path, stored, orientation, stored, orientation, suffix)
    assert mask.any()
    np.testing.assert_array_equal(image, mask)


@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
def test_a_mask_drawn_on_the_photo_as_shown_fits_without_a_tag(tmp_path: Path, orientation: int) -> None:
    image, mask = read(tmp_path, WIDE, orientation, TURNED[orientation](WIDE), 1)
    assert mask.any()
    np.testing.assert_array_equal(image, mask)


def test_a_mask_drawn_on_the_photo_as_stored_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"a\.png is 16 x 24 .*its mask .*a\.png 24 x 16: turn the mask as the photo"):
        read(tmp_path, WIDE, 6, WIDE, 1)


@pytest.mark.parametrize(
    ("stored", "image_tag", "mask_tag"),
    [(WIDE, 3, 1), (WIDE, 2, 1), (WIDE, 1, 4), (WIDE, 6, 8), (SQUARE, 6, 1), (SQUARE, 1, 8)],
)
def test_tags_that_sizes_cannot_settle_are_refused(
    tmp_path: Path, stored: NDArray, image_tag: int, mask_tag: int
) -> None:
    message = (
        rf"images/a\.png has EXIF orientation {image_tag}, but its mask .*labels/a\.png {mask_tag} .*Save both upright"
    )
    with pytest.raises(ValueError, match=message):
        read(tmp_path, stored, image_tag, stored, mask_tag)


def test_a_class_s_own_mask_file_is_looked_at_too(tmp_path: Path) -> None:
    tagged(tmp_path / "a.jpg", np.repeat(SQUARE[..., None] * np.uint8(255), 3, 2), 3)
    save(tmp_path / "a_door.png", SQUARE)
    (tmp_path / "classes.json").write_text(json.dumps({"classes": ["wall", "door"], "background": "wall"}), "utf-8")
    source = Folder(tmp_path, "{stem}.jpg", "{stem}_{class}.png")
    with pytest.raises(ValueError, match=r"a\.jpg has EXIF orientation 3, but its mask .*a_door\.png 1"):
        list(source.read(source.items()[0], 16))


def test_published_datasets_are_looked_at_too(tmp_path: Path) -> None:
    tagged(tmp_path / "JPEGImages" / "a.jpg", np.repeat(WIDE[..., None], 3, 2), 3)
    save(tmp_path / "SegmentationClass" / "a.png", WIDE)
    source = VOC2012(tmp_path)
    with pytest.raises(ValueError, match=r"a\.jpg has EXIF orientation 3"):
        source.read_pair(source.items()[0])


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif"])
def test_the_common_size_is_that_of_pictures_upright(tmp_path: Path, suffix: str) -> None:
    for name, tag, pixels in (("a", 6, WIDE), ("b", 8, WIDE), ("c", 1, WIDE.T)):
        tagged(tmp_path / f"{name}.{suffix}", pixels, tag)
    assert common_size(sorted(tmp_path.iterdir())) == (24, 16)


def test_a_file_without_a_tag_is_as_stored(tmp_path: Path) -> None:
    assert orientation_of(save(tmp_path / "a.png", WIDE)) == 1


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((6, 9), r"i\.jpg is 8 x 6 pixels \(width x height\), but its mask m\.png 9 x 6: save the mask at the image's"),
        ((8, 6), r"mask m\.png 6 x 8: turn the mask as the photo's EXIF orientation"),
    ],
)
def test_sizes_must_agree(shape: tuple[int, int], message: str) -> None:
    check_same_size((6, 8), (6, 8), "i.jpg", "m.png")
    with pytest.raises(ValueError, match=message):
        check_same_size((6, 8), shape, "i.jpg", "m.png")
