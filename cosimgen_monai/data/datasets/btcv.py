"""BTCV, abdominal CT (https://www.synapse.org/Synapse:syn3193805, "Beyond the Cranial Vault")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.data.datasets.case_numbers import by_number, only_file, patients
from cosimgen_monai.data.faults import Faults
from cosimgen_monai.data.file_source import FileSource
from cosimgen_monai.data.readers.ct_volume import CTPair, read_ct_pair
from cosimgen_monai.data.readers.description import describe_volume
from cosimgen_monai.data.resampling.ct_view import CTView

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


class BTCV(FileSource):
    """The Synapse release: ``RawData/Training/{img,label}`` or ``imagesTr/labelsTr``, paired by case number.

    Args:
        dataset_dir: the folder that holds ``RawData`` or ``imagesTr``.
        field_of_view: side of the square that every slice shows, in mm; padded with air, never stretched.
        window: HU of black and white; -175 to 250 is MONAI's, -125 to 275 TransUNet's.
        same_patient: case numbers that are one patient, such as ``[["0003", "0017"]]``: a split keeps them together.
        on_fault: ``raise`` or ``skip``, see :class:`FileSource`.

    Raises:
        ValueError: if no folder is given, or a key is wrong.
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
        on_fault: str = "raise",
    ) -> None:
        super().__init__(dataset_dir, on_fault)
        self.view = CTView(field_of_view, window)
        self.window = self.view.window
        self.field_of_view = self.view.field_of_view
        self.same_patient = [[str(case) for case in cases] for cases in same_patient]
        self.classes = ClassTable(CLASS_NAMES, background=0)

    def find(self, faults: Faults) -> list[dict[str, str]]:
        """List the volumes as dicts of ``image``, ``label`` and ``group`` (the patient: its case number), by number."""
        image_dir, label_dir = self._folders()
        images, labels = by_number(image_dir, faults), by_number(label_dir, faults)
        patient = patients(images.keys() | labels.keys(), self.same_patient)
        items = []
        for number in sorted(patient):
            with faults.left_out():
                some_file = (images.get(number) or labels[number])[0]
                image, label = (
                    only_file(files, number, what, some_file, str(folder / f"*{number}.nii.gz"))
                    for files, what, folder in ((images, "image", image_dir), (labels, "label", label_dir))
                )
                items.append({"image": image, "label": label, "group": patient[number]})
        return items

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
        for image_dir, label_dir in LAYOUTS:
            if (self.dataset_dir / image_dir).is_dir() and (self.dataset_dir / label_dir).is_dir():
                return self.dataset_dir / image_dir, self.dataset_dir / label_dir
        expected = " or ".join(" + ".join(layout) for layout in LAYOUTS)
        raise FileNotFoundError(f"`dataset_dir` {self.dataset_dir} is not laid out as BTCV: expected {expected} in it.")
