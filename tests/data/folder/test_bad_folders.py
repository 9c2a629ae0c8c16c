"""What is wrong with somebody's own folder is said with the file and the way out, or listed and left out."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from bad_input import (
    COLOURS,
    LISTING,
    LIVER,
    PHOTO,
    PLACES,
    READ_ALL_THE_SAME,
    READING,
    Bed,
    liver,
    red,
    rewrite_classes,
    save,
    volume,
)

from cosimgen_monai.data import Folder

WriteSlice = Callable[..., Path]


@pytest.fixture
def bed(request: pytest.FixtureRequest, tmp_path: Path, write_slice: WriteSlice) -> Bed:
    for stem in "ab":
        if request.param in ("pictures", "colours", "masks"):
            save(tmp_path / "images" / f"{stem}.png", PHOTO)
        if request.param == "pictures":
            save(tmp_path / "labels" / f"{stem}.png", liver(16, 20))
        if request.param == "colours":
            save(tmp_path / "labels" / f"{stem}.png", red(liver(16, 20)))
        if request.param == "masks":
            save(tmp_path / "labels" / stem / "liver.png", liver(16, 20) * 255)
        if request.param == "volumes":
            volume(tmp_path / "images" / f"{stem}.nii.gz", np.full((16, 16, 3), 60, np.int16))
            volume(tmp_path / "labels" / f"{stem}.nii.gz", liver(16, 16, 3))
        if request.param == "slices":
            for z in range(5):
                write_slice(tmp_path / "images" / stem / f"i{z}.dcm", np.full((16, 20), 60), -5 * z)
                save(tmp_path / "labels" / stem / f"GT_{z:03d}.png", liver(16, 20))
    bed = Bed(tmp_path, request.param, write_slice)
    rewrite_classes(bed, COLOURS if request.param == "colours" else LIVER)
    return bed


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


@pytest.mark.parametrize(("bed", "what"), [(c[0], what) for what, c in READ_ALL_THE_SAME.items()], indirect=["bed"])
def test_what_is_odd_is_read_all_the_same(bed: Bed, what: str) -> None:
    whole = len(bed.read())
    READ_ALL_THE_SAME[what][1](bed)
    assert len(bed.read()) == whole


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
def test_nothing_left_is_an_error_even_when_skipping(bed: Bed) -> None:
    for stem in "ab":
        (bed.root / "labels" / f"{stem}.png").rename(bed.root / "labels" / f"{stem}_old.png")
    with pytest.raises(ValueError, match=r"images/a\.png has no label: .* 3 more like it"):
        bed.open(on_fault="skip")
