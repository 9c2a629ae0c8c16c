"""Anybody's own images and masks: pictures or CT volumes in a folder, and one JSON file that names the classes.

Where the files lie is said by two paths with named parts (:mod:`~cosimgen_monai.data.folder.path_template`), what their
labels mean by a class file (:mod:`~cosimgen_monai.data.folder.class_file`); ``bundle/docs/own_data.md`` shows both for
several layouts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cosimgen_monai.data.faults import Faults
from cosimgen_monai.data.file_source import FileSource
from cosimgen_monai.data.folder.class_file import read_class_file
from cosimgen_monai.data.folder.groups import group_of
from cosimgen_monai.data.folder.labels import LabelReader
from cosimgen_monai.data.folder.pairing import Pairing
from cosimgen_monai.data.folder.path_template import PICTURE_SUFFIXES, PathTemplate
from cosimgen_monai.data.readers.description import describe_picture, describe_volume
from cosimgen_monai.data.readers.picture import common_size, read_picture
from cosimgen_monai.data.resampling.ct_view import CTView
from cosimgen_monai.data.resampling.square import check_fit, to_square

MODALITIES = ("auto", "CT", "RGB")


class Folder(FileSource):
    """Images and labels paired by what their paths share.

    Args:
        dataset_dir: the folder.
        images: where the images are, below it: PNG, JPEG, TIFF, NIfTI, NRRD, MHA, or folders of one DICOM series.
        labels: where their labels are.
        class_file: the JSON of class names, below the folder or anywhere else.
        group: regular expression whose first group (or all of it) in an image's path is what splits keep together, such
            as a patient; by default the templates' ``{group}``, else the first folder of the stem, else the stem.
        modality: ``CT`` for volumes, ``RGB`` for pictures, ``auto`` for whichever is there.
        window: of volumes, the values of black and white (HU for CT).
        field_of_view: of volumes, the side of the square that every slice shows, in mm.
        fit: of pictures, how they become square: ``squash`` or ``pad`` (see :class:`RGBSource`).
        on_fault: ``raise`` or ``skip``, see :class:`FileSource`.
        dataset_name: the name that stands in a model's file.
        terms: the data's terms, as they shall stand in a model's file.

    Raises:
        FileNotFoundError: if the folder or the class file is missing.
        ValueError: if a key is wrong, or files do not pair and ``on_fault`` is ``raise``.
    """

    group_name = "group"

    def __init__(
        self,
        dataset_dir: str | Path | None,
        images: str = "images/{stem}.*",
        labels: str = "labels/{stem}.*",
        class_file: str = "classes.json",
        group: str | None = None,
        modality: str = "auto",
        window: tuple[float, float] = (-175.0, 250.0),
        field_of_view: float = 400.0,
        fit: str = "squash",
        on_fault: str = "raise",
        dataset_name: str = "folder",
        terms: str = "The user's own data.",
    ) -> None:
        super().__init__(dataset_dir, on_fault)
        if not re.fullmatch(r"[\w. -]+", dataset_name):
            raise ValueError(f"`dataset_name` is a plain name of letters and digits, got {dataset_name!r}.")
        self.name, self.terms, self.group, self.fit = dataset_name, terms, group, check_fit(fit)
        self.pairing = Pairing(PathTemplate("images", images), PathTemplate("labels", labels))
        self.check_folder()
        self.class_file = read_class_file(self._class_path(class_file), self.pairing.labels.has("class"))
        self._rows = super().items()
        self.modality = self._modality(modality)
        padded = self.class_file.classes.background is None if self.modality == "CT" else fit == "pad"
        self.classes = replace(self.class_file.classes, has_void=self.class_file.classes.has_void or padded)
        self.view = CTView(field_of_view, window)
        self.window = self.view.window if self.modality == "CT" else (0.0, 255.0)
        self.labels = LabelReader(self.class_file, self.pairing, self.dataset_dir)
        self.labels.check_masks(self._rows)

    def items(self) -> list[dict[str, str]]:
        """List the pairs as dicts of ``image``, ``label``, ``group`` and ``stem``, by stem."""
        return [dict(row) for row in self._rows]

    def find(self, faults: Faults) -> list[dict[str, str]]:
        """Find the pairs, see :meth:`items`."""
        rows = self.pairing.items(self.dataset_dir, faults)
        for row in rows:
            path = Path(row["image"]).relative_to(self.dataset_dir).as_posix()
            row["group"] = group_of(path, row["stem"], self.group)
        return rows

    def read(self, item: dict[str, str], image_size: int) -> Iterator[dict[str, Any]]:
        """Read an item's pairs at the training size.

        Yields:
            for pictures, dicts of ``image`` (uint8, 3 H W), ``label`` (uint8 ids, 1 H W) and
            ``group``; for volumes, what :meth:`CTView.pairs` yields.
        """
        if self.modality == "CT":
            yield from self.view.pairs(self.labels.read_ct(item), item["group"], image_size)
        else:
            image, label = self._native_picture(item)
            yield {**to_square(image, label, image_size, self.classes.num_classes, self.fit), "group": item["group"]}

    def describe(self, item: dict[str, str]) -> dict[str, Any]:
        """Return an item's size, spacing and range of values; its label is read too."""
        if self.modality == "CT":
            return describe_volume(self.labels.read_ct(item))
        return describe_picture(self._native_picture(item)[0])

    def settings(self) -> dict[str, Any]:
        """Return what shapes a cached pair, beside the items' own files."""
        ct = {"field_of_view": self.view.field_of_view, "window": self.window}
        view = ct if self.modality == "CT" else {"fit": self.fit}
        templates = [self.pairing.images.text, self.pairing.labels.text]
        facts = {"labels": self.class_file.to_json(), "templates": templates}
        return {"source": "folder", "modality": self.modality, **view, **facts}

    def card(self) -> dict[str, Any]:
        """Return what a model's file says of its training data's images."""
        images = {"dataset": self.name, "modality": self.modality, "window": self.window, "terms": self.terms}
        if self.modality == "CT":
            return {**images, "field_of_view": self.view.field_of_view}
        native_size = common_size([row["image"] for row in self._rows])
        return {**images, "fit": self.fit, "native_size": native_size} if native_size else images

    def _class_path(self, class_file: str) -> Path:
        """A class file may lie anywhere; its place below the dataset's folder goes first."""
        below = self.dataset_dir / class_file
        return below if below.is_file() or not Path(class_file).is_file() else Path(class_file)

    def _modality(self, modality: str) -> str:
        if modality not in MODALITIES:
            raise ValueError(f"`modality` must be one of {', '.join(MODALITIES)}, got {modality!r}.")
        by_kind = {
            "RGB" if row["image"].lower().endswith(PICTURE_SUFFIXES) else "CT": row["image"] for row in self._rows
        }
        if len(by_kind) > 1:
            raise ValueError(
                f"`images` fits both pictures ({by_kind['RGB']}) and volumes ({by_kind['CT']}): "
                "a model learns one kind. Narrow it with --images."
            )
        kind, example = next(iter(by_kind.items()))
        if modality not in ("auto", kind):
            what = "a picture, and pictures are RGB" if kind == "RGB" else "a volume, and volumes count as CT"
            raise ValueError(f"`modality` is {modality}, but {example} is {what}: use --modality auto.")
        return kind

    def _native_picture(self, item: dict[str, str]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        image = read_picture(item["image"])
        return image, self.labels.read_picture_label(item, image)
