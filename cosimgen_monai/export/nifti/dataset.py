"""NIfTI pairs as an nnU-Net v2 dataset, whose ``dataset.json`` MONAI's Decathlon reader accepts too."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import torch

from cosimgen_monai.export.json_lists import write_json_lists
from cosimgen_monai.export.nifti.nnunet_labels import NnUNetLabels
from cosimgen_monai.export.nifti.slice_volume import DESCRIPTION, save_slice, slice_affine
from cosimgen_monai.export.record.manifest import Manifest, sample_id
from cosimgen_monai.export.writer import SampleWriter
from cosimgen_monai.settings import atomic_write

DATASET_ID = 900
"""nnU-Net's number of the dataset; 001 to 010 are the Decathlon's. The folder may be renamed."""


class NiftiWriter(SampleWriter):
    """Write each sample as ``imagesTr/<id>_0000.nii.gz`` and ``labelsTr/<id>.nii.gz`` of ``Dataset900_<Name>``.

    CT slices are volumes one slice thick: int16 HU and uint8 ids on one grid, RAS affine, true pixel size (field of
    view / size). Images of other modalities are three 8-bit channels (``_0000`` to ``_0002``) of 1 mm, upright in a
    viewer. Label ids are nnU-Net's (:class:`NnUNetLabels`); ``dataset.json`` names them.

    Args:
        folder: where the dataset's folder goes.
        card: the model's file.
        palette: the model's palette.
        manifest: the run's manifest.
    """

    def __init__(self, folder: str | Path, card: dict[str, Any], palette: torch.Tensor, manifest: Manifest) -> None:
        super().__init__(Path(folder) / dataset_folder(card["images"]["dataset"]), card, palette, manifest)
        self.labels = NnUNetLabels(self.classes)

    def write(self, sample: dict[str, Any]) -> None:
        """Write a sample's channels and its label."""
        name, native = sample_id(sample["request"]), sample["native"]
        affine = slice_affine(self.card, *native.shape[-2:])
        for k, channel in enumerate(native[None] if native.ndim == 2 else native):
            save_slice(self.folder / "imagesTr" / f"{name}_{k:04d}.nii.gz", channel, affine)
        save_slice(self.folder / "labelsTr" / f"{name}.nii.gz", self.labels(sample["label"][0].numpy()), affine)

    def finish(self) -> None:
        """Write ``dataset.json``."""
        channels = ["CT"] if self.card["images"]["modality"] == "CT" else ["R", "G", "B"]
        head = {
            "name": "CoSimGen",
            "description": self._description(),
            "licence": self.card["images"]["terms"],
            "channel_names": {str(k): channel for k, channel in enumerate(channels)},
            "labels": self.labels.names,
            "numTraining": len(self.manifest.rows),
            "file_ending": ".nii.gz",
        }
        names = (row["id"] for row in self.manifest.rows)
        pairs = ({"image": _listed(name, len(channels)), "label": f"./labelsTr/{name}.nii.gz"} for name in names)
        with atomic_write(self.folder / "dataset.json") as draft:
            write_json_lists(draft, head, {"training": pairs})

    def _description(self) -> str:
        images = self.card["images"]
        description = f"{DESCRIPTION}. Trained on {images['dataset']}."
        if images["modality"] == "CT":
            description += " Slices, not volumes. HU are clipped to {} to {}.".format(*images["window"])
        return description


def dataset_folder(name: str) -> str:
    """Return nnU-Net's folder name of a dataset: ``PASCAL VOC 2012`` -> ``Dataset900_PASCALVOC2012Synthetic``."""
    return f"Dataset{DATASET_ID:03d}_{re.sub(r'[^A-Za-z0-9]', '', name)}Synthetic"


def _listed(name: str, num_channels: int) -> str | list[str]:
    """Return an image's file as MONAI's data lists name it, or its files, one a channel."""
    files = [f"./imagesTr/{name}_{k:04d}.nii.gz" for k in range(num_channels)]
    return files[0] if num_channels == 1 else files
