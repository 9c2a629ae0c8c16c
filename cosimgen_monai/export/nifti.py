"""NIfTI pairs in nnU-Net v2's layout, with a ``dataset.json`` that nnU-Net and MONAI's Decathlon reader accept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
from ignite.engine import Engine, Events
from numpy.typing import NDArray

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.export.manifest import Manifest, sample_id
from cosimgen_monai.export.nnunet_labels import NnUNetLabels
from cosimgen_monai.settings import atomic_write

DESCRIPTION = "SYNTHETIC image drawn by CoSimGen; no patient"
"""Stands in every header's ``descrip`` field (80 bytes at most)."""


class NiftiWriter:
    """Write each sample as ``imagesTr/<id>_0000.nii.gz`` and ``labelsTr/<id>.nii.gz``.

    CT slices are volumes one slice thick: int16 HU and uint8 ids on one grid, RAS affine, true pixel size (field of
    view / size). Images of other modalities are three 8-bit channels (``_0000`` to ``_0002``) of 1 mm, upright in a
    viewer. Label ids are nnU-Net's (:class:`NnUNetLabels`); ``dataset.json`` names them.

    Args:
        folder: where the dataset goes.
        card: the model's file.
        manifest: the run's manifest, which counts the samples.
    """

    def __init__(self, folder: str | Path, card: dict[str, Any], manifest: Manifest) -> None:
        self.folder = Path(folder)
        self.card = card
        self.labels = NnUNetLabels(ClassTable(**card["classes"]))
        self.manifest = manifest

    def attach(self, engine: Engine) -> None:
        """Attach to a generator, before its manifest."""
        engine.add_event_handler(Events.ITERATION_COMPLETED, self._write)
        engine.add_event_handler(Events.COMPLETED, self._describe)

    def _write(self, engine: Engine) -> None:
        output: Any = engine.state.output
        for sample in output:
            name, native = sample_id(sample["request"]), sample["native"]
            channels = native[None] if native.ndim == 2 else native
            affine = self._affine(*native.shape[-2:])
            for k, channel in enumerate(channels):
                _save(self.folder / "imagesTr" / f"{name}_{k:04d}.nii.gz", channel, affine)
            _save(self.folder / "labelsTr" / f"{name}.nii.gz", self.labels(sample["label"][0].numpy()), affine)

    def _description(self) -> str:
        images = self.card["images"]
        description = f"{DESCRIPTION}. Trained on {images['dataset']}."
        if images["modality"] == "CT":
            description += " Slices, not volumes. HU are clipped to {} to {}.".format(*images["window"])
        return description

    def _affine(self, height: int, width: int) -> NDArray[np.float64]:
        """Return voxel indices to RAS mm, the image's middle at the origin."""
        field_of_view = self.card["images"].get("field_of_view")
        spacing = field_of_view / width if field_of_view else 1.0
        affine = np.diag([spacing, spacing, self.card.get("slice_spacing") or 1.0, 1.0])
        affine[:2, 3] = -spacing * (width - 1) / 2, -spacing * (height - 1) / 2
        return affine

    def _describe(self, engine: Engine) -> None:
        names = [row["id"] for row in self.manifest.rows]
        channels = ["CT"] if self.card["images"]["modality"] == "CT" else ["R", "G", "B"]
        content = {
            "name": "CoSimGen",
            "description": self._description(),
            "licence": self.card["images"]["terms"],
            "channel_names": {str(k): channel for k, channel in enumerate(channels)},
            "labels": self.labels.names,
            "numTraining": len(names),
            "file_ending": ".nii.gz",
            "training": [
                {"image": _listed(name, len(channels)), "label": f"./labelsTr/{name}.nii.gz"} for name in names
            ],
        }
        with atomic_write(self.folder / "dataset.json") as draft:
            draft.write_text(json.dumps(content, indent=1), "utf-8")


def _listed(name: str, num_channels: int) -> str | list[str]:
    """Return an image's file as MONAI's data lists name it, or its files, one a channel."""
    files = [f"./imagesTr/{name}_{k:04d}.nii.gz" for k in range(num_channels)]
    return files[0] if num_channels == 1 else files


def _save(path: Path, display: NDArray[Any], affine: NDArray[np.float64]) -> None:
    """Save a slice (H W, radiological display: anterior and the patient's right first) as an X Y 1 volume."""
    volume = nib.Nifti1Image(np.ascontiguousarray(display[::-1, ::-1].T)[:, :, None], affine)
    volume.set_sform(affine, code=1)
    volume.set_qform(affine, code=1)
    volume.header.set_xyzt_units("mm")
    volume.header["descrip"] = DESCRIPTION
    with atomic_write(path) as draft:
        nib.save(volume, draft)
