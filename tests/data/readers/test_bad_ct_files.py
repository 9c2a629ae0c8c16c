"""What is wrong with a CT dataset is said at the door, with the files and the way out."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk
from numpy.typing import NDArray

from cosimgen_monai.data import BTCV, cache_pairs, split_items
from cosimgen_monai.data.readers.volume import read_volume

WriteCase = Callable[..., tuple[Path, Path]]
WriteSlice = Callable[..., Path]
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
        lambda b: b.file(f"{IMAGES}/img0001.nii.gz").write_text("<html>please log in</html>", "utf-8"),
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
    assert not list(tmp_path.glob("cache/*/"))


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


def flat(*shape: int) -> NDArray[np.int16]:
    return np.zeros(shape, dtype=np.int16)


def nifti(path: Path, voxels: NDArray, affine: NDArray = AFFINE) -> None:
    nib.save(nib.Nifti1Image(voxels, affine), path)


def overwrite(path: Path, place: int, content: bytes) -> None:
    old = path.read_bytes()
    path.write_bytes(old[:place] + content + old[place + len(content) :])


def itk(path: Path, voxels: NDArray, vector: bool = False) -> None:
    sitk.WriteImage(sitk.GetImageFromArray(voxels, isVector=vector), str(path))


def rotated(degrees: float) -> NDArray[np.float64]:
    sine, cosine = np.sin(np.deg2rad(degrees)), np.cos(np.deg2rad(degrees))
    return nib.affines.from_matvec(np.array([[1, 0, 0], [0, cosine, -sine], [0, sine, cosine]]) * 3.0)


def colours(path: Path) -> None:
    nifti(path, np.zeros((4, 4, 4), dtype=[("R", "u1"), ("G", "u1"), ("B", "u1")]))


VOLUMES = {
    "oblique": (
        "v.nii.gz",
        lambda p: nifti(p, flat(4, 4, 4), rotated(20)),
        r"v\.nii\.gz lies obliquely: .*by 20\.0 degrees \(3 at most\)\. Resample image and label",
    ),
    "between two axes": (
        "v.nii",
        lambda p: nifti(p, flat(4, 4, 4), rotated(45)),
        r"v\.nii lies obliquely: .*by 45\.0 degrees",
    ),
    "no voxel size": (
        "v.nii",
        lambda p: (nifti(p, flat(4, 4, 4)), overwrite(p, 312, bytes(16))),  # srow_z (nifti1.h)
        r"v\.nii has an affine without voxel size",
    ),
    "RGB voxels": ("v.nii", colours, r"v\.nii holds colours \(RGB voxels\), expected one number a voxel"),
    "one axis": ("v.nii", lambda p: nifti(p, flat(4)), r"v\.nii has shape \(4,\), expected 3 axes"),
    "vectors": (
        "v.nrrd",
        lambda p: itk(p, flat(4, 4, 4, 3), vector=True),
        r"v\.nrrd has 3 values a voxel, expected one",
    ),
    "four axes": ("v.mha", lambda p: itk(p, flat(2, 3, 4, 5)), r"v\.mha has shape \(5, 4, 3, 2\), expected 3 axes"),
    "empty NRRD": ("v.nrrd", lambda p: p.touch(), r"v\.nrrd cannot be read as an NRRD or MHA volume: .*Fetch the file"),
    "empty MHA": ("v.mha", lambda p: p.touch(), r"v\.mha cannot be read as an NRRD or MHA volume"),
    "truncated NRRD": (
        "v.nrrd",
        lambda p: (itk(p, np.random.default_rng(0).integers(0, 99, (9, 9, 9))), truncated(p)),
        r"v\.nrrd cannot be read as an NRRD or MHA volume: .*Fetch the file again",
    ),
    "truncated MHA": (
        "v.mha",
        lambda p: (itk(p, np.random.default_rng(0).integers(0, 99, (9, 9, 9))), truncated(p)),
        r"v\.mha cannot be read as an NRRD or MHA volume: .*Fetch the file again",
    ),
    "no NRRD": (
        "v.nrrd",
        lambda p: p.write_text("<html>", "utf-8"),
        r"v\.nrrd cannot be read as an NRRD or MHA volume",
    ),
    "missing": ("v.mha", lambda p: None, r"v\.mha is missing"),
}


@pytest.mark.parametrize("what", VOLUMES)
def test_a_wrong_volume_is_named(tmp_path: Path, what: str) -> None:
    name, write, message = VOLUMES[what]
    write(tmp_path / name)
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        read_volume(tmp_path / name)


SLICE = flat(8, 12)
SERIES = {
    "no slices": (lambda folder, write: None, r"ct holds no DICOM file\. Give the folder of one series"),
    "a missing slice": (
        lambda folder, write: (folder / "2.dcm").unlink(),
        r"slices are missing between 1\.dcm and 3\.dcm in .*ct \(10\.00 mm apart, the others 5\.00 mm\)\. Fetch",
    ),
    "uneven distances": (
        lambda folder, write: write(folder / "5.dcm", SLICE, 26.5),
        r"distances differ: 4\.dcm and 5\.dcm in .*\(6\.50 mm apart, the others 5\.00 mm\)",
    ),
    "two series": (
        lambda folder, write: [write(folder / f"x{i}.dcm", SLICE, 5 * i, series="9.9") for i in range(2)],
        r"ct holds 2 DICOM series \(5 file\(s\) such as 0\.dcm, 2 file\(s\) such as x0\.dcm\)\. Put each into a folder",
    ),
    "another spacing": (
        lambda folder, write: write(folder / "3.dcm", SLICE, 15, row_mm=3),
        r"3\.dcm differs from 0\.dcm of the same series in pixel spacing",
    ),
    "another size": (
        lambda folder, write: write(folder / "3.dcm", flat(8, 10), 15),
        r"3\.dcm differs from 0\.dcm of the same series in size\. .*take the odd slices",
    ),
    "another direction": (
        lambda folder, write: write(folder / "3.dcm", SLICE, 15, t00200037="0\\1\\0\\0\\0\\-1"),
        r"3\.dcm differs from 0\.dcm of the same series in direction",
    ),
    "a slice twice": (
        lambda folder, write: write(folder / "copy.dcm", SLICE, 10),
        r"2\.dcm and copy\.dcm in .*ct lie at the same position\. Keep one",
    ),
    "gantry tilt": (
        lambda folder, write: [
            write(folder / f"{i}.dcm", SLICE, 5 * i, t00200032=f"0\\{i}\\{5 * i}") for i in range(5)
        ],
        r"0\.dcm and 1\.dcm in .*ct are shifted sideways \(gantry tilt\): resample",
    ),
    "oblique": (
        lambda folder, write: [
            write(folder / f"{i}.dcm", SLICE, 0, t00200032=f"0\\{-3 * i}\\{4 * i}", t00200037="1\\0\\0\\0\\0.8\\0.6")
            for i in range(5)
        ],
        r"ct lies obliquely: .*by 36\.9 degrees",
    ),
    "an empty slice": (
        lambda folder, write: (folder / "2.dcm").write_bytes(b""),
        r"2\.dcm cannot be read as DICOM \(0 bytes; empty, truncated or something else\)\. Fetch",
    ),
    "a truncated slice": (lambda folder, write: truncated(folder / "2.dcm"), r"2\.dcm cannot be read as DICOM"),
    "no DICOM": (
        lambda folder, write: (folder / "2.dcm").write_text("<html>", "utf-8"),
        r"2\.dcm cannot be read as DICOM \(6 bytes",
    ),
}


@pytest.mark.parametrize("what", SERIES)
def test_a_wrong_series_is_named(tmp_path: Path, write_slice: WriteSlice, what: str) -> None:
    spoil, message = SERIES[what]
    folder = tmp_path / "ct"
    folder.mkdir()
    for i in range(5 if what != "no slices" else 0):
        write_slice(folder / f"{i}.dcm", SLICE, 5 * i)
    spoil(folder, write_slice)
    with pytest.raises(ValueError, match=message):
        read_volume(folder)


@pytest.mark.parametrize("name", ["v.nii.gz", "v.nrrd", "ct"])
def test_a_file_that_may_not_be_read_is_named(
    public_path: Path, close: Callable, write_slice: WriteSlice, name: str
) -> None:
    path = public_path / name
    file = write_slice(path / "0.dcm", SLICE, 0) if name == "ct" else path
    if name != "ct":
        (nifti if "nii" in name else itk)(path, flat(4, 4, 4))
    with (
        close(file),
        pytest.raises(PermissionError, match=rf"{file.name} may not be read: .*chmod u\+r"),
    ):
        read_volume(path)
