"""Labels of anybody's folder as class ids: stored as values or colours, or as one mask file a class."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cosimgen_monai.codec import VOID
from cosimgen_monai.data.folder.class_file import ClassFile
from cosimgen_monai.data.folder.pairing import Pairing
from cosimgen_monai.data.folder.path_template import PICTURE_SUFFIXES
from cosimgen_monai.data.readers.alignment import check_aligned, check_turned_alike
from cosimgen_monai.data.readers.ct_volume import (
    CTPair,
    check_finite,
    check_same_grid,
    ids_of_voxels,
    outside_of,
    read_image_volume,
)
from cosimgen_monai.data.readers.dicom_series import read_dicom_series
from cosimgen_monai.data.readers.mask import (
    label_of_codes,
    label_of_colours,
    palette_as_colours,
    read_mask,
    read_one_class,
)
from cosimgen_monai.data.readers.volume import Volume, read_volume
from cosimgen_monai.settings import nearest_names

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class LabelReader:
    """Reads an item's label.

    Args:
        class_file: what stored values mean.
        pairing: where the files of an item are.
        root: the dataset's folder.
    """

    class_file: ClassFile
    pairing: Pairing
    root: Path

    def check_masks(self, rows: list[dict[str, str]]) -> None:
        """Raise ``ValueError`` where a class's mask file occurs in no item; say which files belong to no class."""
        if not self.class_file.masks:
            return
        found = {name for row in rows for name in self._masks(row)}
        for mask in self.class_file.masks:
            if mask not in found:
                raise ValueError(
                    f"The class file names the mask {mask!r}, but no item below {self.root} has a file of that name; "
                    f"{nearest_names(mask, found)}."
                )
        if others := sorted(found - self.class_file.masks.keys()):
            listed = ", ".join(others[:10]) + (", …" if len(others) > 10 else "")
            logger.info("%d mask(s) are of no class and count as background: %s", len(others), listed)

    def read_picture_label(self, item: dict[str, str], image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Read the label (uint8 ids, H W) of a picture (H W 3, upright).

        Raises:
            ValueError: naming the file, where it does not lie on the picture, or holds what is in no table.
        """
        if not self.class_file.masks:
            label = self._picture_ids(Path(item["label"]))
            check_aligned(image, label, item["image"], item["label"])
            return label
        label = self._background(image.shape[:2])
        masks = self._masks_in_order(item)
        for path, class_id in masks:
            mask = read_one_class(path)
            check_aligned(image, mask, item["image"], path)
            label[is_inside(mask, path)] = class_id
        if not masks:
            raise ValueError(f"{item['label']} holds no mask of a class for {item['stem']!r}.")
        return label

    def read_ct(self, item: dict[str, str]) -> CTPair:
        """Read a volume and its label on one grid."""
        image_path, label_path = Path(item["image"]), Path(item["label"])
        if self.pairing.images.has("slice"):
            return self._read_slices(item)
        image = read_image_volume(image_path)
        if self.class_file.masks:
            ids = self._background(image.voxels.shape)
            for path, class_id in self._masks_in_order(item):
                mask = read_volume(path)
                check_same_grid(image, mask, image_path, path)
                ids[is_inside(mask.voxels, path)] = class_id
        else:
            self._check_values(label_path)
            label = read_volume(label_path)
            check_same_grid(image, label, image_path, label_path)
            ids = ids_of_voxels(label.voxels, self.class_file.values, label_path, self.class_file.classes)
        return CTPair(image.voxels, ids, image.spacing, outside_of(self.class_file.classes))

    def _read_slices(self, item: dict[str, str]) -> CTPair:
        """Read a DICOM series with a mask picture a slice, paired by number; a slice without one is void."""
        folder, stem = Path(item["image"]), item["stem"]
        slices = self.pairing.files(self.pairing.images, self.root, folder, stem)
        masks = self.pairing.files(self.pairing.labels, self.root, Path(item["label"]), stem)
        series = read_dicom_series(folder, list(slices.values()))
        check_finite(series.voxels, folder)
        number_of = {path: number for number, path in slices.items()}
        label = np.full(series.voxels.shape, VOID, dtype=np.uint8)
        for z, file in enumerate(series.files):
            if (path := masks.get(number_of[file])) is not None:
                ids = self._picture_ids(path).T  # a picture's rows are the volume's Y
                if ids.shape != label.shape[:2]:
                    raise ValueError(f"{file} has {label.shape[:2]} pixels, but its mask {path} {ids.shape}.")
                check_turned_alike(ids.T.shape, 1, file, path)
                label[:, :, z] = ids
        image = Volume(series.voxels.astype(np.float32), series.affine).to_ras()
        ids = Volume(label, series.affine).to_ras().voxels
        return CTPair(image.voxels, ids, image.spacing, outside_of(self.class_file.classes))

    def _picture_ids(self, path: Path) -> NDArray[np.uint8]:
        if not path.name.lower().endswith(PICTURE_SUFFIXES):
            raise ValueError(f"{path} is the label of a picture, but no picture itself: save it as PNG.")
        if self.class_file.colours:
            return label_of_colours(palette_as_colours(path), self.class_file.colours, path)
        return label_of_codes(read_mask(path), self.class_file.values, path)

    def _check_values(self, path: Path) -> None:
        if self.class_file.colours:
            raise ValueError(f"{path} is a volume, and volumes hold no colours: give each class its value.")
        if path.name.lower().endswith(PICTURE_SUFFIXES):
            raise ValueError(
                f"{path} is a picture, but the label of a volume: pair slices and masks by {{slice}}, or save a volume."
            )

    def _masks(self, item: dict[str, str]) -> dict[str, Path]:
        return self.pairing.files(self.pairing.labels, self.root, Path(item["label"]), item["stem"])

    def _masks_in_order(self, item: dict[str, str]) -> list[tuple[Path, int]]:
        """Return the mask files of an item with their class, in the order in which one overrides another."""
        files = self._masks(item)
        return [(files[name], class_id) for name, class_id in self.class_file.masks.items() if name in files]

    def _background(self, shape: tuple[int, ...]) -> NDArray[np.uint8]:
        return np.full(shape, self.class_file.classes.background or 0, dtype=np.uint8)


def is_inside(mask: NDArray[Any], path: Path) -> NDArray[np.bool_]:
    """Return where a class's own mask is set: 0 is outside, one other value inside.

    Raises:
        ValueError: naming the file, where it holds other values too.
    """
    values = np.unique(mask)
    inside = values[values != 0]
    if len(inside) > 1 or not np.isfinite(values).all():
        raise ValueError(
            f"{path} is the mask of one class, but holds {len(inside)} values beside 0 ({inside[:6].tolist()}). "
            "Save it with two values (as PNG, not JPEG), or list the classes by value."
        )
    return mask != 0
