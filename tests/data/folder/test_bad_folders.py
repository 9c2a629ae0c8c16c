"""What is wrong with somebody's own folder is said with the file and the way out, or listed and left out."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cosimgen_monai.data import Folder, cache_pairs

WriteSlice = Callable[..., Path]
PLACES = {
    "pictures": {},
    "volumes": {},
    "slices": {"images": "images/{stem}/i{slice}.dcm", "labels": "labels/{stem}/GT_{slice}.png"},
    "masks": {"labels": "labels/{stem}/{class}.png"},
}
LIVER = {"classes": ["background", "liver"], "background": "background"}


@dataclass(frozen=True)
class Bed:
    """A sound folder of two items, ``a`` and ``b``, to be spoiled."""

    root: Path
    kind: str
    write_slice: WriteSlice

    def open(self, **options: object) -> Folder:
        return Folder(self.root, **{**PLACES[self.kind], "field_of_view": 60, **options})

    def read(self, **options: object) -> list[dict]:
        """Return what the cache says of each pair."""
        source = self.open(**options)
        with tempfile.TemporaryDirectory() as cache:
            return cache_pairs(source, source.items(), 16, cache).rows


def save(path: Path, pixels: NDArray, **options: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **options)


def volume(path: Path, voxels: NDArray, spacing: float = 3.0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    nib.save(nib.Nifti1Image(voxels, np.diag((spacing, spacing, 5.0, 1.0))), path)


def liver(*shape: int) -> NDArray[np.uint8]:
    label = np.zeros(shape, np.uint8)
    label[4:12, 4:12] = 1
    return label


PHOTO = np.random.default_rng(0).integers(0, 256, (16, 20, 3)).astype(np.uint8)


@pytest.fixture
def bed(request: pytest.FixtureRequest, tmp_path: Path, write_slice: WriteSlice) -> Bed:
    for stem in "ab":
        if request.param in ("pictures", "masks"):
            save(tmp_path / "images" / f"{stem}.png", PHOTO)
        if request.param == "pictures":
            save(tmp_path / "labels" / f"{stem}.png", liver(16, 20))
        if request.param == "masks":
            save(tmp_path / "labels" / stem / "liver.png", liver(16, 20) * 255)
        if request.param == "volumes":
            volume(tmp_path / "images" / f"{stem}.nii.gz", np.full((16, 16, 3), 60, np.int16))
            volume(tmp_path / "labels" / f"{stem}.nii.gz", liver(16, 16, 3))
        if request.param == "slices":
            for z in range(3):
                write_slice(tmp_path / "images" / stem / f"i{z}.dcm", np.full((16, 20), 60), -5 * z)
                save(tmp_path / "labels" / stem / f"GT_{z:03d}.png", liver(16, 20))
    (tmp_path / "classes.json").write_text(json.dumps(LIVER), "utf-8")
    return Bed(tmp_path, request.param, write_slice)


def rewrite_classes(bed: Bed, content: object) -> None:
    (bed.root / "classes.json").write_text(json.dumps(content), "utf-8")


LISTING: dict[str, tuple[str, Callable[[Bed], object], str]] = {
    "image without label": (
        "pictures",
        lambda b: (b.root / "labels" / "a.png").unlink(),
        r"images/a\.png has no label: expected labels/a\.\* \(key `labels`\); add it or take it away.*--on_fault skip",
    ),
    "label without image": (
        "volumes",
        lambda b: (b.root / "images" / "b.nii.gz").unlink(),
        r"labels/b\.nii\.gz has no image: expected images/b\.\* \(key `images`\)",
    ),
    "a stem that matches twice": (
        "pictures",
        lambda b: save(b.root / "images" / "a.jpg", PHOTO),
        r"images/a\.jpg and .*images/a\.png are both the image of 'a'; keep one of them",
    ),
    "a slice without mask": (
        "slices",
        lambda b: (b.root / "labels" / "b" / "GT_001.png").unlink(),
        r"images/b/i1\.dcm has no label of the same number 1; add it or take",
    ),
    "a mask without slice": (
        "slices",
        lambda b: save(b.root / "labels" / "a" / "GT_007.png", liver(16, 20)),
        r"labels/a/GT_007\.png has no image of the same number 7",
    ),
    "a number twice": (
        "slices",
        lambda b: save(b.root / "labels" / "a" / "GT_1.png", liver(16, 20)),
        r"labels/a/GT_001\.png and .*labels/a/GT_1\.png are both the label of '1'; keep one",
    ),
    "an item without masks": (
        "masks",
        lambda b: shutil.rmtree(b.root / "labels" / "b"),
        r"images/b\.png has no label: expected labels/b/\{class\}\.png",
    ),
}
"""What does not pair: one error, or a listed warning with ``on_fault`` skip."""


@pytest.mark.parametrize(("bed", "what"), [(case[0], what) for what, case in LISTING.items()], indirect=["bed"])
def test_what_does_not_pair_is_named(bed: Bed, what: str) -> None:
    _, spoil, message = LISTING[what]
    spoil(bed)
    with pytest.raises(ValueError, match=message):
        bed.open()


@pytest.mark.parametrize(("bed", "what"), [(case[0], what) for what, case in LISTING.items()], indirect=["bed"])
def test_what_does_not_pair_can_be_skipped(bed: Bed, what: str, caplog: pytest.LogCaptureFixture) -> None:
    _, spoil, message = LISTING[what]
    whole = len(bed.read())
    spoil(bed)
    left = len(bed.read(on_fault="skip"))
    assert 0 < left < whole or (what == "a mask without slice" and left == whole)
    assert "LEFT OUT of folder in" in caplog.text
    assert "1 fault(s)" in caplog.text
    assert re.search(re.split(r"; keep|; add|\.\*--", message)[0], caplog.text)


READING: dict[str, tuple[str, Callable[[Bed], object], str]] = {
    "sizes differ": (
        "pictures",
        lambda b: save(b.root / "labels" / "a.png", liver(16, 18)),
        r"images/a\.png is 20 x 16 pixels .*but its mask .*labels/a\.png 18 x 16: save the mask at the image's size",
    ),
    "an id in no table": (
        "pictures",
        lambda b: save(b.root / "labels" / "a.png", liver(16, 20) * 9),
        r"labels/a\.png holds values in no table: 9 \(64 pixels\)\. The table has 0, 1",
    ),
    "a JPEG mask": (
        "pictures",
        lambda b: (
            (b.root / "labels" / "a.png").unlink(),
            save(b.root / "labels" / "a.jpg", np.random.default_rng(0).integers(0, 2, (16, 20)).astype(np.uint8) * 99),
        ),
        r"labels/a\.jpg holds values in no table: .*JPEG blurs",
    ),
    "colours where ids were meant": (
        "pictures",
        lambda b: save(b.root / "labels" / "a.png", PHOTO),
        r"labels/a\.png is an RGB mask, but its values are read as ids",
    ),
    "a 16-bit photo": (
        "pictures",
        lambda b: save(b.root / "images" / "a.png", PHOTO[..., 0].astype(np.uint16)),
        r"images/a\.png holds 16-bit values",
    ),
    "an empty photo": (
        "pictures",
        lambda b: (b.root / "images" / "a.png").write_bytes(b""),
        r"images/a\.png cannot be read as a picture: it is empty",
    ),
    "shapes differ": (
        "volumes",
        lambda b: volume(b.root / "labels" / "a.nii.gz", liver(16, 16, 4)),
        r"images/a\.nii\.gz has shape \(16, 16, 3\), but its label .*labels/a\.nii\.gz \(16, 16, 4\)",
    ),
    "grids differ": (
        "volumes",
        lambda b: volume(b.root / "labels" / "a.nii.gz", liver(16, 16, 3), spacing=2),
        r"images/a\.nii\.gz and its label .*labels/a\.nii\.gz have different affines",
    ),
    "a voxel in no table": (
        "volumes",
        lambda b: volume(b.root / "labels" / "a.nii.gz", liver(16, 16, 3) * 6),
        r"labels/a\.nii\.gz holds label values \[6\] that are no class id; this dataset has 0 to 1",
    ),
    "a fraction": (
        "volumes",
        lambda b: volume(b.root / "labels" / "a.nii.gz", liver(16, 16, 3) * np.float32(0.5)),
        r"labels/a\.nii\.gz holds label values \[0\.5\]",
    ),
    "NaN": (
        "volumes",
        lambda b: volume(b.root / "images" / "a.nii.gz", np.full((16, 16, 3), np.nan, np.float32)),
        r"images/a\.nii\.gz holds 768 voxels that are NaN",
    ),
    "a picture as a volume's label": (
        "volumes",
        lambda b: (
            (b.root / "labels" / "a.nii.gz").unlink(),
            save(b.root / "labels" / "a.png", liver(16, 16)),
        ),
        r"labels/a\.png is a picture, but the label of a volume: pair slices and masks by \{slice\}",
    ),
    "a volume as a picture's label": (
        "pictures",
        lambda b: (
            (b.root / "labels" / "a.png").unlink(),
            volume(b.root / "labels" / "a.nii.gz", liver(16, 16, 3)),
        ),
        r"labels/a\.nii\.gz is the label of a picture, but no picture itself: save it as PNG",
    ),
    "a mask of another size": (
        "slices",
        lambda b: save(b.root / "labels" / "a" / "GT_001.png", liver(20, 16)),
        r"images/a/i1\.dcm has \(20, 16\) pixels, but its mask .*GT_001\.png \(16, 20\)",
    ),
    "a truncated slice": (
        "slices",
        lambda b: (b.root / "images" / "a" / "i1.dcm").write_bytes(b"x"),
        r"images/a/i1\.dcm cannot be read as DICOM",
    ),
    "a grey mask of a class": (
        "masks",
        lambda b: save(b.root / "labels" / "a" / "liver.png", PHOTO[..., 0]),
        r"labels/a/liver\.png is the mask of one class, but holds \d+ values beside 0 .*Save it with two values",
    ),
}
"""What cannot be read: one error, or a listed warning with ``on_fault`` skip."""


@pytest.mark.parametrize(("bed", "what"), [(case[0], what) for what, case in READING.items()], indirect=["bed"])
def test_what_cannot_be_read_is_named(bed: Bed, what: str) -> None:
    _, spoil, message = READING[what]
    spoil(bed)
    with pytest.raises(ValueError, match=f"(?s){message}"):
        bed.read()


@pytest.mark.parametrize(("bed", "what"), [(case[0], what) for what, case in READING.items()], indirect=["bed"])
def test_what_cannot_be_read_can_be_skipped(bed: Bed, what: str, caplog: pytest.LogCaptureFixture) -> None:
    _, spoil, message = READING[what]
    whole = len(bed.read())
    spoil(bed)
    left = bed.read(on_fault="skip")
    assert {pair["group"] for pair in left} == {"b"}
    assert 2 * len(left) == whole
    assert "LEFT OUT of folder, 1 fault(s)" in caplog.text
    assert re.search(f"(?s){message}", caplog.text)


OPTIONS: dict[str, tuple[str, dict, str]] = {
    "no folder given": ("pictures", {"dataset_dir": None}, r"`dataset_dir` is not set: give the folder"),
    "no stem": ("pictures", {"images": "images/*.png"}, r"`images` 'images/\*\.png' lacks \{stem\}: give a path"),
    "no text": (
        "pictures",
        {"images": {"stem"}},
        r"`images` must be a path with \{stem\} in it, such as 'images/.* or '\./\{stem\}', got",
    ),
    "an unknown part": (
        "pictures",
        {"labels": "labels/{name}/{stem}.png"},
        r"`labels` .* has the unknown part \{name\}",
    ),
    "a class in a folder": (
        "masks",
        {"labels": "labels/{class}/{stem}.png"},
        r"\{class\} must stand once, in the file's",
    ),
    "a class in images": ("masks", {"images": "images/{stem}{class}.png"}, r"`images` .* holds \{class\}, which only"),
    "slices on one side": ("slices", {"images": "images/{stem}"}, r"\{slice\} must stand in both .*never by order"),
    "the same place": ("pictures", {"labels": "images/{stem}.*"}, r"`images` and `labels` are the same path"),
    "nothing there": ("pictures", {"images": "JPEGs/{stem}.jpg"}, r"fits `images` 'JPEGs/.*it holds 'images/a\.png'"),
    "an unknown fault": ("pictures", {"on_fault": "ignore"}, r"`on_fault` must be one of raise, skip, got 'ignore'"),
    "an unknown fit": ("pictures", {"fit": "crop"}, r"`fit` must be one of squash, pad, got 'crop'"),
    "an unknown modality": ("pictures", {"modality": "MR"}, r"`modality` must be one of auto, CT, RGB, got 'MR'"),
    "pictures as CT": ("pictures", {"modality": "CT"}, r"`modality` is CT, but .*b\.png is a picture.*--modality auto"),
    "volumes as RGB": ("volumes", {"modality": "RGB"}, r"`modality` is RGB, but .*b\.nii\.gz is a volume"),
    "a group that finds nothing": (
        "pictures",
        {"group": r"p\d+"},
        r"`group` 'p\\\\d\+' finds nothing in images/a\.png",
    ),
    "a broken expression": ("pictures", {"group": "("}, r"`group` '\(' is no regular expression"),
    "a window upside down": ("volumes", {"window": (9, 1)}, r"`window` must be \[low, high\]"),
    "a window of fractions": ("volumes", {"window": (0, 1)}, r"`window` \(0, 1\) must span 32 to 32767 whole numbers"),
    "a name with a slash": ("pictures", {"dataset_name": "a/b"}, r"`dataset_name` is a plain name"),
    "no class file": ("pictures", {"class_file": "names.json"}, r"names\.json is missing: a JSON file that names"),
}


@pytest.mark.parametrize(("bed", "what"), [(case[0], what) for what, case in OPTIONS.items()], indirect=["bed"])
def test_wrong_options_are_named(bed: Bed, what: str) -> None:
    _, options, message = OPTIONS[what]
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        Folder(**{"dataset_dir": bed.root, **PLACES[bed.kind], **options})


@pytest.mark.parametrize("bed", ["pictures"], indirect=True)
def test_pictures_and_volumes_do_not_mix(bed: Bed) -> None:
    volume(bed.root / "images" / "c.nii.gz", np.zeros((16, 16, 3), np.int16))
    volume(bed.root / "labels" / "c.nii.gz", liver(16, 16, 3))
    with pytest.raises(
        ValueError, match=r"fits both pictures \(.*b\.png\) and volumes \(.*c\.nii\.gz\): a model learns"
    ):
        bed.open()


@pytest.mark.parametrize("bed", ["masks"], indirect=True)
def test_a_class_without_any_mask_is_named(bed: Bed) -> None:
    rewrite_classes(bed, {"classes": ["background", "livre"], "background": "background"})
    with pytest.raises(ValueError, match=r"names the mask 'livre', but no item .*nearest: 'liver'"):
        bed.open()


@pytest.mark.parametrize("bed", ["volumes"], indirect=True)
def test_volumes_hold_no_colours(bed: Bed) -> None:
    rows = [{"name": "background", "colour": "#000000"}, {"name": "liver", "colour": "#FFFFFF"}]
    rewrite_classes(bed, {"classes": rows, "background": "background"})
    with pytest.raises(
        ValueError, match=r"labels/a\.nii\.gz is a volume, and volumes hold no colours: give each class"
    ):
        bed.read()


@pytest.mark.parametrize("bed", ["pictures"], indirect=True)
def test_ids_where_colours_were_meant(bed: Bed) -> None:
    rows = [{"name": "background", "colour": "#102030"}, {"name": "liver", "colour": "#FF00FF"}]
    rewrite_classes(bed, {"classes": rows})
    with pytest.raises(ValueError, match=r"labels/a\.png holds ids \(grey values\) where colours were meant"):
        bed.read()


@pytest.mark.parametrize("bed", ["pictures"], indirect=True)
def test_nothing_left_is_an_error_even_when_skipping(bed: Bed) -> None:
    for stem in "ab":
        (bed.root / "labels" / f"{stem}.png").rename(bed.root / "labels" / f"{stem}_old.png")
    with pytest.raises(ValueError, match=r"images/a\.png has no label: .* 3 more like it"):
        bed.open(on_fault="skip")
