"""BTCV, abdominal CT (https://www.synapse.org/Synapse:syn3193805, "Beyond the Cranial Vault")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.data.readers.ct_volume import CTPair, read_ct_pair
from cosimgen_monai.data.readers.description import describe_volume
from cosimgen_monai.data.readers.volume import NIFTI_SUFFIXES
from cosimgen_monai.data.resampling.ct_view import CTView
from cosimgen_monai.settings import nearest_names

CLASS_NAMES = (
    "background",
    "spleen",
    "right kidney",
    "left kidney",
    "gallbladder",
    "esophagus",
    "liver",
    "stomach",
    "aorta",
    "inferior vena cava",
    "portal and splenic vein",
    "pancreas",
    "right adrenal gland",
    "left adrenal gland",
)
LAYOUTS = (("RawData/Training/img", "RawData/Training/label"), ("imagesTr", "labelsTr"))
"""Image and label folders of the releases, below the dataset's folder."""


class BTCV:
    """The Synapse release: ``RawData/Training/{img,label}`` or ``imagesTr/labelsTr``, paired by case number.

    Args:
        dataset_dir: the folder that holds ``RawData`` or ``imagesTr``.
        field_of_view: side of the square that every slice shows, in mm; padded with air, never stretched.
        window: HU of black and white; -175 to 250 is MONAI's, -125 to 275 TransUNet's.
        same_patient: case numbers that are one patient, such as ``[["0003", "0017"]]``: a split keeps them together.

    Raises:
        FileNotFoundError: if the folder is missing or holds no pair in either layout.
        ValueError: if no folder is given, an image has no label, or a label no image (both names are given).
    """

    name = "BTCV"
    modality = "CT"
    group_name = "patient"
    terms = "BTCV: registration with Synapse; research use only."

    def __init__(
        self,
        dataset_dir: str | Path | None,
        field_of_view: float = 400.0,
        window: tuple[float, float] = (-175.0, 250.0),
        same_patient: Sequence[Sequence[str]] = (),
    ) -> None:
        if dataset_dir is None:
            raise ValueError(f"`dataset_dir` is not set: give the folder of {self.name} with --dataset_dir.")
        self.dataset_dir = Path(dataset_dir)
        self.view = CTView(field_of_view, window)
        self.window = self.view.window
        self.field_of_view = self.view.field_of_view
        self.same_patient = [[str(case) for case in cases] for cases in same_patient]
        self.classes = ClassTable(CLASS_NAMES, background=0)

    def items(self) -> list[dict[str, str]]:
        """List the volumes as dicts of ``image``, ``label`` and ``group`` (the patient: its case number), by number."""
        image_dir, label_dir = self._folders()
        images, labels = by_number(image_dir), by_number(label_dir)
        for number in sorted(images.keys() ^ labels.keys()):
            have = images.get(number) or labels[number]
            lack = (label_dir if number in images else image_dir) / f"*{number}.nii.gz"
            what = "label" if number in images else "image"
            raise ValueError(f"{have} has no {what}: expected {lack}. Add the {what}, or take the file away.")
        patient = patients(images, self.same_patient)
        return [
            {"image": str(images[number]), "label": str(labels[number]), "group": patient[number]}
            for number in sorted(images)
        ]

    def read(self, item: dict[str, str], image_size: int) -> Iterator[dict[str, Any]]:
        """Read a volume's axial slices at the training size, as :meth:`CTView.pairs` yields them."""
        return self.view.pairs(self.read_volume(item), item["group"], image_size)

    def read_volume(self, item: dict[str, str]) -> CTPair:
        """Read an item's volume and label at their own resolution."""
        return read_ct_pair(Path(item["image"]), Path(item["label"]), self.classes)

    def describe(self, item: dict[str, str]) -> dict[str, Any]:
        """Return a volume's size in voxels, spacing in mm and range of HU; its label is read too."""
        return describe_volume(self.read_volume(item))

    def settings(self) -> dict[str, Any]:
        """Return what shapes a cached slice, beside the files."""
        return {"source": self.name, "field_of_view": self.field_of_view, "window": self.window}

    def card(self) -> dict[str, Any]:
        """Return what a model's file says of its training data's images."""
        return {
            "dataset": self.name,
            "modality": self.modality,
            "window": self.window,
            "field_of_view": self.field_of_view,
            "terms": self.terms,
        }

    def _folders(self) -> tuple[Path, Path]:
        check_dataset_dir(self.dataset_dir, "BTCV's")
        for image_dir, label_dir in LAYOUTS:
            if (self.dataset_dir / image_dir).is_dir() and (self.dataset_dir / label_dir).is_dir():
                return self.dataset_dir / image_dir, self.dataset_dir / label_dir
        expected = " or ".join(" + ".join(layout) for layout in LAYOUTS)
        raise FileNotFoundError(f"`dataset_dir` {self.dataset_dir} is not laid out as BTCV: expected {expected} in it.")


def check_dataset_dir(folder: Path, whose: str) -> None:
    """Raise ``FileNotFoundError`` where the dataset's folder is none."""
    if not folder.is_dir():
        raise FileNotFoundError(f"`dataset_dir` {folder} is no folder. Give {whose} with --dataset_dir.")


def by_number(folder: Path) -> dict[str, Path]:
    """Return a folder's NIfTI files by the case number that ends their names (``img0001.nii.gz`` -> ``0001``)."""
    files: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if not path.name.endswith(NIFTI_SUFFIXES):
            continue
        match = re.search(r"(\d+)(?:_0000)?\.nii(\.gz)?$", path.name)
        if match is None:
            raise ValueError(f"{path} has no case number at the end of its name (expected e.g. img0001.nii.gz).")
        if match[1] in files:
            raise ValueError(f"{files[match[1]]} and {path} have the same case number {match[1]}.")
        files[match[1]] = path
    if not files:
        raise FileNotFoundError(f"{folder} holds no .nii.gz or .nii file.")
    return files


def patients(cases: Iterable[str], same_patient: Sequence[Sequence[str]]) -> dict[str, str]:
    """Return the patient of each case: the case's own number, or all numbers of a patient joined by ``+``.

    Raises:
        ValueError: if ``same_patient`` names a case that is not there, or names one twice.
    """
    patient = {case: case for case in cases}
    named = [case for group in same_patient for case in group]
    for case in named:
        if case not in patient:
            raise ValueError(f"`same_patient` names case {case!r}, which is not there; {nearest_names(case, patient)}.")
        if named.count(case) > 1:
            raise ValueError(f"`same_patient` names case {case!r} more than once: join the lists that hold it.")
    for group in same_patient:
        patient.update(dict.fromkeys(group, "+".join(sorted(group))))
    return patient
