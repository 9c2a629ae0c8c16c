"""PASCAL VOC 2012, photographs (http://host.robots.ox.ac.uk/pascal/VOC/voc2012/)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cosimgen_monai.codec import VOID, ClassTable
from cosimgen_monai.data.datasets.rgb_source import RGBSource
from cosimgen_monai.data.faults import Faults
from cosimgen_monai.data.readers.mask import label_of_codes, read_mask
from cosimgen_monai.data.readers.readable import check_readable, entries
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
LISTS, MASKS = "ImageSets/Segmentation", "SegmentationClass"
AUGMENTED_LISTS = ("train_aug.txt", "trainaug.txt")
LAYOUTS = (".", "VOC2012", "VOCdevkit/VOC2012")
"""Where ``JPEGImages`` lies, below the dataset's folder."""


class VOC2012(RGBSource):
    """``JPEGImages`` with palette masks whose index is the class, and the official lists of train and val.

    Args:
        dataset_dir: ``VOC2012``, or a folder that holds it or ``VOCdevkit``.
        fit: ``squash`` or ``pad``, see :class:`RGBSource`.
        augmented: whether to train on ``train_aug.txt`` (or ``trainaug.txt``) with ``SegmentationClassAug`` (10,582
            photos, SBD's masks).
        on_fault: ``raise`` or ``skip``, see :class:`FileSource`.

    Raises:
        ValueError: if no folder is given, or a key is wrong.
    """

    name = "PASCAL VOC 2012"
    group_name = "photo"
    classes = ClassTable(CLASS_NAMES, background=0, has_void=True)
    native_size: tuple[int, int] | None = (375, 500)  # the commonest of many
    terms = "PASCAL VOC 2012: the photos are flickr's, under its terms of use; research use, cite the challenge."

    def __init__(
        self,
        dataset_dir: str | Path | None,
        fit: str = "squash",
        augmented: bool | str = False,
        on_fault: str = "raise",
    ) -> None:
        super().__init__(dataset_dir, fit, on_fault)
        if fit == "pad":
            self.native_size = None  # photos differ in shape: there is no one margin to cut off a drawn one
        self.augmented = as_boolean("augmented", augmented)

    def find(self, faults: Faults) -> list[dict[str, str]]:
        """List the photos as dicts of ``image``, ``label``, ``group`` (the photo itself) and ``part``.

        ``part`` (``train`` or ``val``) comes from the official lists; without any list, all masks are taken.
        """
        root = self._root()
        lists = {"train": (root / LISTS / "train.txt", MASKS), "val": (root / LISTS / "val.txt", MASKS)}
        if self.augmented:
            lists["train"] = (_augmented_list(root / LISTS), "SegmentationClassAug")
        photos, items = _names(root / "JPEGImages"), []
        for part, (file, folder) in lists.items():
            rows = _rows(root, _listed(file), folder, photos, faults)
            items += [{**row, "part": part} for row in rows]
        if not items and not faults.messages:
            masks = sorted(name.removesuffix(".png") for name in _names(root / MASKS) if name.endswith(".png"))
            items = _rows(root, masks, MASKS, photos, faults)
        if not items and not faults.messages:
            raise FileNotFoundError(f"{root} lists no photo in ImageSets/Segmentation and holds no mask.")
        return items

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


def _augmented_list(folder: Path) -> Path:
    """Return the list of the augmented training photos, under either of its names."""
    places = [folder / name for name in AUGMENTED_LISTS]
    if found := next((path for path in places if path.is_file()), None):
        return found
    raise FileNotFoundError(
        f"`augmented` is set, but neither {places[0]} nor {places[1].name} beside it is there: add one, or leave the "
        "key out."
    )


def _listed(file: Path) -> list[str]:
    """Return the photos of a list, if it is there; train_aug's names them by id, or by the paths of image and mask."""
    if not file.is_file():
        return []
    check_readable(file)
    return [Path(line.split()[0]).stem for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def _rows(root: Path, names: list[str], folder: str, photos: set[str], faults: Faults) -> list[dict[str, str]]:
    """Pair photos by name with their masks in a folder."""
    masks, rows = _names(root / folder), []
    for name in names:
        with faults.left_out():
            image, label = root / "JPEGImages" / f"{name}.jpg", root / folder / f"{name}.png"
            if label.name not in masks:
                raise _missing(label, image, name)
            if image.name not in photos:
                raise _missing(image, label, name)
            rows.append({"image": str(image), "label": str(label), "group": name})
    return rows


def _missing(lack: Path, have: Path, name: str) -> FileNotFoundError:
    return FileNotFoundError(f"{lack} is missing ({have} is its partner): add it, or take {name} off the list.")


def _names(folder: Path) -> set[str]:
    """Return the names of the files in a folder; none where there is no such folder."""
    return {path.name for path in entries(folder)} if folder.is_dir() else set()
