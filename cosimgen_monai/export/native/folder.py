"""Somebody's own data: the default layout of the overlay ``folder.json``, with the class file that it reads."""

from __future__ import annotations

import json
from typing import Any

from PIL import Image

from cosimgen_monai.codec import VOID
from cosimgen_monai.export.nifti.slice_volume import save_slice, slice_affine
from cosimgen_monai.export.pictures.png import picture_of, save_picture
from cosimgen_monai.export.record.manifest import sample_id
from cosimgen_monai.export.writer import SampleWriter
from cosimgen_monai.settings import atomic_write


class FolderLayout(SampleWriter):
    """Write ``images/<id>``, ``labels/<id>`` and ``classes.json``: PNGs, or NIfTI slices where the model draws CT.

    Label values are the class ids, 255 the void.
    """

    def write(self, sample: dict[str, Any]) -> None:
        """Write a sample's image and label."""
        name, label = sample_id(sample["request"]), sample["label"][0].numpy()
        if sample["native"].ndim == 2:
            affine = slice_affine(self.card, *label.shape)
            save_slice(self.folder / "images" / f"{name}.nii.gz", sample["native"], affine)
            save_slice(self.folder / "labels" / f"{name}.nii.gz", label, affine)
        else:
            save_picture(self.folder / "images" / f"{name}.png", Image.fromarray(picture_of(sample)))
            save_picture(self.folder / "labels" / f"{name}.png", Image.fromarray(label))

    def finish(self) -> None:
        """Write the class file."""
        background = self.classes.background
        content = {
            "classes": [{"name": name, "value": i} for i, name in enumerate(self.classes.names)],
            **({} if background is None else {"background": self.classes.names[background]}),
            **({"void": [VOID]} if self.classes.has_void else {}),
        }
        with atomic_write(self.folder / "classes.json") as draft:
            draft.write_text(json.dumps(content, indent=1), "utf-8")
