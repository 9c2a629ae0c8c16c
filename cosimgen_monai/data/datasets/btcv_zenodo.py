"""BTCV's and TCIA's labels as re-released with more organs (https://zenodo.org/records/1169361).

The record holds labels and ``cropping.csv``; the images come from Synapse (BTCV) and from TCIA's Pancreas-CT. Gibson et
al., "Automatic Multi-organ Segmentation on Abdominal CT with Dense V-networks", 2018.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.data.datasets.btcv import BTCV, CLASS_NAMES
from cosimgen_monai.data.datasets.case_numbers import Numbered, by_number, only_file, patients, series_by_number
from cosimgen_monai.data.datasets.cropping import crop_box, read_crops
from cosimgen_monai.data.faults import Faults
from cosimgen_monai.data.readers.ct_volume import (
    CTPair,
    check_same_grid,
    ids_of_voxels,
    outside_of,
    read_image_volume,
)
from cosimgen_monai.data.readers.volume import read_volume

logger = logging.getLogger(__name__)

LABEL_DIRS = {"btcv": "label_btcv_multiorgan", "tcia": "label_tcia_multiorgan"}
IMAGE_DIRS = {
    "btcv": ("image_btcv_multiorgan", "RawData/Training/img", "RawData/Testing/img", "img"),
    "tcia": ("image_tcia_multiorgan", "Pancreas-CT"),
}
"""Where images are looked for, below the dataset's folder: all that are there."""
CROPPING = "cropping.csv"
DUODENUM = 14
ORGANS = {
    8: (1, 3, 4, 5, 6, 7, 11, DUODENUM),
    13: tuple(range(1, 14)),
    14: tuple(range(1, 15)),
}
"""The release's ids that stay, by their number; the others become background."""
LAST_WITH_ALL_ORGANS = 40
"""BTCV's training cases (0001 to 0040) have all organs; its test cases and TCIA's have the eight alone."""


class BTCVZenodo(BTCV):
    """The Zenodo release: ``label_btcv_multiorgan``, ``label_tcia_multiorgan``, ``cropping.csv`` and image folders.

    Volumes are cropped to the region that ``cropping.csv`` gives, since outside it the labels may be incomplete.

    Args:
        dataset_dir: the folder that holds all of these; images in one of ``IMAGE_DIRS``, paired by number.
        organs: 14; 13 (BTCV's own classes: the duodenum becomes background); or 8, those labelled in every case. With
            13 and 14 only the cases in which all are labelled are used.
        field_of_view: as in :class:`BTCV`.
        window: as in :class:`BTCV`.
        same_patient: as in :class:`BTCV`, of cases such as ``btcv-0001``.
        on_fault: as in :class:`BTCV`; a label without an image or a row in ``cropping.csv`` is at fault too.

    Raises:
        ValueError: if no folder is given, or a key is wrong.
    """

    name = "BTCV-Zenodo"
    terms = "Labels: Zenodo 1169361. Images: BTCV (registration with Synapse; research use only) and TCIA Pancreas-CT."

    def __init__(
        self,
        dataset_dir: str | Path | None,
        organs: int = 14,
        field_of_view: float = 400.0,
        window: tuple[float, float] = (-175.0, 250.0),
        same_patient: Sequence[Sequence[str]] = (),
        on_fault: str = "raise",
    ) -> None:
        super().__init__(dataset_dir, field_of_view, window, same_patient, on_fault)
        if organs not in ORGANS:
            raise ValueError(f"`organs` must be 8, 13 or 14, got {organs!r}.")
        names = (*CLASS_NAMES, "duodenum")
        self.organs = organs
        self.classes = ClassTable(("background", *(names[i] for i in ORGANS[organs])), background=0)
        kept = {code: i for i, code in enumerate(ORGANS[organs], start=1)}
        self.table = {code: kept.get(code, 0) for code in range(len(names))}

    def find(self, faults: Faults) -> list[dict[str, str]]:
        """List the volumes as dicts of ``image``, ``label`` and ``group`` (the patient), by release and number."""
        crops = self._crops()
        images, labels = self._files(faults)
        cases = self._usable(labels)
        patient = patients(cases, self.same_patient)
        items = []
        for case in cases:
            with faults.left_out():
                label = only_file(labels, case, "label", self.dataset_dir, "one")
                image = only_file(images, case, "image", Path(label), self._expected(case))
                if case not in crops:
                    raise ValueError(f"{label} has no row in {self.dataset_dir / CROPPING}. Fetch the file again.")
                items.append({"image": image, "label": label, "group": patient[case]})
        if unlabelled := sorted(images.keys() - labels.keys()):
            logger.warning("%d image(s) have no label and are left out: %s", len(unlabelled), ", ".join(unlabelled))
        return items

    def read_volume(self, item: dict[str, str]) -> CTPair:
        """Read an item's volume and label, cropped to where the label is complete."""
        image_path, label_path = Path(item["image"]), Path(item["label"])
        image, label = read_image_volume(image_path), read_volume(label_path)
        check_same_grid(image, label, image_path, label_path)
        ids = ids_of_voxels(label.voxels, self.table, label_path, self.classes)
        box = crop_box(image, self._crops()[_case_of(label_path)], label_path)
        kept = (ids[box] > 0).sum()
        if 2 * kept < (ids > 0).sum():
            raise ValueError(
                f"{label_path}: the region in cropping.csv holds {kept} of {(ids > 0).sum()} labelled voxels, so it is "
                "not this file's. Fetch cropping.csv and the labels from the same release."
            )
        return CTPair(image.voxels[box], ids[box], image.spacing, outside_of(self.classes))

    def settings(self) -> dict[str, Any]:
        """Return what shapes a cached slice, beside the files."""
        crops = {case: list(crop) for case, crop in sorted(self._crops().items())}
        return {**super().settings(), "organs": self.organs, "crops": crops}

    def _files(self, faults: Faults) -> tuple[Numbered, Numbered]:
        """Return the images and the labels of both parts by case, such as ``btcv-0001``."""
        images: Numbered = {}
        labels: Numbered = {}
        for part, label_dir in LABEL_DIRS.items():
            if (self.dataset_dir / label_dir).is_dir():
                labels |= _cases(part, by_number(self.dataset_dir / label_dir, faults))
                images |= _cases(part, self._images(part, faults))
        if not labels:
            raise FileNotFoundError(
                f"`dataset_dir` {self.dataset_dir} is not laid out as the Zenodo release: expected "
                f"{' or '.join(LABEL_DIRS.values())} in it. For Synapse's own labels use --release synapse."
            )
        return images, labels

    def _images(self, part: str, faults: Faults) -> Numbered:
        """Return a part's images by number; of all folders of ``IMAGE_DIRS`` that are there, the first counts."""
        images: Numbered = {}
        for folder in (self.dataset_dir / name for name in IMAGE_DIRS[part]):
            if folder.is_dir():
                images = {**(series_by_number(folder, faults) or by_number(folder, faults)), **images}
        return images

    def _expected(self, case: str) -> str:
        """Say where a case's image should be."""
        part, number = case.split("-")
        return f"*{number}.nii.gz in {' or '.join(str(self.dataset_dir / folder) for folder in IMAGE_DIRS[part])}"

    def _usable(self, labels: Numbered) -> list[str]:
        """Return the cases in which the asked organs are labelled; say how many are left out."""
        if self.organs == 8:
            return sorted(labels)
        whole = [case for case in labels if case.startswith("btcv") and int(case[5:]) <= LAST_WITH_ALL_ORGANS]
        if len(whole) < len(labels):
            logger.warning(
                "%d of %d case(s) have eight organs labelled only and are left out (--organs 8 takes them too): %s",
                len(labels) - len(whole),
                len(labels),
                ", ".join(sorted(labels.keys() - set(whole))),
            )
        if not whole:
            raise ValueError(
                f"{self.dataset_dir} holds no case with {self.organs} organs labelled (BTCV 0001 to 0040): use "
                "--organs 8."
            )
        return sorted(whole)

    def _crops(self) -> dict[str, tuple[int, ...]]:
        return read_crops(self.dataset_dir / CROPPING)


def open_btcv(release: str, organs: int | None = None, **options: Any) -> BTCV:
    """Open BTCV in one of its two releases.

    Args:
        release: ``synapse`` or ``zenodo``.
        organs: 8, 13 or 14 of the Zenodo release (``None`` is 14); Synapse's has 13.
        options: arguments of :class:`BTCV`.

    Raises:
        ValueError: if the release is unknown, or does not have that many organs.
    """
    if release == "zenodo":
        return BTCVZenodo(organs=14 if organs is None else organs, **options)
    if release != "synapse":
        raise ValueError(f"`release` must be 'synapse' or 'zenodo', got {release!r}.")
    if organs not in (None, 13):
        raise ValueError(f"`organs` is {organs!r}, but Synapse's release has 13: use --release zenodo for 8 or 14.")
    return BTCV(**options)


def _cases(part: str, files: Numbered) -> Numbered:
    return {f"{part}-{number}": paths for number, paths in files.items()}


def _case_of(label_path: Path) -> str:
    number = re.search(r"(\d+)\.nii(\.gz)?$", label_path.name)
    part = next(part for part, folder in LABEL_DIRS.items() if label_path.parent.name == folder)
    return f"{part}-{number[1] if number else ''}"
