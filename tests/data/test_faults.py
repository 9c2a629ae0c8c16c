"""Every dataset leaves out what is at fault where the key says so, counts it and lists it by file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from rgb_files import NOISE, cholec_frame, mbrsc_tile, quarters, save, voc_list, voc_photo

from cosimgen_monai.data import (
    BTCV,
    MBRSC,
    VOC2012,
    BTCVZenodo,
    CholecSeg8k,
    Folder,
    PairSource,
    cache_pairs,
    split_items,
)


def volume(path: Path, voxels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    nib.save(nib.Nifti1Image(voxels, np.diag((9.0, 9.0, 6.0, 1.0))), path)


def case(images: Path, labels: Path) -> None:
    label = np.zeros((24, 24, 2), np.uint8)
    label[4:20, 4:20] = 6
    volume(images, label.astype(np.int16) * 20)
    volume(labels, label)


def btcv(root: Path) -> None:
    for i in range(1, 4):
        case(root / f"imagesTr/img000{i}.nii.gz", root / f"labelsTr/label000{i}.nii.gz")


def zenodo(root: Path) -> None:
    extents = "extent_left,extent_right,extent_ant,extent_post,extent_inf,extent_sup"
    rows = [f"publisher,original_id,{extents}"]
    for i in range(1, 4):
        case(root / f"img/img000{i}.nii.gz", root / f"label_btcv_multiorgan/label000{i}.nii.gz")
        rows.append(f"Synapse,{i},0,24,0,24,0,2")
    (root / "cropping.csv").write_text("\n".join(rows), "utf-8")


def cholec(root: Path) -> None:
    for video in (1, 2, 3):
        cholec_frame(root, video, 100)


def voc(root: Path) -> None:
    for photo in "abc":
        voc_photo(root, photo)
    voc_list(root, "train", "a", "b")
    voc_list(root, "val", "c")


def mbrsc(root: Path) -> None:
    for tile in (1, 2, 3):
        mbrsc_tile(root, f"Tile {tile}")


def folder(root: Path) -> None:
    for patient in "abc":
        save(root / "images" / patient / "1.png", NOISE)
        save(root / "labels" / patient / "1.png", quarters(0, 1, 1, 0))
    (root / "classes.json").write_text(json.dumps({"classes": ["wall", "door"]}), "utf-8")


@dataclass(frozen=True)
class Dataset:
    """How to make a dataset of three pairs in three groups, and where two of its files and a folder are."""

    source: Callable[..., PairSource]
    make: Callable[[Path], None]
    lone: str
    image: str
    folder: str


DATASETS = {
    "BTCV": Dataset(BTCV, btcv, "labelsTr/label0002.nii.gz", "imagesTr/img0001.nii.gz", "imagesTr"),
    "Zenodo": Dataset(BTCVZenodo, zenodo, "img/img0002.nii.gz", "img/img0001.nii.gz", "label_btcv_multiorgan"),
    "CholecSeg8k": Dataset(
        CholecSeg8k,
        cholec,
        "video02/video02_00080/frame_100_endo_watershed_mask.png",
        "video01/video01_00080/frame_100_endo.png",
        "video03",
    ),
    "VOC": Dataset(VOC2012, voc, "SegmentationClass/b.png", "JPEGImages/a.jpg", "SegmentationClass"),
    "MBRSC": Dataset(
        MBRSC, mbrsc, "Tile 2/masks/image_part_001.png", "Tile 1/images/image_part_001.jpg", "Tile 3/masks"
    ),
    "folder": Dataset(Folder, folder, "labels/b/1.png", "images/a/1.png", "labels/c"),
}


@pytest.fixture(params=DATASETS)
def dataset(request: pytest.FixtureRequest) -> Dataset:
    return DATASETS[request.param]


def load(source: PairSource, cache: Path) -> set[str]:
    """Return the groups of the pairs that a training would get."""
    return {row["group"] for row in cache_pairs(source, source.items(), 16, cache).rows}


def test_a_file_without_partner_is_left_out(dataset: Dataset, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    dataset.make(tmp_path)
    (tmp_path / dataset.lone).unlink()
    with pytest.raises((ValueError, FileNotFoundError), match=r"Or leave such files out: --on_fault skip\.$"):
        dataset.source(tmp_path).items()
    source = dataset.source(tmp_path, on_fault="skip")
    assert len({item["group"] for item in source.items()}) == 2
    name = Path(dataset.lone).name
    wanted = (
        rf"LEFT OUT of {source.name} in .*, 1 fault\(s\) \(key `on_fault`\):\n  .*{re.escape(name.split('.')[0][-4:])}"
    )
    assert re.search(wanted, caplog.text)


def test_a_file_that_cannot_be_read_is_left_out_and_said_each_time(
    dataset: Dataset, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    dataset.make(tmp_path / "data")
    image = tmp_path / "data" / dataset.image
    whole = load(dataset.source(tmp_path / "data"), tmp_path / "cache")
    image.write_bytes(b"")
    with pytest.raises(ValueError, match=rf"{image.name} cannot be read .*Or leave such files out: --on_fault skip\.$"):
        load(dataset.source(tmp_path / "data"), tmp_path / "cache")
    source = dataset.source(tmp_path / "data", on_fault="skip")
    for _ in range(2):  # read, then from the cache
        caplog.clear()
        left = load(source, tmp_path / "cache")
        assert left < whole
        assert len(left) == 2
        assert f"LEFT OUT of {source.name}, 1 fault(s)" in caplog.text
        assert f"{image} cannot be read" in caplog.text
    with pytest.raises(ValueError, match="cannot be read"):  # what was left out once is not left out unasked
        load(dataset.source(tmp_path / "data"), tmp_path / "cache")


def test_a_folder_that_may_not_be_read_is_named(
    dataset: Dataset, public_path: Path, close: Callable[[Path], Any], caplog: pytest.LogCaptureFixture
) -> None:
    dataset.make(public_path)
    with close(public_path / dataset.folder):
        with pytest.raises(PermissionError, match=rf"{dataset.folder} may not be read: .*chmod u\+rx"):
            dataset.source(public_path).items()
        if len(Path(dataset.folder).parts) == 1 and dataset.folder != "video03":
            return  # nothing is left without it
        assert len(dataset.source(public_path, on_fault="skip").items()) == 2
    assert f"{dataset.folder} may not be read" in caplog.text


def test_the_folder_itself_may_be_closed(dataset: Dataset, public_path: Path, close: Callable[[Path], Any]) -> None:
    root = public_path / "data"
    dataset.make(root)
    with close(root), pytest.raises(PermissionError, match=r"data(/\S+)? may not be read: "):
        dataset.source(root).items()


def test_nothing_left_is_an_error(dataset: Dataset, tmp_path: Path) -> None:
    dataset.make(tmp_path / "data")
    source = dataset.source(tmp_path / "data", on_fault="skip")
    items = source.items()
    for item in items:
        Path(item["image"]).write_bytes(b"")
    with pytest.raises(ValueError, match=rf"Nothing of {source.name} is left: .* cannot be read .* 2 more like it\."):
        cache_pairs(source, items, 16, tmp_path / "cache")


def test_an_unknown_word_is_named(dataset: Dataset, tmp_path: Path) -> None:
    dataset.make(tmp_path)
    with pytest.raises(ValueError, match=r"`on_fault` must be one of raise, skip, got 'ignore'"):
        dataset.source(tmp_path, on_fault="ignore")


def test_official_lists_lose_only_what_is_at_fault(tmp_path: Path) -> None:
    voc(tmp_path)
    (tmp_path / "SegmentationClass" / "b.png").unlink()
    parts = split_items(VOC2012(tmp_path, on_fault="skip"), split="official")
    assert [[item["group"] for item in parts[side]] for side in ("train", "val")] == [["a"], ["c"]]


def test_a_programs_own_error_is_not_a_fault(tmp_path: Path) -> None:
    class Broken(BTCV):
        def read(self, item: dict[str, str], image_size: int) -> Any:
            raise KeyError("slice")

    btcv(tmp_path)
    source = Broken(tmp_path, on_fault="skip")
    with pytest.raises(KeyError):
        cache_pairs(source, source.items(), 16, tmp_path / "cache")


@pytest.mark.parametrize(
    ("source", "make", "file"),
    [
        (BTCVZenodo, zenodo, "cropping.csv"),
        (VOC2012, voc, "ImageSets/Segmentation/val.txt"),
        (Folder, folder, "classes.json"),
    ],
)
def test_a_list_that_may_not_be_read_is_named(
    source: Callable[..., PairSource], make: Callable, file: str, public_path: Path, close: Callable[[Path], Any]
) -> None:
    make(public_path)
    with close(public_path / file), pytest.raises(PermissionError, match=rf"{Path(file).name} may not be read: "):
        source(public_path).items()
