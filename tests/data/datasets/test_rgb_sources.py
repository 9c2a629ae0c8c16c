"""CholecSeg8k, VOC and MBRSC: real files, and tiny folders made in the test."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from rgb_files import cholec_frame, mbrsc_tile, palette_mask, quarters, voc_list, voc_photo

from cosimgen_monai.codec import VOID
from cosimgen_monai.data import MBRSC, VOC2012, CholecSeg8k, split_items
from cosimgen_monai.data.datasets.mbrsc import crop_starts
from cosimgen_monai.data.datasets.rgb_source import RGBSource
from cosimgen_monai.data.resampling.square import to_square


def only_label(source: RGBSource, size: int = 24) -> NDArray[np.uint8]:
    (item,) = source.items()
    (pair,) = source.read(item, size)
    assert (pair["image"].shape, pair["image"].dtype) == ((3, size, size), np.uint8)
    assert (pair["label"].shape, pair["label"].dtype) == ((1, size, size), np.uint8)
    return pair["label"][0]


# --- the real files ---------------------------------------------------------------------------------------------------


def test_the_real_laparoscopic_frame(samples: Path) -> None:
    source = CholecSeg8k(samples / "cholecseg8k")
    (item,) = source.items()
    assert item["group"] == "video01"
    image, label = source.read_pair(item)
    assert image.shape == (480, 854, 3)
    counts = {source.classes.names[i]: int((label == i).sum()) for i in np.unique(label) if i != VOID}
    assert counts == {
        "black background": 70598,
        "liver": 229731,
        "gallbladder": 68801,
        "fat": 28049,
        "gastrointestinal tract": 10077,
    }
    frame = np.ones(label.shape, bool)
    frame[1:-1, 1:-1] = False
    np.testing.assert_array_equal(label == VOID, frame)
    assert image[label == 0].mean() < 30 < image[label == 2].mean()  # the black background is black
    (pair,) = source.read(item, 64)
    liver = (pair["label"] == 2).mean()
    assert liver == pytest.approx(229731 / label.size, abs=0.01)
    with pytest.raises(ValueError, match="--split all"):
        split_items(source)


def test_the_real_photos(samples: Path) -> None:
    source = VOC2012(samples / "voc2012")
    items = source.items()
    assert [item["group"] for item in items] == [
        line
        for line in (samples / "voc2012/VOCdevkit/VOC2012/ImageSets/Segmentation/val.txt").read_text("utf-8").split()
    ]
    assert {item["part"] for item in items} == {"val"}
    with pytest.raises(ValueError, match=r"official list of the train part is missing.*--split all"):
        split_items(source, split="official")
    expected = {"2007_006171": ("dog", "person", "sofa"), "2009_002584": ("person", "pottedplant")}
    for item in items:
        _, label = source.read_pair(item)
        (pair,) = source.read(item, 128)
        names = source.classes.names_of(i for i in np.unique(pair["label"]) if i not in (0, VOID))
        if item["group"] in expected:
            assert names == expected[item["group"]]
        told = label != VOID
        small = pair["label"] != VOID
        for i in np.unique(label[told]):  # neither objects nor the background grow into the void borders
            assert (pair["label"][small] == i).mean() == pytest.approx((label[told] == i).mean(), abs=0.02)


def test_the_real_tiles(samples: Path) -> None:
    source = MBRSC(samples / "mbrsc")
    items = source.items()
    assert len(items) == 72
    assert {item["group"] for item in items} == {f"Tile {n}" for n in range(1, 9)}
    assert not {i["group"] for i in split_items(source)["val"]} & {i["group"] for i in split_items(source)["train"]}
    by_name = {(item["group"], Path(item["image"]).stem[-3:]): item for item in items}
    only_land = np.unique(source.read_label(Path(by_name["Tile 7", "008"]["label"])))
    assert only_land.tolist() == [1]
    black = source.read_label(Path(by_name["Tile 8", "003"]["label"])) == VOID
    assert black.sum() >= 545_723
    # Tiles 2 and 4 are palette pictures: the same look-up must find blue water bluer than dry land
    for tile, part in (("Tile 2", "001"), ("Tile 4", "001")):
        label = source.read_label(Path(by_name[tile, part]["label"]))
        rgb = np.array(Image.open(by_name[tile, part]["label"]).convert("RGB"))
        assert (rgb[label == 1] == (132, 41, 246)).all()
        assert (label == 1).any()


def test_real_crops_are_the_pictures_pixels(samples: Path) -> None:
    source = MBRSC(samples / "mbrsc", crop_size=512, crop_stride=200)
    item = next(item for item in source.items() if item["group"] == "Tile 2")  # 509 x 544: smaller than a crop one way
    image, label = source.read_pair(item)
    assert sorted(label.shape) == [509, 544] or sorted(label.shape) == [510, 544]
    pairs = list(source.read(item, 512))
    assert len(pairs) == 2
    for pair in pairs:
        top, left = pair["top"], pair["left"]
        inside = label[top : top + 512, left : left + 512]
        height, width = inside.shape
        np.testing.assert_array_equal(pair["label"][0, :height, :width], inside)
        np.testing.assert_array_equal(
            pair["image"].transpose(1, 2, 0)[:height, :width], image[top : top + 512, left : left + 512]
        )
        assert set(np.unique(pair["label"])) <= set(np.unique(label))


# --- small folders ----------------------------------------------------------------------------------------------------


def test_frames_are_listed_by_video_and_number(tmp_path: Path) -> None:
    for video, frame in ((12, 100), (12, 99), (1, 7), (9, 80)):
        cholec_frame(tmp_path, video, frame)
    items = CholecSeg8k(tmp_path).items()
    assert [(i["group"], Path(i["image"]).name) for i in items] == [
        ("video01", "frame_7_endo.png"),
        ("video09", "frame_80_endo.png"),
        ("video12", "frame_99_endo.png"),
        ("video12", "frame_100_endo.png"),
    ]
    parts = split_items(CholecSeg8k(tmp_path))
    assert len({item["group"] for item in parts["val"]}) == 1


def test_watershed_codes_become_ids(tmp_path: Path) -> None:
    cholec_frame(tmp_path, 1, 1)
    expected = np.repeat([0, 2, 5, VOID], 6)  # black background, liver, grasper, void
    assert (only_label(CholecSeg8k(tmp_path)) == expected).all()


def test_transparent_frames_of_a_mask_are_void(tmp_path: Path) -> None:
    codes = quarters(50, 21, 31, 22)
    alpha = np.where(codes == 31, 0, 255).astype(np.uint8)
    cholec_frame(tmp_path, 18, 1216, np.dstack([codes, codes, codes, alpha]))
    assert (only_label(CholecSeg8k(tmp_path)) == np.repeat([0, 2, VOID, 10], 6)).all()


def test_padding_keeps_a_pictures_shape() -> None:
    label = np.zeros((24, 40), np.uint8)
    pair = to_square(np.full((24, 40, 3), 200, np.uint8), label, 20, 2, "pad")
    assert (pair["label"][0, 4:16] == 0).all()
    assert (pair["image"][:, 4:16] == 200).all()
    for margin in (slice(0, 4), slice(16, 20)):
        assert (pair["label"][0, margin] == VOID).all()
        assert (pair["image"][:, margin] == 0).all()
    tall = to_square(np.full((40, 24, 3), 200, np.uint8), label.T, 20, 2, "pad")
    np.testing.assert_array_equal(tall["label"][0], pair["label"][0].T)


def test_palette_indices_are_classes(tmp_path: Path) -> None:
    voc_photo(tmp_path / "VOCdevkit/VOC2012", "2007_000001")
    source = VOC2012(tmp_path)
    assert (only_label(source) == np.repeat([0, 12, 20, VOID], 6)).all()
    assert "part" not in source.items()[0]  # no lists there


def test_voc_follows_its_lists(tmp_path: Path) -> None:
    for photo in ("a", "b", "c", "d"):
        voc_photo(tmp_path, photo)
    voc_list(tmp_path, "train", "b", "a", "")
    voc_list(tmp_path, "val", "c")
    parts = split_items(VOC2012(tmp_path), split="official")
    assert {side: [item["group"] for item in items] for side, items in parts.items()} == {
        "train": ["b", "a"],
        "val": ["c"],
    }


@pytest.mark.parametrize("name", ["train_aug", "trainaug"])
def test_voc_trains_on_the_augmented_masks_when_asked(name: str, tmp_path: Path) -> None:
    for photo in ("a", "b"):
        voc_photo(tmp_path, photo)
        voc_photo(tmp_path, photo, "SegmentationClassAug")
    voc_list(tmp_path, "train", "a")
    voc_list(tmp_path, "val", "b")
    with pytest.raises(FileNotFoundError, match=r"`augmented` is set, but neither .*train_aug\.txt nor trainaug\.txt"):
        VOC2012(tmp_path, augmented=True).items()
    voc_list(tmp_path, name, "/JPEGImages/a.jpg /SegmentationClassAug/a.png")
    parts = split_items(VOC2012(tmp_path, augmented="true"), split="official")
    assert [Path(parts[side][0]["label"]).parent.name for side in ("train", "val")] == [
        "SegmentationClassAug",
        "SegmentationClass",
    ]
    assert VOC2012(tmp_path).settings() != VOC2012(tmp_path, augmented=True).settings()


def test_mask_colours_count_whatever_the_palettes_order(tmp_path: Path) -> None:
    colours = [(60, 16, 152), (132, 41, 246), (110, 193, 228), (254, 221, 58), (226, 169, 41), (255, 255, 255)]
    order = [3, 1, 0, 2, 5, 4]
    index = quarters(0, 1, 2, 3)
    mbrsc_tile(tmp_path, "Tile 1", 1, palette_mask(index, colours))
    mbrsc_tile(tmp_path, "Tile 1", 2, palette_mask(np.argsort(order)[index], [colours[i] for i in order]))
    source = MBRSC(tmp_path)
    for item in source.items():
        np.testing.assert_array_equal(source.read_label(Path(item["label"])), index)


@pytest.mark.parametrize("folders", [("Tile 1", "Tile 2", "Tile 10"), ("tile01", "tile02", "tile10")])
@pytest.mark.parametrize("above", ["", "Semantic segmentation dataset"])
def test_tiles_of_either_name_are_found(tmp_path: Path, folders: tuple[str, ...], above: str) -> None:
    for folder in folders:
        mbrsc_tile(tmp_path / above, folder)
    (tmp_path / above / "classes.json").write_text("{}", "utf-8")
    assert [item["group"] for item in MBRSC(tmp_path).items()] == ["Tile 1", "Tile 2", "Tile 10"]


def test_unlabelled_and_black_are_void(tmp_path: Path) -> None:
    mbrsc_tile(tmp_path, "Tile 1")
    (item,) = MBRSC(tmp_path).items()
    assert (MBRSC(tmp_path).read_label(Path(item["label"])) == np.repeat([0, 4, VOID, VOID], 10)).all()


@pytest.mark.parametrize(
    ("side", "starts"),
    [
        (512, [0]),
        (509, [0]),
        (513, [0, 1]),
        (640, [0, 128]),
        (641, [0, 64, 129]),
        (1479, [0, 121, 242, 363, 484, 604, 725, 846, 967]),
    ],
)
def test_crops_reach_from_edge_to_edge(side: int, starts: list[int]) -> None:
    found = crop_starts(side, 512, 128)
    np.testing.assert_allclose(found, starts, atol=0.5)
    assert found[-1] == max(0, side - 512)
    assert max(np.diff(found), default=0) <= 128


def test_small_pictures_are_reflected_to_a_crop(tmp_path: Path) -> None:
    mbrsc_tile(tmp_path, "Tile 1")
    source = MBRSC(tmp_path, crop_size=48)
    (item,) = source.items()
    image, label = source.read_pair(item)
    (pair,) = source.read(item, 48)
    np.testing.assert_array_equal(pair["label"][0, :24, :40], label)
    np.testing.assert_array_equal(pair["label"][0, 24:47, :40], label[22::-1])  # the edge row itself is not repeated
    np.testing.assert_array_equal(pair["image"][:, :24, 40:48].transpose(1, 2, 0), image[:, 38:30:-1])
