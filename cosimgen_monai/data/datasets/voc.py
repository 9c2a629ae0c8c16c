"""PASCAL VOC 2012, photographs (http://host.robots.ox.ac.uk/pascal/VOC/voc2012/)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cosimgen_monai.codec import VOID, ClassTable
from cosimgen_monai.data.datasets.rgb_source import RGBSource
from cosimgen_monai.data.readers.mask import label_of_codes, read_mask
from cosimgen_monai.settings import as_boolean

CLASS_NAMES = (
    "background",
    "aeroplane",
    "bicycle",
    "bird",
    "boat",
    "bottle",
    "bus",
    "car",
    "cat",
    "chair",
    "cow",
    "diningtable",
    "dog",
    "horse",
    "motorbike",
    "person",
    "pottedplant",
    "sheep",
    "sofa",
    "train",
    "tvmonitor",
)
LAYOUTS = (".", "VOC2012", "VOCdevkit/VOC2012")
"""Where ``JPEGImages`` lies, below the dataset's folder."""


class VOC2012(RGBSource):
    """``JPEGImages`` with palette masks whose index is the class, and the official lists of train and val.

    Args:
        dataset_dir: ``VOC2012``, or a folder that holds it or ``VOCdevkit``.
        fit: ``squash`` or ``pad``, see :class:`RGBSource`.
        augmented: whether to train on ``train_aug.txt`` with ``SegmentationClassAug`` (10,582 photos, SBD's masks).

    Raises:
        FileNotFoundError: if the folder is missing, not laid out as VOC, or a listed file is missing.
        ValueError: if no folder is given.
    """

    name = "PASCAL VOC 2012"
    group_name = "photo"
    classes = ClassTable(CLASS_NAMES, background=0, has_void=True)
    native_size: tuple[int, int] | None = (375, 500)  # the commonest of many
    terms = "PASCAL VOC 2012: the photos are flickr's, under its terms of use; research use, cite the challenge."

    def __init__(self, dataset_dir: str | Path | None, fit: str = "squash", augmented: bool | str = False) -> None:
        super().__init__(dataset_dir, fit)
        if fit == "pad":
            self.native_size = None  # photos differ in shape: there is no one margin to cut off a drawn one
        self.augmented = as_boolean("augmented", augmented)

    def items(self) -> list[dict[str, str]]:
        """List the photos as dicts of ``image``, ``label``, ``group`` (the photo itself) and ``part``.

        ``part`` (``train`` or ``val``) comes from the official lists; without any list, all masks are taken.
        """
        root = self._root()
        train = ("train_aug", "SegmentationClassAug") if self.augmented else ("train", "SegmentationClass")
        lists = {"train": train, "val": ("val", "SegmentationClass")}
        rows = []
        for part, (name, folder) in lists.items():
            file = root / "ImageSets" / "Segmentation" / f"{name}.txt"
            if file.is_file():
                rows += [{**_row(root, photo, folder), "part": part} for photo in _listed(file)]
            elif part == "train" and self.augmented:
                raise FileNotFoundError(f"`augmented` is set, but {file} is missing: add it, or leave the key out.")
        if not rows:
            rows = [_row(root, path.stem, "SegmentationClass") for path in sorted((root / train[1]).glob("*.png"))]
        if not rows:
            raise FileNotFoundError(f"{root} lists no photo in ImageSets/Segmentation and holds no mask.")
        return rows

    def read_label(self, path: Path) -> NDArray[np.uint8]:
        """Read a palette mask's indices as ids (H W); 255 is void."""
        table = {class_id: class_id for class_id in range(self.classes.num_classes)}
        return label_of_codes(read_mask(path), table | {255: VOID}, path)

    def settings(self) -> dict[str, Any]:
        """Return what shapes a cached pair, beside the files."""
        return {**super().settings(), "augmented": self.augmented}

    def _root(self) -> Path:
        for layout in LAYOUTS:
            root = self.dataset_dir / layout
            if (root / "JPEGImages").is_dir() and (root / "SegmentationClass").is_dir():
                return root
        raise FileNotFoundError(
            f"`dataset_dir` {self.dataset_dir} is not laid out as VOC: expected JPEGImages and SegmentationClass in "
            "it, or in VOC2012 or VOCdevkit/VOC2012 below it."
        )


def _listed(file: Path) -> list[str]:
    """Return the photos of a list; train_aug lists name them by id, or by the paths of image and mask."""
    return [Path(line.split()[0]).stem for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def _row(root: Path, photo: str, folder: str) -> dict[str, str]:
    image, label = root / "JPEGImages" / f"{photo}.jpg", root / folder / f"{photo}.png"
    for have, lack in ((image, label), (label, image)):
        if not lack.is_file():
            raise FileNotFoundError(f"{lack} is missing ({have} is its partner): add it, or take {photo} off the list.")
    return {"image": str(image), "label": str(label), "group": photo}
