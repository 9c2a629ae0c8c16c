"""The Zenodo release: labels and images from different places, cropped to where the labels are complete."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from cosimgen_monai.data import BTCV, BTCVZenodo, cache_pairs, open_btcv, split_items

HEADER = "id,publisher,dataset,original_id,extent_left,extent_right,extent_ant,extent_post,extent_inf,extent_sup"
SHAPE = (20, 16, 6)
ALL = (0, 20, 0, 16, 0, 6)
Release = Callable[..., Path]
WriteSlice = Callable[..., Path]


def save(path: Path, voxels: np.ndarray, flip: bool = False) -> None:
    """Save a RAS volume; ``flip`` stores it from left to right and back to front, as many scanners' files lie."""
    affine = np.diag((4.0, 5.0, 6.0, 1.0))
    if flip:
        voxels = voxels[::-1, ::-1]
        affine = affine @ nib.affines.from_matvec(np.diag((-1, -1, 1)), (SHAPE[0] - 1, SHAPE[1] - 1, 0))
    path.parent.mkdir(parents=True, exist_ok=True)
    nib.save(nib.Nifti1Image(voxels, affine), path)


@pytest.fixture
def release(tmp_path: Path) -> Release:
    """Write a release: cases of both parts with all 14 organs, and ``cropping.csv``."""

    def write(btcv: tuple[str, ...] = ("0001", "0002"), tcia: tuple[str, ...] = ("0003",), crop: tuple = ALL) -> Path:
        root = tmp_path / "zenodo"
        label = np.zeros(SHAPE, dtype=np.uint8)
        label[10:19, 8:15, 1:5] = 6
        label[1:9, 2:7, 1:5] = 14
        label[10:19, 2:7, 1:5] = 8
        image = np.random.default_rng(0).integers(-150, 200, SHAPE).astype(np.int16)
        rows = [HEADER]
        for part, publisher, numbers in (("btcv", "Synapse", btcv), ("tcia", "TCIA", tcia)):
            for i, number in enumerate(numbers):
                name = f"img{number}.nii.gz" if part == "btcv" else f"PANCREAS_{number}.nii.gz"
                save(root / f"image_{part}_multiorgan" / name, image, flip=bool(i))
                save(root / f"label_{part}_multiorgan" / f"label{number}.nii.gz", label)
                rows.append(",".join(map(str, (len(rows), publisher, "x", number, *crop))))
        (root / "cropping.csv").write_text("\n".join(rows) + "\n", "utf-8")
        return root

    return write


def labels_of(source: BTCV, item: dict[str, str]) -> np.ndarray:
    return np.stack([pair["label"] for pair in source.read(item, 20)])


def test_fourteen_organs_come_from_the_cases_that_have_them(release: Release, caplog: pytest.LogCaptureFixture) -> None:
    source = open_btcv("zenodo", dataset_dir=release(btcv=("0001", "0040", "0061")), field_of_view=100)
    assert [item["group"] for item in source.items()] == ["btcv-0001", "btcv-0040"]
    assert "2 of 4 case(s) have eight organs labelled only" in caplog.text
    assert source.classes.names[14] == "duodenum"
    assert source.classes.names[:14] == BTCV("unread").classes.names
    assert set(np.unique(labels_of(source, source.items()[0]))) == {0, 6, 8, 14}


def test_eight_organs_come_from_every_case(release: Release) -> None:
    source = open_btcv("zenodo", organs=8, dataset_dir=release(btcv=("0001", "0061")), field_of_view=100)
    assert [item["group"] for item in source.items()] == ["btcv-0001", "btcv-0061", "tcia-0003"]
    assert source.classes.names == (
        "background",
        "spleen",
        "left kidney",
        "gallbladder",
        "esophagus",
        "liver",
        "stomach",
        "pancreas",
        "duodenum",
    )
    assert set(np.unique(labels_of(source, source.items()[2]))) == {0, 5, 8}  # liver, duodenum; the aorta is nothing


def test_thirteen_organs_are_synapses_classes(release: Release) -> None:
    source = open_btcv("zenodo", organs=13, dataset_dir=release(), field_of_view=100)
    assert source.classes == BTCV("unread").classes
    assert set(np.unique(labels_of(source, source.items()[0]))) == {0, 6, 8}


@pytest.mark.parametrize("case", [0, 1])
def test_the_crop_is_what_the_csv_says(release: Release, case: int) -> None:
    # as displayed: columns 1 to 17 from the patient's right, rows 2 to 16 from the front, slices 2 to 5
    source = BTCVZenodo(release(crop=(1, 18, 2, 16, 2, 6)), field_of_view=100)
    item = source.items()[case]  # the second image lies the other way round in its file
    pair = source.read_volume(item)
    label = np.asarray(nib.load(item["label"]).dataobj)
    right_to_left, front_to_back = label[::-1], label[:, ::-1]
    columns, rows = right_to_left[1:18][::-1], front_to_back[:, 2:16][:, ::-1]
    assert pair.label.shape == (columns.shape[0], rows.shape[1], 4) == (17, 14, 4)
    np.testing.assert_array_equal(pair.label, label[2:19, 0:14, 2:6])
    np.testing.assert_array_equal(
        pair.image, nib.load(item["image"].replace("0002", "0001")).get_fdata()[2:19, :14, 2:]
    )
    assert [row["slice"] for row in source.read(item, 16)] == [0, 1, 2, 3]


def test_another_crop_is_another_cache(release: Release) -> None:
    first = BTCVZenodo(release()).settings()
    assert BTCVZenodo(release()).settings() == first
    assert BTCVZenodo(release(crop=(0, 20, 0, 16, 1, 6))).settings() != first


def test_images_without_labels_are_said(release: Release, caplog: pytest.LogCaptureFixture) -> None:
    root = release()
    images = root / "image_btcv_multiorgan"
    shutil.copy(images / "img0001.nii.gz", images / "img0077.nii.gz")
    assert len(BTCVZenodo(root).items()) == 2
    assert "1 image(s) have no label and are left out: btcv-0077" in caplog.text


def test_images_may_lie_in_synapses_folders(release: Release) -> None:
    root = release(btcv=("0001", "0061"))
    for number, part in (("0001", "Training"), ("0061", "Testing")):
        (root / "RawData" / part / "img").mkdir(parents=True)
        name = f"img{number}.nii.gz"
        (root / "image_btcv_multiorgan" / name).rename(root / "RawData" / part / "img" / name)
    (root / "image_btcv_multiorgan").rmdir()
    assert [Path(item["image"]).parts[-3] for item in BTCVZenodo(root, organs=8).items()[:2]] == ["Training", "Testing"]


def test_tcias_images_may_be_dicom_series(release: Release, write_slice: WriteSlice) -> None:
    root = release(btcv=())
    shutil.rmtree(root / "image_tcia_multiorgan")
    hu = np.random.default_rng(0).integers(-150, 200, SHAPE)
    place = root / "Pancreas-CT" / "PANCREAS_0003" / "study" / "series"
    for z in range(SHAPE[2]):  # rows from the front, columns from the right: as displayed
        write_slice(place / f"{z}.dcm", hu[::-1, ::-1, z].T, 6 * z)
    affine = np.diag((2.0, 2.0, 6.0, 1.0))  # the slices' corner (-10, -20, 0) mm is the patient's right, front, feet
    affine[:2, 3] = (10 - 2 * (SHAPE[0] - 1), 20 - 2 * (SHAPE[1] - 1))
    path = root / "label_tcia_multiorgan" / "label0003.nii.gz"
    nib.save(nib.Nifti1Image(np.asarray(nib.load(path).dataobj), affine), path)
    source = BTCVZenodo(root, organs=8, field_of_view=60)
    (item,) = source.items()
    np.testing.assert_array_equal(source.read_volume(item).image, hu)
    before = cache_pairs(source, [item], 16, root / "cache").images[-1]
    write_slice(place / "4.dcm", hu[:, :, 0].T + 99, 24)  # the uppermost with an organ
    assert (cache_pairs(source, [item], 16, root / "cache").images[-1] != before).any()


def test_a_patient_with_two_cases_stays_together(release: Release) -> None:
    root = release(btcv=("0001", "0002", "0003"), tcia=())
    source = open_btcv("zenodo", dataset_dir=root, same_patient=[["btcv-0001", "btcv-0003"]])
    assert [item["group"] for item in source.items()] == ["btcv-0001+btcv-0003", "btcv-0002", "btcv-0001+btcv-0003"]
    for seed in range(4):
        parts = split_items(source, seed=seed)
        assert len({len(part) for part in parts.values()}) == 2


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


FAULTS = {
    "no labels": (
        lambda root: [shutil.rmtree(path) for path in root.glob("label_*")],
        r"not laid out as the Zenodo release: expected label_btcv_multiorgan or .*--release synapse",
    ),
    "label without image": (
        lambda root: (root / "image_btcv_multiorgan" / "img0002.nii.gz").unlink(),
        r"label0002\.nii\.gz has no image: expected \*0002\.nii\.gz in .*image_btcv_multiorgan or .*Add the image",
    ),
    "no cropping.csv": (
        lambda root: (root / "cropping.csv").unlink(),
        r"cropping\.csv is missing: labels may be incomplete outside.*zenodo\.org/records/1169361",
    ),
    "a column less": (
        lambda root: rewrite(root / "cropping.csv", "extent_sup", "top"),
        r"cropping\.csv lacks the column\(s\) \['extent_sup'\]; it has \['id', 'publisher'",
    ),
    "an extent in words": (
        lambda root: rewrite(root / "cropping.csv", ",0,6\n3,TCIA", ",0,six\n3,TCIA"),
        r"cropping\.csv, line 3: an extent is no number",
    ),
    "a case without a row": (
        lambda root: rewrite(root / "cropping.csv", "x,0002", "x,0009"),
        r"label0002\.nii\.gz has no row in .*cropping\.csv\. Fetch the file again",
    ),
    "a region outside": (
        lambda root: rewrite(root / "cropping.csv", "0,20,0,16,0,6", "0,20,0,16,8,12"),
        r"label0001\.nii\.gz has shape \(20, 16, 6\), but its region in cropping\.csv is .*it lies outside",
    ),
    "another file's region": (
        lambda root: rewrite(root / "cropping.csv", "0,20,0,16,0,6", "0,20,0,16,0,2"),
        r"label0001\.nii\.gz: the region in cropping\.csv holds \d+ of \d+ labelled voxels, so it is not this file's",
    ),
}


@pytest.mark.parametrize("what", FAULTS)
def test_what_is_wrong_is_named(release: Release, what: str) -> None:
    spoil, message = FAULTS[what]
    root = release()
    spoil(root)
    source = BTCVZenodo(root)
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        [list(source.read(item, 16)) for item in source.items()]


OPTIONS = [
    ({"release": "nature"}, r"`release` must be 'synapse' or 'zenodo', got 'nature'"),
    ({"release": "synapse", "organs": 14}, r"`organs` is 14, but Synapse's release has 13: use --release zenodo"),
    ({"release": "zenodo", "organs": 9}, r"`organs` must be 8, 13 or 14, got 9"),
    ({"release": "synapse", "same_patient": [["0001", "9"]]}, r"`same_patient` names case '9', .*known: '0001'"),
    ({"release": "synapse", "same_patient": [["0001"], ["0001"]]}, r"names case '0001' more than once"),
]


@pytest.mark.parametrize(("options", "message"), OPTIONS)
def test_wrong_options_are_named(options: dict, message: str, tmp_path: Path) -> None:
    for kind in ("imagesTr", "labelsTr"):
        save(tmp_path / kind / "case_0001.nii.gz", np.zeros(SHAPE, np.int16))
    with pytest.raises(ValueError, match=message):
        open_btcv(**options, dataset_dir=tmp_path).items()


def test_two_numbers_of_a_real_patient_are_one_group(real_ct: Path) -> None:
    source = open_btcv("synapse", dataset_dir=real_ct, same_patient=[["9001", "9002"]])
    assert [item["group"] for item in source.items()] == ["9001+9002"] * 2
    with pytest.raises(ValueError, match=r"BTCV holds 1 patient\(s\), too few.*--split all"):
        split_items(source)
