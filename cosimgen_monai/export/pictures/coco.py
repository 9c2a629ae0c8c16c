"""COCO: the labels' regions as run lengths in one JSON (https://cocodataset.org/#format-data)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from cosimgen_monai.export.json_lists import write_json_lists
from cosimgen_monai.export.nifti.nnunet_labels import NnUNetLabels
from cosimgen_monai.export.optional import import_for_export
from cosimgen_monai.export.pictures.png import picture_of, save_picture
from cosimgen_monai.export.record.manifest import Manifest, sample_id
from cosimgen_monai.export.writer import SampleWriter
from cosimgen_monai.settings import atomic_write


class CocoWriter(SampleWriter):
    """Write ``images/<id>.png``, ``labels/<id>.png`` and ``annotations.json``.

    An annotation is all of a class in an image: masks are semantic, so two cats are one region, and ``iscrowd`` is 0.
    Category ids begin with 1, as nnU-Net's do; the background and the void are no categories. Labels hold the category
    ids as grey values (255 the void), which is COCO-Stuff's form.

    Args:
        folder: where the files go.
        card: the model's file.
        palette: the model's palette.
        manifest: the run's manifest.

    Raises:
        ModuleNotFoundError: if pycocotools is not installed.
    """

    def __init__(self, folder: str | Path, card: dict[str, Any], palette: torch.Tensor, manifest: Manifest) -> None:
        super().__init__(folder, card, palette, manifest)
        self.rle = import_for_export("pycocotools.mask", "The format coco")
        objects = self.classes.objects
        self.categories = dict(zip(range(1, len(objects) + 1), self.classes.names_of(objects), strict=True))
        self.labels = NnUNetLabels(self.classes)

    def write(self, sample: dict[str, Any]) -> None:
        """Write a sample's image and label."""
        name, label = f"{sample_id(sample['request'])}.png", sample["label"][0].numpy()
        ids = np.where(label == 255, 255, self.labels(label)).astype(np.uint8)
        save_picture(self.folder / "images" / name, Image.fromarray(picture_of(sample)))
        save_picture(self.folder / "labels" / name, Image.fromarray(ids))

    def finish(self) -> None:
        """Write ``annotations.json`` from the labels."""
        images = self.card["images"]
        head = {
            "info": {"description": f"SYNTHETIC images drawn by CoSimGen, trained on {images['dataset']}."},
            "licenses": [{"id": 1, "name": images["terms"], "url": ""}],
            "categories": [{"id": i, "name": name, "supercategory": ""} for i, name in self.categories.items()],
        }
        with atomic_write(self.folder / "annotations.json") as draft:
            write_json_lists(draft, head, {"images": self._images(), "annotations": self._annotations()})

    def _images(self) -> Iterator[dict[str, Any]]:
        for image_id, name in self._files():
            with Image.open(self.folder / "labels" / name) as picture:
                size = {"width": picture.width, "height": picture.height}
            yield {"id": image_id, "file_name": name, **size, "license": 1}

    def _annotations(self) -> Iterator[dict[str, Any]]:
        number = 0
        for image_id, name in self._files():
            label = np.asarray(Image.open(self.folder / "labels" / name))
            for category in self.categories:
                if (mask := label == category).any():
                    number += 1
                    yield {"id": number, "image_id": image_id, "category_id": category, **self._region(mask)}

    def _files(self) -> Iterator[tuple[int, str]]:
        for row in self.manifest.rows:
            yield int(row["id"].rsplit("_", 1)[1]) + 1, f"{row['id']}.png"

    def _region(self, mask: NDArray[np.bool_]) -> dict[str, Any]:
        run_lengths = self.rle.encode(np.asfortranarray(mask.astype(np.uint8)))
        return {
            "segmentation": {"size": run_lengths["size"], "counts": run_lengths["counts"].decode()},
            "area": int(self.rle.area(run_lengths)),
            "bbox": [float(value) for value in self.rle.toBbox(run_lengths)],
            "iscrowd": 0,
        }
