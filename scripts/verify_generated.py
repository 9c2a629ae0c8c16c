"""Read a generated CT set back in all formats, by other readers and by this project's own, and compare every pixel.

The label PNGs are what the others are compared with: `native` by the dataset's own loader, `nifti` by nnU-Net's rules
and nibabel, `coco` by pycocotools, `dicom` by pydicom and highdicom; HU are compared between the formats.

    python scripts/verify_generated.py --generated_dir output/generated
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import highdicom
import nibabel as nib
import numpy as np
import pydicom
from numpy.typing import NDArray
from PIL import Image
from pycocotools.coco import COCO

from cosimgen_monai.data import BTCV
from cosimgen_monai.data.readers.ct_volume import read_ct_pair
from cosimgen_monai.data.resampling.axial_slices import axial_slices

FIRST_CASE = 900_000
Pair = tuple[NDArray[Any] | None, NDArray[Any]]
"""HU (H W), where the format has them, and ids (H W)."""


def main() -> None:
    """Compare format by format; stop at the first difference."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--generated_dir", type=Path, required=True)
    folder = parser.parse_args().generated_dir
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        names = [row["id"] for row in csv.DictReader(file)]
    assert names == sorted(set(names)), "the manifest is out of order, or lists a sample twice"
    hu: dict[str, NDArray[Any]] = {}
    for format_name, read in {"nifti": nifti, "native": native, "coco": coco, "dicom": dicom}.items():
        if not (folder / format_name).is_dir():
            continue
        seen = []
        for name, (image, label) in read(folder / format_name, names):
            seen.append(name)
            expected = np.asarray(Image.open(folder / "png" / "labels" / f"{name}.png"))
            assert np.array_equal(label, expected), f"{format_name}: the label of {name} differs from png/labels"
            if image is not None:
                assert np.array_equal(hu.setdefault(name, image), image), f"{format_name}: HU of {name} differ"
        assert seen == names, f"{format_name} holds {len(seen)} samples, the manifest lists {len(names)}"
        print(f"{format_name}: {len(seen)} samples, every label pixel as in png/labels", flush=True)


def nifti(folder: Path, names: list[str]) -> Iterator[tuple[str, Pair]]:
    """Read nnU-Net's dataset by its documented rules: names, consecutive labels, numbers, one grid a case."""
    (folder,) = folder.iterdir()
    description = json.loads((folder / "dataset.json").read_text("utf-8"))
    assert description["numTraining"] == len(names) == len(description["training"])
    assert sorted(description["labels"].values()) == list(range(len(description["labels"])))
    assert {path.name for path in (folder / "imagesTr").iterdir()} == {f"{name}_0000.nii.gz" for name in names}
    assert {path.name for path in (folder / "labelsTr").iterdir()} == {f"{name}.nii.gz" for name in names}
    for name in names:
        image = nib.load(folder / "imagesTr" / f"{name}_0000.nii.gz")
        label = nib.load(folder / "labelsTr" / f"{name}.nii.gz")
        assert image.shape == label.shape
        assert np.array_equal(image.affine, label.affine)
        hu, ids = (np.asarray(file.dataobj)[::-1, ::-1, 0].T for file in (image, label))
        assert set(np.unique(ids).tolist()) <= set(description["labels"].values())
        yield name, (hu, ids)


def native(folder: Path, names: list[str]) -> Iterator[tuple[str, Pair]]:
    """Read BTCV's layout by this project's loader."""
    source = BTCV(folder)
    for item in source.items():
        number = int(Path(item["image"]).name.removeprefix("img").split(".")[0]) - FIRST_CASE
        volume = read_ct_pair(Path(item["image"]), Path(item["label"]), source.classes)
        ((image, label),) = axial_slices(volume, volume.image.shape[0], source.field_of_view)
        yield f"cosimgen_{number:06d}", (np.rint(image).astype(np.int16), label)


def coco(folder: Path, names: list[str]) -> Iterator[tuple[str, Pair]]:
    """Read the annotations by pycocotools and paint them."""
    annotations = COCO(folder / "annotations.json")
    for image in annotations.loadImgs(annotations.getImgIds()):
        label = np.zeros((image["height"], image["width"]), np.uint8)
        for annotation in annotations.loadAnns(annotations.getAnnIds(imgIds=image["id"])):
            mask = annotations.annToMask(annotation).astype(bool)
            assert not label[mask].any(), f"{image['file_name']}: two regions overlap"
            assert annotation["area"] == mask.sum()
            label[mask] = annotation["category_id"]
        yield Path(image["file_name"]).stem, (None, label)


def dicom(folder: Path, names: list[str]) -> Iterator[tuple[str, Pair]]:
    """Read images by pydicom and segmentations by highdicom."""
    uids = set()
    for path in sorted(folder.iterdir()):
        image, segmentation = pydicom.dcmread(path / "ct.dcm"), highdicom.seg.segread(path / "seg.dcm")
        for dataset in (image, segmentation):
            assert dataset[0x0008, 0x001C].value == "YES", f"{path}: not marked as synthetic"
            uids.add(dataset.SOPInstanceUID)
        numbers = [segment.SegmentNumber for segment in segmentation.SegmentSequence]
        masks = segmentation.get_pixels_by_source_instance(
            [image.SOPInstanceUID], assert_missing_frames_are_empty=True, segment_numbers=numbers
        )[0]
        yield path.name, (image.pixel_array, (masks * np.array(numbers)).sum(axis=-1))
    assert len(uids) == 2 * len(names), "two files have one UID"


if __name__ == "__main__":
    main()
