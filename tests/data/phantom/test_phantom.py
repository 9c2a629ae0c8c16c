"""What users of the phantom rely on: it reads as BTCV does, it is reproducible, and it never touches other files."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray

from cosimgen_monai.data.phantom import PhantomCase, render_case, write_phantom

SPLEEN, RIGHT_KIDNEY, LEFT_KIDNEY, LIVER, STOMACH, AORTA = 1, 2, 3, 6, 7, 8
SMALL = {"num_volumes": 2, "num_slices": 3, "matrix_size": 16}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default phantom, as the project's configurations write it."""
    return write_phantom(tmp_path_factory.mktemp("data") / "phantom")


@pytest.fixture(scope="module")
def labels(dataset: Path) -> NDArray[np.uint8]:
    """All label volumes, N X Y Z."""
    files = sorted((dataset / "RawData" / "Training" / "label").iterdir())
    return np.stack([np.asarray(nib.load(file).dataobj) for file in files])


@pytest.fixture(scope="module")
def case() -> PhantomCase:
    return render_case(seed=0)


def centroid(case: PhantomCase, label: int) -> NDArray[np.float64]:
    """World coordinates in mm of the centre of one organ."""
    return nib.affines.apply_affine(case.affine, np.argwhere(case.label == label).mean(axis=0))


def test_same_seed_same_bytes() -> None:
    first, second, other = (render_case(seed, 32, 6) for seed in (5, 5, 6))
    assert first.image.tobytes() == second.image.tobytes()
    assert first.label.tobytes() == second.label.tobytes()
    assert first.noise_free.tobytes() == second.noise_free.tobytes()
    assert first.label.tobytes() != other.label.tobytes()


def test_same_patient_at_another_resolution(case: PhantomCase) -> None:
    # Both grids span the same field, so a coarse voxel's centre is the corner shared by four fine ones.
    fine = render_case(seed=0, matrix_size=256)
    for dx, dy in ((0, 0), (0, 1), (1, 0), (1, 1)):
        assert np.mean(fine.label[dx::2, dy::2] == case.label) > 0.97
    reduced = fine.noise_free.reshape(128, 2, 128, 2, 24).mean(axis=(1, 3))
    assert np.median(np.abs(reduced - case.noise_free)) < 2.0
    assert np.allclose(fine.affine @ (0.5, 0.5, 0, 1), case.affine @ (0, 0, 0, 1))


def test_same_patient_at_another_number_of_slices(case: PhantomCase) -> None:
    fine = render_case(seed=0, num_slices=72)
    assert np.array_equal(fine.label[:, :, 1::3], case.label)


def test_files_are_laid_out_and_typed_as_btcv(dataset: Path) -> None:
    training = dataset / "RawData" / "Training"
    assert sorted(file.name for file in (training / "img").iterdir()) == [f"img{i:04d}.nii.gz" for i in range(1, 25)]
    assert sorted(file.name for file in (training / "label").iterdir()) == [
        f"label{i:04d}.nii.gz" for i in range(1, 25)
    ]
    for kind, dtype in (("img", np.int16), ("label", np.uint8)):
        volume = nib.load(training / kind / f"{kind}0001.nii.gz")
        assert volume.shape == (128, 128, 24)
        assert volume.get_data_dtype() == dtype
        assert volume.header.get_zooms() == pytest.approx((3.125, 3.125, 8.5))
        assert (int(volume.header["sform_code"]), int(volume.header["qform_code"])) == (1, 1)
        assert nib.aff2axcodes(volume.affine) == ("R", "A", "S")
        assert np.allclose(volume.get_qform(), volume.get_sform(), atol=1e-3)


def test_settings_say_it_is_synthetic(dataset: Path) -> None:
    settings = json.loads((dataset / "phantom.json").read_text("utf-8"))
    assert settings["num_volumes"] == 24
    assert "free of any patient data" in settings["statement"]


@pytest.mark.parametrize("seed", range(4))
def test_organs_lie_on_their_side_of_the_patient(seed: int) -> None:
    patient = render_case(seed, 64, 24)
    # In RAS a positive x is the patient's right, a positive y the front.
    assert centroid(patient, LIVER)[0] > 20
    assert centroid(patient, STOMACH)[0] < -20
    assert centroid(patient, SPLEEN)[0] < -40
    assert centroid(patient, RIGHT_KIDNEY)[0] > 30
    assert centroid(patient, LEFT_KIDNEY)[0] < -30
    x, y, _ = np.nonzero((patient.noise_free > 230) & (patient.label == 0))
    # The median, because swallowed contrast in the bowel is as bright as bone.
    spine = patient.affine[1, 3] + patient.affine[1, 1] * np.median(y[abs(x - 31.5) < 3])
    assert spine < centroid(patient, AORTA)[1] - 15 < centroid(patient, STOMACH)[1] - 30


def test_brightness_is_that_of_ct(case: PhantomCase) -> None:
    assert 30 < case.image[case.label == LIVER].mean() < 140
    assert case.image[0, 0].max() < -900
    fat = (case.noise_free > -130) & (case.noise_free < -70)
    assert 0.05 < fat.mean() < 0.5
    assert case.noise_free.max() > 300
    deviation = (case.image - case.noise_free)[case.label == LIVER].std()
    assert 7 < deviation < 22


def test_noise_leaves_the_anatomy_alone(case: PhantomCase) -> None:
    assert abs(float((case.image - case.noise_free).mean())) < 5


def test_every_class_is_drawn_and_large_enough(labels: NDArray[np.uint8]) -> None:
    assert labels.max() == 13
    small = labels[:, ::2, ::2]
    for label in range(1, 14):
        pixels = (small == label).sum(axis=(1, 2))
        assert (pixels >= 8).mean() > 0.05, f"class {label} is too rare at 64 x 64"


def test_slices_hold_different_classes(labels: NDArray[np.uint8]) -> None:
    sets = [frozenset(np.unique(volume[:, :, z])) for volume in labels for z in range(volume.shape[2])]
    assert len(set(sets)) > 60
    assert any((volume == LIVER).any() and not (volume == 4).any() for volume in labels)


def test_same_settings_are_kept(tmp_path: Path) -> None:
    folder = write_phantom(tmp_path / "p", **SMALL)
    before = {file: file.stat().st_mtime_ns for file in folder.rglob("*")}
    assert write_phantom(tmp_path / "p", **SMALL) == folder
    assert {file: file.stat().st_mtime_ns for file in folder.rglob("*")} == before


def test_two_writers_at_once_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        folders = list(pool.map(lambda _: write_phantom(tmp_path / "p", **SMALL), range(2)))
    assert folders[0] == folders[1]
    assert [entry.name for entry in tmp_path.iterdir()] == ["p"]


def test_seeds_share_no_patient(tmp_path: Path) -> None:
    files = [
        file.read_bytes()
        for seed in (0, 1)
        for file in write_phantom(tmp_path / str(seed), **SMALL, seed=seed).rglob("img*.gz")
    ]
    assert len(set(files)) == 4


def test_other_settings_are_refused(tmp_path: Path) -> None:
    write_phantom(tmp_path / "p", **SMALL)
    with pytest.raises(ValueError, match=r"p holds a phantom of other settings.*choose another"):
        write_phantom(tmp_path / "p", **SMALL, seed=1)


def test_foreign_content_is_refused_and_untouched(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", "utf-8")
    with pytest.raises(ValueError, match="something other than a phantom"):
        write_phantom(tmp_path, **SMALL)
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize(("name", "value"), [("num_volumes", 0), ("matrix_size", 12.5), ("seed", -1)])
def test_wrong_arguments_are_named(tmp_path: Path, name: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"{name} .*{value}"):
        write_phantom(tmp_path / "p", **{name: value})
