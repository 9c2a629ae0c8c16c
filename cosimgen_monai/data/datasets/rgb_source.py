"""What datasets of 8-bit colour pictures share: reading a pair and bringing it to the square that a model draws."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.data.file_source import FileSource
from cosimgen_monai.data.readers.alignment import check_aligned
from cosimgen_monai.data.readers.description import describe_picture
from cosimgen_monai.data.readers.picture import read_picture
from cosimgen_monai.data.resampling.square import check_fit, to_square


class RGBSource(FileSource):
    """A dataset of pictures, each with a mask file; a subclass finds the files and reads the masks.

    Args:
        dataset_dir: the dataset's folder.
        fit: how a picture becomes square: ``squash`` changes its shape (the paper), ``pad`` keeps it and fills up with
            black and void.
        on_fault: ``raise`` or ``skip``, see :class:`FileSource`.

    Raises:
        ValueError: if no folder is given, or a key is wrong.
    """

    group_name: str
    classes: ClassTable
    terms: str
    native_size: tuple[int, int] | None = None
    """Height and width of the dataset's pictures, to which drawn ones go back; ``None`` where they are square."""

    modality = "RGB"
    window = (0.0, 255.0)

    def __init__(self, dataset_dir: str | Path | None, fit: str = "squash", on_fault: str = "raise") -> None:
        super().__init__(dataset_dir, on_fault)
        self.fit = check_fit(fit)

    @abstractmethod
    def read_label(self, path: Path) -> NDArray[np.uint8]:
        """Read a mask file as ids (H W)."""

    def read_pair(self, item: dict[str, str]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Read a picture (uint8, H W 3) and its label (uint8 ids, H W) at native size.

        Raises:
            ValueError: if a file is damaged, the two are no match, or the mask holds what is in no table.
        """
        image, label = read_picture(item["image"]), self.read_label(Path(item["label"]))
        check_aligned(image, label, item["image"], item["label"])
        return image, label

    def read(self, item: dict[str, str], image_size: int) -> Iterator[dict[str, Any]]:
        """Read a picture at the training size.

        Yields:
            a dict of ``image`` (uint8, 3 H W), ``label`` (uint8 ids, 1 H W) and ``group``.
        """
        image, label = self.read_pair(item)
        yield {**to_square(image, label, image_size, self.classes.num_classes, self.fit), "group": item["group"]}

    def describe(self, item: dict[str, str]) -> dict[str, Any]:
        """Return a picture's width and height and its range of values; its mask is read too."""
        return describe_picture(self.read_pair(item)[0])

    def settings(self) -> dict[str, Any]:
        """Return what shapes a cached pair, beside the files."""
        return {"source": self.name, "fit": self.fit}

    def card(self) -> dict[str, Any]:
        """Return what a model's file says of its training data's images."""
        shape = {"fit": self.fit, "native_size": self.native_size} if self.native_size else {}
        return {
            "dataset": self.name,
            "modality": self.modality,
            "window": self.window,
            **shape,
            "terms": self.terms,
        }
