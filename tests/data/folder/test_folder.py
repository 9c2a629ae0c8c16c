"""Anybody's own folder: whatever its layout, each image gets its own label."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk
from numpy.typing import NDArray
from PIL import Image

from cosimgen_monai.codec import VOID
from cosimgen_monai.data import BTCV, Folder, cache_pairs, split_items
from cosimgen_monai.data.folder.path_template import PathTemplate

WriteSlice = Callable[..., Path]
LIVER = {"classes": ["background", "liver"], "background": "background"}
CHAOS = {
    "images": "Train_Sets/CT/{stem}/DICOM_anon/i{slice},*.dcm",
    "labels": "Train_Sets/CT/{stem}/Ground/liver_GT_{slice}.png",
}
TOTALSEGMENTATOR = {"images": "{stem}/ct.nii.gz", "labels": "{stem}/segmentations/{class}.nii.gz"}


def classes(folder: Path, content: Any) -> str:
    """Write a class file and return its path."""
    path = folder / "classes.json"
    path.write_text(json.dumps(content), "utf-8")
    return str(path)


def picture(path: Path, pixels: NDArray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


def photo(seed: int, height: int = 24, width: int = 32) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)


def ids(seed: int, num: int = 3, height: int = 24, width: int = 32) -> NDArray[np.uint8]:
    return np.repeat(np.random.default_rng(seed).integers(0, num, (height, 4)), width // 4, axis=1).astype(np.uint8)


def only(source: Folder, item: dict[str, str], size: int) -> dict[str, Any]:
    (pair,) = source.read(item, size)
    return pair


@pytest.mark.parametrize(
    ("template", "path", "stem"),
    [
        ("images/{stem}.*", "images/a.nii.gz", "a"),
        ("images/{stem}.*", "images/a.b.PNG", "a.b"),
        ("images/{stem}.*", "images/p1/scan", "p1/scan"),
        ("images/{stem}.*", "other/a.png", None),
        ("imagesTr/{stem}_0000.nii.gz", "imagesTr/case_1_0000.nii.gz", "case_1"),
        ("{stem}_mask.png", "deep/er/x_mask.png", "deep/er/x"),
        ("*/{stem}/ct.nii", "a/b/ct.nii", "b"),
        ("{stem}/{stem}.png", "a/a.png", "a"),
        ("{stem}/{stem}.png", "a/b.png", None),
        ("./{stem}", "p1", "p1"),
        ("Tile {group}/images/{stem}.jpg", "Tile 3/images/part_1.jpg", "3/part_1"),
    ],
)
def test_a_stem_is_what_a_path_shares_with_its_label(template: str, path: str, stem: str | None) -> None:
    parts = PathTemplate("images", template).match(path)
    assert (parts and parts["stem"]) == stem


def test_pictures_pair_by_stem_whatever_their_order_and_suffix(tmp_path: Path) -> None:
    names = ["b", "a10", "a2"]
    for i, name in enumerate(names):
        picture(tmp_path / "images" / f"{name}.{('png', 'tif', 'bmp')[i]}", photo(i))
        picture(tmp_path / "labels" / f"{name}.png", ids(i))
    source = Folder(tmp_path, class_file=classes(tmp_path, {"classes": ["sky", "tree", "house"]}))
    assert (source.modality, source.window) == ("RGB", (0.0, 255.0))
    assert [item["group"] for item in source.items()] == sorted(names)
    for item in source.items():
        i = names.index(item["group"])
        (image, label) = (only(source, item, 32)[key] for key in ("image", "label"))
        assert (image.shape, image.dtype, label.shape, label.dtype) == ((3, 32, 32), np.uint8, (1, 32, 32), np.uint8)
        np.testing.assert_allclose(image.mean(axis=(1, 2)), photo(i).mean(axis=(0, 1)), atol=1.5)
        np.testing.assert_array_equal(label[0, ::4, :], np.repeat(ids(i)[::3], 1, axis=0)[:8])


@pytest.mark.parametrize(
    ("group", "expected"),
    [(None, ["day1", "day2"]), (r"^images/(day\d)", ["day1", "day2"]), (r"cam\w", ["cama", "camb"])],
)
def test_groups_come_from_the_path(tmp_path: Path, group: str | None, expected: list[str]) -> None:
    for day in (1, 2):
        for cam in "ab":
            picture(tmp_path / "images" / f"day{day}" / f"cam{cam}.png", photo(0))
            picture(tmp_path / "labels" / f"day{day}" / f"cam{cam}.png", ids(0))
    source = Folder(tmp_path, class_file=classes(tmp_path, {"classes": ["sky", "tree", "house"]}), group=group)
    assert sorted({item["group"] for item in source.items()}) == expected
    parts = split_items(source)
    assert {len(part) for part in parts.values()} == {2}


def test_studies_of_one_patient_stay_together(tmp_path: Path) -> None:
    for patient in (1, 2):
        for study in (1, 2):
            stem = f"p{patient}/study{study}/series1"
            picture(tmp_path / "images" / f"{stem}.png", photo(0))
            picture(tmp_path / "labels" / f"{stem}.png", ids(0))
    source = Folder(tmp_path, class_file=classes(tmp_path, {"classes": ["sky", "tree", "house"]}))
    assert sorted({item["group"] for item in source.items()}) == ["p1", "p2"]


def test_a_link_that_leads_nowhere_is_a_fault_like_others(tmp_path: Path) -> None:
    for stem in "abcd":
        picture(tmp_path / "images" / f"{stem}.png", photo(0))
        picture(tmp_path / "labels" / f"{stem}.png", ids(0))
    (tmp_path / "images" / "d.png").unlink()
    (tmp_path / "images" / "d.png").symlink_to(tmp_path / "annex" / "d.png")
    options = {"class_file": classes(tmp_path, {"classes": ["sky", "tree", "house"]})}
    source = Folder(tmp_path, on_fault="skip", **options)
    assert len(cache_pairs(source, source.items(), 16, tmp_path / "cache").rows) == 3
    source = Folder(tmp_path, **options)
    with pytest.raises(FileNotFoundError, match=r"d\.png is missing"):
        cache_pairs(source, source.items(), 16, tmp_path / "other")


def test_a_picture_too_large_to_decode_is_left_out_to_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for stem, size in (("a", (24, 32)), ("b", (24, 32)), ("c", (80, 80))):
        picture(tmp_path / "images" / f"{stem}.png", photo(0, *size))
        picture(tmp_path / "labels" / f"{stem}.png", np.zeros(size, np.uint8))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    class_file = classes(tmp_path, {"classes": ["sky", "tree", "house"]})
    source = Folder(tmp_path, class_file=class_file, on_fault="skip")
    assert len(cache_pairs(source, source.items(), 16, tmp_path / "cache").rows) == 2
    assert source.card()["native_size"] == (24, 32)


@pytest.mark.parametrize("suffix", [".mhd", ".nhdr"])
def test_a_headers_voxels_may_change_without_it(suffix: str, tmp_path: Path) -> None:
    for kind in ("images", "labels"):
        (tmp_path / kind).mkdir()
        voxels = sitk.GetImageFromArray(np.ones((2, 20, 20), np.int16 if kind == "images" else np.uint8))
        sitk.WriteImage(voxels, str(tmp_path / kind / f"a{suffix}"))
    source = Folder(tmp_path, class_file=classes(tmp_path, LIVER), field_of_view=20)
    before = cache_pairs(source, source.items(), 16, tmp_path / "cache")
    assert (before.labels == 1).all()
    (data,) = (path for path in (tmp_path / "labels").iterdir() if path.suffix != suffix)
    data.write_bytes(b"\0" * 400 + data.read_bytes()[400:])
    after = cache_pairs(source, source.items(), 16, tmp_path / "cache")
    assert len(after.rows) == 1  # the other slice holds nothing now


def test_real_tiles_as_somebodys_own_folder(samples: Path, tmp_path: Path) -> None:
    colours = {"building": "#3C1098", "land": "#8429F6", "road": "#6EC1E4", "vegetation": "#FEDD3A", "water": "#E2A929"}
    rows = [{"name": name, "colour": colour} for name, colour in colours.items()]
    class_file = classes(tmp_path, {"classes": rows, "void": ["#9B9B9B", "#000000"]})
    root = samples / "mbrsc" / "Semantic segmentation dataset"
    source = Folder(root, "Tile {group}/images/{stem}.jpg", "Tile {group}/masks/{stem}.png", class_file)
    items = source.items()
    assert len(items) == 72
    assert sorted({item["group"] for item in items}) == list("12345678")
    one = next(item for item in items if item["group"] == "7" and item["stem"].endswith("008"))
    assert set(np.unique(only(source, one, 64)["label"])) == {1}  # land alone, as the samples' README says


def test_labels_by_colour_whatever_the_palettes_order(tmp_path: Path) -> None:
    table = [(110, 193, 228), (60, 16, 152), (0, 0, 0)]
    label = ids(3)
    picture(tmp_path / "images" / "a.png", photo(0))
    picture(tmp_path / "images" / "b.png", photo(1))
    picture(tmp_path / "labels" / "a.png", np.array(table, np.uint8)[label])
    order = [2, 0, 1]
    palette = Image.fromarray(np.array(order, np.uint8)[label], "P")
    palette.putpalette([value for i in np.argsort(order) for value in table[i]])
    palette.save(tmp_path / "labels" / "b.png")
    rows = [{"name": "road", "colour": "#6EC1E4"}, {"name": "house", "colour": "#3C1098"}]
    source = Folder(tmp_path, class_file=classes(tmp_path, {"classes": rows, "void": ["#000000"]}))
    a, b = (only(source, item, 24)["label"] for item in source.items())
    np.testing.assert_array_equal(a, b)
    assert set(np.unique(a)) == {0, 1, VOID}


def test_pictures_with_one_mask_a_class(tmp_path: Path) -> None:
    picture(tmp_path / "a.jpg", photo(0))
    cat, ear = np.zeros((24, 32), np.uint8), np.zeros((24, 32), bool)
    cat[6:18, 8:24], ear[6:9, 8:12] = 255, True
    picture(tmp_path / "a_cat.png", cat)
    picture(tmp_path / "a_left-ear.png", ear)
    rows = ["nothing", "cat", {"name": "ear", "mask": "left-ear"}]
    content = {"classes": rows, "background": "nothing"}
    source = Folder(tmp_path, "{stem}.jpg", "{stem}_{class}.png", classes(tmp_path, content))
    label = only(source, source.items()[0], 32)["label"][0]
    counts = {i: int((label == i).sum()) for i in range(3)}
    assert counts == {0: 32 * 32 - 16 * 16, 1: 16 * 16 - 4 * 4, 2: 4 * 4}  # the ear lies within the cat


@pytest.mark.parametrize(
    ("pixels", "mode"),
    [
        ((0, 255, 0), "RGB"),
        ((0, 0, 1), "RGB"),
        ((255, 0, 0, 255), "RGBA"),
        (255, "L"),
        (True, "1"),
        (1, "P"),
    ],
)
def test_a_mask_of_one_class_may_have_any_one_colour(pixels: Any, mode: str, tmp_path: Path) -> None:
    picture(tmp_path / "a.jpg", photo(0))
    mask = Image.new(mode, (32, 24), (0, 0, 0, 255) if mode == "RGBA" else 0)
    if mode == "P":
        mask.putpalette([0, 0, 255, 200, 0, 0])  # blue outside, though brighter
    mask.paste(pixels, (8, 6, 24, 18))
    mask.save(tmp_path / "a_cat.png")
    content = {"classes": ["nothing", "cat"], "background": "nothing"}
    source = Folder(tmp_path, "{stem}.jpg", "{stem}_{class}.png", classes(tmp_path, content))
    assert (only(source, source.items()[0], 32)["label"] == 1).sum() == 16 * 16


def white_on_transparent(mode: str) -> Image.Image:
    mask = Image.new(mode, (32, 24), 0)
    mask.paste((255,) * len(mask.getbands()), (8, 6, 24, 18))
    return mask


def object_first() -> Image.Image:
    mask = Image.new("P", (32, 24), 1)
    mask.putpalette([255, 255, 255, 0, 0, 0])
    mask.paste(0, (8, 6, 24, 18))
    return mask


def adaptive() -> Image.Image:
    """A red object, which Pillow's own choice of a palette puts first."""
    mask = Image.new("RGB", (32, 24))
    mask.paste((255, 0, 0), (8, 6, 24, 18))
    return mask.convert("P", palette=Image.Palette.ADAPTIVE, colors=2)


def two_colours() -> Image.Image:
    mask = Image.new("RGB", (32, 24))
    mask.paste((0, 255, 0), (8, 6, 24, 18))
    mask.paste((0, 0, 255), (8, 6, 12, 10))
    return mask


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (white_on_transparent("RGBA"), "part of it is transparent"),
        (white_on_transparent("LA"), "part of it is transparent"),
        (object_first(), "its palette has black, but not as its first colour"),
        (adaptive(), "its palette has black, but not as its first colour"),
        (two_colours(), "holds 2 colours beside black .#0000ff, #00ff00."),
    ],
)
def test_a_mask_that_may_be_either_side_is_refused(mask: Image.Image, message: str, tmp_path: Path) -> None:
    picture(tmp_path / "a.jpg", photo(0))
    mask.save(tmp_path / "a_cat.png")
    content = {"classes": ["nothing", "cat"], "background": "nothing"}
    source = Folder(tmp_path, "{stem}.jpg", "{stem}_{class}.png", classes(tmp_path, content))
    with pytest.raises(ValueError, match=rf"a_cat\.png.*{message}"):
        only(source, source.items()[0], 32)


@pytest.mark.parametrize(
    ("content", "outside"),
    [
        ({"classes": ["background", "liver"], "background": "background"}, 0),
        (
            {
                "classes": [{"name": "liver", "value": 1}, {"name": "background", "value": 0}],
                "background": "background",
            },
            1,
        ),
        ({"classes": ["tissue", "liver"]}, VOID),
    ],
)
def test_beyond_the_scan_lies_the_background_wherever_it_is_listed(content: Any, outside: int, tmp_path: Path) -> None:
    label = np.zeros((20, 20, 1), np.uint8)
    label[8:12, 8:12] = 1
    for kind, voxels in (("images", np.full((20, 20, 1), 60, np.int16)), ("labels", label)):
        (tmp_path / kind).mkdir()
        nib.save(nib.Nifti1Image(voxels, np.diag((5.0, 5.0, 5.0, 1.0))), tmp_path / kind / "s1.nii.gz")
    source = Folder(tmp_path, class_file=classes(tmp_path, content), field_of_view=200)
    found = only(source, source.items()[0], 40)["label"][0]
    liver = source.classes.names.index("liver")
    assert (found == liver).sum() == 16
    assert set(found[:, :10].ravel().tolist()) == {outside}
    assert source.classes.has_void == (outside == VOID)


@pytest.mark.parametrize(("fit", "void"), [("squash", 0), ("pad", 32 * 8)])
def test_pictures_become_square_and_may_go_back(tmp_path: Path, fit: str, void: int) -> None:
    for stem in "ab":
        picture(tmp_path / "images" / f"{stem}.png", photo(0))
        picture(tmp_path / "labels" / f"{stem}.png", ids(0))
    source = Folder(tmp_path, class_file=classes(tmp_path, {"classes": ["sky", "tree", "house"]}), fit=fit)
    pair = only(source, source.items()[0], 32)
    assert pair["image"].shape == (3, 32, 32)
    assert (pair["label"] == VOID).sum() == void
    assert source.classes.has_void == bool(void)
    assert (source.card()["fit"], source.card()["native_size"]) == (fit, (24, 32))
    picture(tmp_path / "images" / "b.png", photo(0, 16, 16))
    assert "native_size" not in source.card()


@pytest.mark.parametrize("suffix", [".nrrd", ".mha", ".nii.gz"])
def test_volumes_are_btcvs_slices_whatever_their_format(tmp_path: Path, real_ct: Path, suffix: str) -> None:
    btcv = BTCV(real_ct)
    item = btcv.items()[1]
    for kind in ("image", "label"):
        (tmp_path / f"{kind}s").mkdir()
        sitk.WriteImage(sitk.ReadImage(item[kind]), str(tmp_path / f"{kind}s" / f"one{suffix}"))
    content = {"classes": list(btcv.classes.names), "background": "background"}
    source = Folder(tmp_path, class_file=classes(tmp_path, content))
    assert (source.modality, source.window) == ("CT", (-175.0, 250.0))
    for mine, theirs in zip(source.read(source.items()[0], 64), btcv.read(item, 64), strict=True):
        np.testing.assert_array_equal(mine["image"], theirs["image"])
        np.testing.assert_array_equal(mine["label"], theirs["label"])


def test_flat_niftis_are_slices(tmp_path: Path) -> None:
    label = np.zeros((20, 16), np.float32)
    label[4:12, 4:12] = 7
    for kind, voxels in (("images", np.full((20, 16), 60, np.int16)), ("labels", label)):
        (tmp_path / kind).mkdir()
        nib.save(nib.Nifti1Image(voxels, np.diag((5.0, 5.0, 5.0, 1.0))), tmp_path / kind / "s1.nii.gz")
    rows = [{"name": "nothing", "value": 0}, {"name": "liver", "value": 7}]
    content = {"classes": rows, "background": "nothing"}
    source = Folder(tmp_path, class_file=classes(tmp_path, content), field_of_view=100)
    assert (only(source, source.items()[0], 20)["label"] == 1).sum() == 64  # whole numbers as floats are values


def test_a_series_pairs_with_a_volume_of_labels(tmp_path: Path, write_slice: WriteSlice) -> None:
    for z in range(4):
        write_slice(tmp_path / "scans" / "p1" / f"{9 - z}.dcm", np.full((8, 12), 10 * z), 5 * z)
    label = np.zeros((12, 8, 4), np.uint8)
    label[2:6, 2:6, 3] = 1
    lps = np.diag((2.0, 2.0, 5.0, 1.0))
    lps[:3, 3] = (-10, -20, 0)
    (tmp_path / "masks").mkdir()
    nib.save(nib.Nifti1Image(label, np.diag((-1, -1, 1, 1)) @ lps), tmp_path / "masks" / "p1.nii.gz")
    source = Folder(tmp_path, "scans/{stem}", "masks/{stem}.nii.gz", classes(tmp_path, LIVER), field_of_view=24)
    pairs = list(source.read(source.items()[0], 12))
    assert [int((pair["label"] == 1).sum()) for pair in pairs] == [0, 0, 0, 16]
    assert [int(pair["image"][0, 6, 6]) for pair in pairs] == [0, 10, 20, 30]


def test_real_chaos_slices_get_the_masks_of_their_number(real_chaos: Path, tmp_path: Path) -> None:
    source = Folder(real_chaos, **CHAOS, class_file=classes(tmp_path, LIVER))
    (item,) = source.items()
    assert item["group"] == "3"
    pair = source.labels.read_ct(item)
    assert pair.image.shape == (512, 512, 16)
    # slices run from the feet; i0019 lies lowest and has the largest mask, i0004 to i0006 have none
    areas = (pair.label == 1).sum(axis=(0, 1))
    masks = sorted((real_chaos / "Train_Sets/CT/3/Ground").glob("*.png"))
    by_number = [int(np.array(Image.open(path)).sum()) for path in masks]
    assert areas.tolist() == by_number[::-1]
    inside = pair.image[pair.label == 1]
    assert 120 < inside.mean() < 150  # a liver in portal-venous contrast
    assert ((inside > 0) & (inside < 250)).mean() > 0.97
    # paired by order instead, masks would lie on lung
    by_order = pair.image[pair.label[:, :, ::-1] == 1]
    assert by_order.mean() < -200
    assert ((by_order > 0) & (by_order < 250)).mean() < 0.5


def test_a_real_mask_a_class_is_the_real_label(real_totalsegmentator: Path, tmp_path: Path) -> None:
    names = {"spleen": 1, "kidney_right": 2, "liver": 5, "aorta": 52, "vertebrae_L1": 31}
    rows: list[Any] = ["background", *({"name": name.replace("_", " "), "mask": name} for name in names)]
    class_file = classes(tmp_path, {"classes": rows, "background": "background"})
    source = Folder(real_totalsegmentator / "dataset_layout", **TOTALSEGMENTATOR, class_file=class_file)
    (item,) = source.items()
    assert item["group"] == "example_ct_sm"
    ids = source.labels.read_ct(item).label
    file = np.asarray(nib.load(real_totalsegmentator / "reference_files" / "example_seg.nii.gz").dataobj)
    for class_id, (name, code) in enumerate(names.items(), start=1):
        mask = np.asarray(nib.load(Path(item["label"]) / f"{name}.nii.gz").dataobj) > 0
        np.testing.assert_array_equal(ids == class_id, mask)
        overlap = (mask & (file == code)).sum()  # the same scan, labelled by a bigger model
        assert 2 * overlap / (mask.sum() + (file == code).sum()) > 0.85, name  # Dice


def test_links_are_followed_once(tmp_path: Path) -> None:
    picture(tmp_path / "elsewhere" / "a.png", photo(0))
    picture(tmp_path / "data" / "labels" / "p1" / "a.png", ids(0))
    (tmp_path / "data" / "images").mkdir()
    (tmp_path / "data" / "images" / "p1").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "data" / "labels" / "up").symlink_to(tmp_path / "data")
    source = Folder(tmp_path / "data", class_file=classes(tmp_path, {"classes": ["sky", "tree", "house"]}))
    assert [item["stem"] for item in source.items()] == ["p1/a"]


def test_files_behind_a_folder_count_for_the_cache(tmp_path: Path, write_slice: WriteSlice) -> None:
    for z in range(3):
        write_slice(tmp_path / "scans" / "p1" / f"s{z}.dcm", np.full((8, 12), 10 * z), 5 * z)
        picture(tmp_path / "masks" / "p1" / f"{z}.png", np.eye(8, 12, dtype=np.uint8))
    args = (tmp_path, "scans/{stem}/s{slice}.dcm", "masks/{stem}/{slice}.png", classes(tmp_path, LIVER))
    first = Folder(*args, field_of_view=24)
    pairs = cache_pairs(first, first.items(), 12, tmp_path / "cache")
    picture(tmp_path / "masks" / "p1" / "1.png", np.ones((8, 12), np.uint8))
    second = Folder(*args, field_of_view=24)
    changed = cache_pairs(second, second.items(), 12, tmp_path / "cache")
    assert (changed.labels[1] == 1).sum() > (pairs.labels[1] == 1).sum()


def test_the_card_says_nothing_of_paths(real_chaos: Path, tmp_path: Path) -> None:
    source = Folder(real_chaos, **CHAOS, class_file=classes(tmp_path, LIVER), dataset_name="CHAOS")
    assert source.card() == {
        "dataset": "CHAOS",
        "modality": "CT",
        "window": (-175.0, 250.0),
        "field_of_view": 400.0,
        "terms": "The user's own data.",
    }
