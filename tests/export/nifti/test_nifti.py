"""NIfTI pairs: what nibabel, MONAI, nnU-Net and this project's own reader find in them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from monai.data import load_decathlon_datalist

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.data.readers.ct_volume import read_ct_pair
from cosimgen_monai.data.resampling.axial_slices import axial_slices

Make = Callable[..., Any]
CASES = [f"cosimgen_{i:06d}" for i in range(3)]
FRAMES = "nifti/Dataset900_CholecSeg8kSynthetic"


@pytest.fixture
def ct(tmp_path: Path, ct_card: dict[str, Any], make_samples: Make, write: Make) -> tuple[Path, list[dict[str, Any]]]:
    samples = make_samples(ct_card)
    write(tmp_path, ct_card, samples)
    return tmp_path / "nifti/Dataset900_phantomSynthetic", samples


def test_ct_slices_are_hu_and_ids_on_one_ras_grid_of_true_spacing(ct) -> None:
    folder, _ = ct
    image = nib.load(folder / "imagesTr" / f"{CASES[0]}_0000.nii.gz")
    label = nib.load(folder / "labelsTr" / f"{CASES[0]}.nii.gz")
    assert (image.get_data_dtype(), label.get_data_dtype()) == (np.int16, np.uint8)
    assert image.shape == label.shape == (48, 48, 1)
    np.testing.assert_array_equal(image.affine, label.affine)
    for file in (image, label):
        assert nib.aff2axcodes(file.affine) == ("R", "A", "S")
        np.testing.assert_allclose(file.header.get_zooms(), (400 / 48, 400 / 48, 5.0), rtol=1e-6)
        np.testing.assert_allclose(file.get_qform(coded=True)[0], file.get_sform(coded=True)[0], atol=1e-3)
        assert file.header.get_xyzt_units()[0] == "mm"
        assert b"SYNTHETIC" in file.header["descrip"].item()
    middle = nib.affines.apply_affine(image.affine, [23.5, 23.5, 0])
    np.testing.assert_allclose(middle, 0, atol=1e-3)


def test_our_own_reader_gives_back_the_sample(ct, ct_card: dict[str, Any]) -> None:
    folder, samples = ct
    classes = ClassTable(**ct_card["classes"])
    for name, sample in zip(CASES, samples, strict=True):
        volume = read_ct_pair(
            folder / "imagesTr" / f"{name}_0000.nii.gz", folder / "labelsTr" / f"{name}.nii.gz", classes
        )
        ((image, label),) = axial_slices(volume, 48, 400.0)
        np.testing.assert_array_equal(label, sample["label"][0].numpy())
        np.testing.assert_allclose(image, sample["native"], atol=0.01)


def test_the_patients_right_is_where_radiological_display_has_it(ct) -> None:
    folder, samples = ct
    label = nib.load(folder / "labelsTr" / f"{CASES[0]}.nii.gz")
    rows, columns = np.nonzero(samples[0]["label"][0].numpy() == 1)
    x, y, _ = nib.affines.apply_affine(label.affine, np.argwhere(np.asarray(label.dataobj) == 1).mean(0))
    assert x == pytest.approx((23.5 - columns.mean()) * 400 / 48, abs=1e-3)  # left on the screen is right in the body
    assert y == pytest.approx((23.5 - rows.mean()) * 400 / 48, abs=1e-3)


def test_the_same_sample_is_written_as_the_same_bytes(
    ct, tmp_path: Path, ct_card, make_samples: Make, write: Make
) -> None:
    folder, _ = ct
    write(tmp_path / "again", ct_card, make_samples(ct_card))
    for file in folder.rglob("*.nii.gz"):
        assert file.read_bytes() == (tmp_path / "again" / file.relative_to(tmp_path)).read_bytes()


def test_monai_reads_the_dataset(ct) -> None:
    folder, _ = ct
    found = load_decathlon_datalist(str(folder / "dataset.json"), is_segmentation=True, data_list_key="training")
    assert [Path(item["image"]).name for item in found] == [f"{name}_0000.nii.gz" for name in CASES]
    assert all(Path(item[key]).is_file() for item in found for key in ("image", "label"))


def test_colour_pictures_are_three_upright_channels(
    tmp_path: Path, frames_card: dict[str, Any], make_samples: Make, write: Make
) -> None:
    (sample,) = samples = make_samples(frames_card, "A photo of liver")
    write(tmp_path, frames_card, samples)
    (listed,) = load_decathlon_datalist(str(tmp_path / FRAMES / "dataset.json"), True, "training")
    assert len(listed["image"]) == 3
    for channel, path in zip(sample["native"], listed["image"], strict=True):
        file = nib.load(path)
        assert file.get_data_dtype() == np.uint8
        assert nib.aff2axcodes(file.affine) == ("R", "A", "S")
        shown = np.asarray(file.dataobj)[::-1, ::-1, 0].T  # a viewer's axial view: anterior on top, right on the left
        np.testing.assert_array_equal(shown, channel)
        middle = nib.affines.apply_affine(file.affine, (np.array(file.shape) - 1) / 2)
        np.testing.assert_allclose(middle, 0, atol=1e-3)


def test_a_first_class_that_is_no_background_is_not_nnunets_background(
    tmp_path: Path, frames_card: dict[str, Any], make_samples: Make, write: Make
) -> None:
    (sample,) = samples = make_samples(frames_card, "A photo of liver")
    write(tmp_path, frames_card, samples)
    names = json.loads((tmp_path / FRAMES / "dataset.json").read_text("utf-8"))["labels"]
    assert names == {"background": 0, "fat": 1, "liver": 2, "grasper": 3, "ignore": 4}
    found = np.asarray(nib.load(tmp_path / FRAMES / f"labelsTr/{CASES[0]}.nii.gz").dataobj)[::-1, ::-1, 0].T
    ours = sample["label"][0].numpy()
    np.testing.assert_array_equal(found, np.where(ours == 255, 4, ours.astype(int) + 1))
    assert (found == 0).sum() == 0


@pytest.mark.parametrize("card_name", ["ct_card", "rgb_card", "frames_card"])
def test_the_dataset_keeps_nnunets_rules(
    tmp_path: Path, card_name: str, request: pytest.FixtureRequest, make_samples: Make, write: Make
) -> None:
    card = request.getfixturevalue(card_name)
    write(tmp_path, card, make_samples(card))
    (folder,) = (tmp_path / "nifti").iterdir()
    assert re.fullmatch(r"Dataset\d{3}_[A-Za-z0-9]+", folder.name)
    dataset = json.loads((folder / "dataset.json").read_text("utf-8"))
    channels, ids, ending = dataset["channel_names"], list(dataset["labels"].values()), dataset["file_ending"]
    assert list(channels) == [str(k) for k in range(len(channels))]
    assert dataset["labels"]["background"] == 0
    assert ids == list(range(len(ids)))
    if card["classes"]["has_void"]:
        assert dataset["labels"]["ignore"] == max(ids)  # nnU-Net wants it last
    labels = sorted(file.name.removesuffix(ending) for file in (folder / "labelsTr").iterdir())
    assert len(labels) == dataset["numTraining"] == 3
    images = sorted(file.name for file in (folder / "imagesTr").iterdir())
    assert images == sorted(f"{name}_{int(k):04d}{ending}" for name in labels for k in channels)
    for name in labels:
        assert set(np.unique(nib.load(folder / "labelsTr" / f"{name}{ending}").dataobj)) <= set(ids)
