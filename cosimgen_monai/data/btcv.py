"""BTCV, abdominal CT (https://www.synapse.org/Synapse:syn3193805, "Beyond the Cranial Vault")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.data.ct_volume import axial_slices, read_ct_pair

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

    Raises:
        FileNotFoundError: if the folder is missing or holds no pair in either layout.
        ValueError: if no folder is given, an image has no label, or a label no image (both names are given).
    """

    name = "BTCV"
    modality = "CT"
    group_name = "patient"

    def __init__(
        self,
        dataset_dir: str | Path | None,
        field_of_view: float = 400.0,
        window: tuple[float, float] = (-175.0, 250.0),
    ) -> None:
        if dataset_dir is None:
            raise ValueError(f"`dataset_dir` is not set: give the folder of {self.name} with --dataset_dir.")
        self.dataset_dir = Path(dataset_dir)
        self.field_of_view = float(field_of_view)
        low, high = (float(value) for value in window)
        if not low < high:
            raise ValueError(f"`window` must be [low, high] in HU with low below high, got {window!r}.")
        if self.field_of_view <= 0:
            raise ValueError(f"`field_of_view` must be a positive number of mm, got {field_of_view!r}.")
        self.window = (low, high)
        self.classes = ClassTable(CLASS_NAMES, background=0)

    def items(self) -> list[dict[str, str]]:
        """List the volumes as dicts of ``image``, ``label`` and ``group`` (the case number), by number."""
        image_dir, label_dir = self._folders()
        images, labels = _by_number(image_dir), _by_number(label_dir)
        for number in sorted(images.keys() ^ labels.keys()):
            have = images.get(number) or labels[number]
            lack = (label_dir if number in images else image_dir) / f"*{number}.nii.gz"
            what = "label" if number in images else "image"
            raise ValueError(f"{have} has no {what}: expected {lack}. Add the {what}, or take the file away.")
        return [
            {"image": str(images[number]), "label": str(labels[number]), "group": number} for number in sorted(images)
        ]

    def read(self, item: dict[str, str], image_size: int) -> Iterator[dict[str, Any]]:
        """Read a volume's axial slices at the training size.

        Yields:
            dicts of ``image`` (int16 HU, clipped to the window, 1 H W), ``label`` (uint8 ids, 1 H W), ``group``,
            ``slice`` (index from the feet) and ``slice_spacing`` (mm).
        """
        volume = read_ct_pair(Path(item["image"]), Path(item["label"]), self.classes)
        for index, (image, label) in enumerate(axial_slices(volume, image_size, self.field_of_view)):
            hu = np.clip(np.rint(image), *self.window).astype(np.int16)
            yield {
                "image": hu[None],
                "label": label[None],
                "group": item["group"],
                "slice": index,
                "slice_spacing": volume.spacing[2],
            }

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
            "terms": "BTCV: registration with Synapse; research use only.",
        }

    def _folders(self) -> tuple[Path, Path]:
        if not self.dataset_dir.is_dir():
            raise FileNotFoundError(f"`dataset_dir` {self.dataset_dir} is no folder. Give BTCV's with --dataset_dir.")
        for image_dir, label_dir in LAYOUTS:
            if (self.dataset_dir / image_dir).is_dir() and (self.dataset_dir / label_dir).is_dir():
                return self.dataset_dir / image_dir, self.dataset_dir / label_dir
        expected = " or ".join(" + ".join(layout) for layout in LAYOUTS)
        raise FileNotFoundError(f"`dataset_dir` {self.dataset_dir} is not laid out as BTCV: expected {expected} in it.")


def _by_number(folder: Path) -> dict[str, Path]:
    """Return a folder's NIfTI files by the case number that ends their names (``img0001.nii.gz`` -> ``0001``)."""
    files: dict[str, Path] = {}
    for path in sorted(folder.glob("*.nii*")):
        match = re.search(r"(\d+)(?:_0000)?\.nii(\.gz)?$", path.name)
        if match is None:
            raise ValueError(f"{path} has no case number at the end of its name (expected e.g. img0001.nii.gz).")
        if match[1] in files:
            raise ValueError(f"{files[match[1]]} and {path} have the same case number {match[1]}.")
        files[match[1]] = path
    if not files:
        raise FileNotFoundError(f"{folder} holds no .nii.gz or .nii file.")
    return files
