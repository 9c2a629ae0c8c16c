"""What is wrong with a CT dataset is said at the door, with the files and the way out."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from cosimgen_monai.data import BTCV, cache_pairs, split_items

WriteCase = Callable[..., tuple[Path, Path]]
AFFINE = np.diag((4.0, 5.0, 6.0, 1.0))
IMAGES, LABELS = "RawData/Training/img", "RawData/Training/label"


@dataclass(frozen=True)
class Bed:
    """Two sound cases, to be spoiled."""

    root: Path
    write: WriteCase
    image: NDArray[np.int16]
    label: NDArray[np.uint8]

    def file(self, path: str) -> Path:
        return self.root / path


@pytest.fixture
def bed(root: Path, write_case: WriteCase, volume: tuple) -> Bed:
    write_case("0001")
    write_case("0002")
    return Bed(root, write_case, *volume)


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def with_value(label: NDArray, value: float) -> NDArray:
    label = label.astype(np.float32)
    label[0, 0, 0] = value
    return label


LISTING = {
    "no folder": (lambda b: shutil.rmtree(b.root), r"`dataset_dir` .*btcv is no folder.*--dataset_dir"),
    "another layout": (
        lambda b: b.file("RawData").rename(b.file("raw")),
        r"btcv is not laid out as BTCV: expected RawData/Training/img \+ RawData/Training/label or imagesTr",
    ),
    "image without label": (
        lambda b: b.file(f"{LABELS}/label0002.nii.gz").unlink(),
        r"img0002\.nii\.gz has no label: expected .*0002\.nii\.gz\. Add the label",
    ),
    "label without image": (
        lambda b: b.file(f"{IMAGES}/img0001.nii.gz").unlink(),
        r"label0001\.nii\.gz has no image: expected .*0001\.nii\.gz\. Add the image",
    ),
    "no number": (
        lambda b: b.file(f"{IMAGES}/img0001.nii.gz").rename(b.file(f"{IMAGES}/first.nii.gz")),
        r"first\.nii\.gz has no case number .*expected e\.g\. img0001\.nii\.gz",
    ),
    "doubled number": (
        lambda b: b.file(f"{IMAGES}/copy0001.nii.gz").touch(),
        r"copy0001\.nii\.gz and .*img0001\.nii\.gz have the same case number 0001",
    ),
    "no files": (
        lambda b: [path.unlink() for path in b.file(IMAGES).iterdir()],
        r"RawData/Training/img holds no \.nii\.gz or \.nii file",
    ),
}


@pytest.mark.parametrize("what", LISTING)
def test_a_wrong_folder_is_found_when_listing(bed: Bed, what: str) -> None:
    spoil, message = LISTING[what]
    spoil(bed)
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        BTCV(bed.root).items()


READING = {
    "shapes differ": (
        lambda b: b.write(label=b.label[:-1]),
        r"img0001\.nii\.gz has shape \(20, 16, 3\), but its label .*label0001\.nii\.gz \(19, 16, 3\); resample",
    ),
    "affines differ": (
        lambda b: b.write(label_affine=AFFINE + np.eye(4, k=3)),
        r"(?s)img0001\.nii\.gz and its label .*label0001\.nii\.gz have different affines.*one grid",
    ),
    "unknown id": (
        lambda b: b.write(label=with_value(b.label, 14)),
        r"label0001\.nii\.gz holds label values \[14\.0\] that are no class id.*0 to 13 \(background, spleen",
    ),
    "negative id": (
        lambda b: b.write(label=with_value(b.label, -1)),
        r"label0001\.nii\.gz holds label values \[-1\.0\]",
    ),
    "a fraction": (
        lambda b: b.write(label=with_value(b.label, 1.5)),
        r"label0001\.nii\.gz holds label values \[1\.5\]",
    ),
    "NaN in the label": (lambda b: b.write(label=with_value(b.label, np.nan)), r"label0001\.nii\.gz holds .*\[nan\]"),
    "NaN in the image": (
        lambda b: b.write(image=with_value(b.image, np.nan)),
        r"img0001\.nii\.gz holds 1 voxels that are NaN or infinite; give them a value",
    ),
    "infinity in the image": (lambda b: b.write(image=with_value(b.image, np.inf)), "img0001.nii.gz holds 1 voxels"),
    "truncated": (
        lambda b: truncated(b.file(f"{IMAGES}/img0001.nii.gz")),
        r"img0001\.nii\.gz cannot be read as a NIfTI volume: .*Fetch the file again",
    ),
    "zero bytes": (
        lambda b: b.file(f"{LABELS}/label0001.nii.gz").write_bytes(b""),
        r"label0001\.nii\.gz cannot be read as a NIfTI volume: .*Fetch the file again",
    ),
    "no NIfTI": (
        lambda b: b.file(f"{IMAGES}/img0001.nii.gz").write_text("<html>please log in</html>"),
        r"img0001\.nii\.gz cannot be read as a NIfTI volume",
    ),
    "four axes": (
        lambda b: b.write(image=np.stack([b.image, b.image], axis=-1)),
        r"img0001\.nii\.gz has shape \(20, 16, 3, 2\), expected 3 axes: save one volume a file",
    ),
    "only background": (
        lambda b: [b.write(number, label=np.zeros_like(b.label)) for number in ("0001", "0002")],
        r"2 item\(s\) of BTCV \(.*label0001\.nii\.gz .*show only background at 16 x 16",
    ),
}


@pytest.mark.parametrize("what", READING)
def test_a_wrong_file_is_found_when_reading(bed: Bed, tmp_path: Path, what: str) -> None:
    spoil, message = READING[what]
    spoil(bed)
    source = BTCV(bed.root, field_of_view=100)
    with pytest.raises(ValueError, match=message):
        cache_pairs(source, source.items(), 16, tmp_path / "cache")
    assert not list(tmp_path.glob("cache/*"))


def test_float_labels_of_whole_numbers_are_ids(bed: Bed) -> None:
    bed.write(label=bed.label.astype(np.float64))
    source = BTCV(bed.root, field_of_view=100)
    floats, integers = (np.stack([pair["label"] for pair in source.read(item, 16)]) for item in source.items())
    assert floats.dtype == np.uint8
    np.testing.assert_array_equal(floats, integers)


def test_one_patient_cannot_be_split(bed: Bed) -> None:
    for path in (f"{IMAGES}/img0002.nii.gz", f"{LABELS}/label0002.nii.gz"):
        bed.file(path).unlink()
    with pytest.raises(ValueError, match=r"BTCV holds 1 patient\(s\), too few to hold 1 out.*--split all"):
        split_items(BTCV(bed.root))
