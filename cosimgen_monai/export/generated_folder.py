"""A generated set read back: what ``generating`` wrote, or anybody's images and masks in two folders."""

from __future__ import annotations

import csv
import logging
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Dataset

from cosimgen_monai.codec import VOID, ClassTable, class_areas
from cosimgen_monai.data.readers.alignment import check_same_size
from cosimgen_monai.data.readers.mask import label_of_codes, read_mask
from cosimgen_monai.data.readers.picture import read_picture
from cosimgen_monai.data.readers.readable import entries
from cosimgen_monai.data.resampling.square import to_square
from cosimgen_monai.export.provenance import VOID_NOT_MEASURED, check_colours, check_names

logger = logging.getLogger(__name__)
_SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp")


class GeneratedFolder(Dataset):
    """Pairs of PNG files at one size, with their manifest where there is one.

    Args:
        folder: the ``output_dir`` of ``generating``, or a folder with ``images`` and ``labels`` (8-bit class ids).
        classes: the classes that the masks should hold.
        image_size: height and width that pairs are brought to: images by area (linear where they grow), masks by the
            majority.
        fit: how pictures that are not square become so, ``squash`` or ``pad``.
        palette: the palette of the model that drew the set, as :func:`check_colours` takes it.

    Attributes:
        names: the file stem of each pair.
        rows: a manifest row a pair, or ``None`` for images and masks alone.

    Raises:
        FileNotFoundError: if there is no such folder, a file that the manifest lists is missing, or an image has no
            mask.
        ValueError: if two files have one stem, the manifest is damaged, or the set is of other classes or another
            palette.
    """

    def __init__(
        self,
        folder: str | Path,
        classes: ClassTable,
        image_size: int,
        fit: str = "squash",
        palette: torch.Tensor | None = None,
    ) -> None:
        self.folder = Path(folder)
        self.classes = classes
        self.image_size = image_size
        self.fit = fit
        self._place = self._find()
        check_names(self.folder, classes)
        self.rows = self._manifest()
        self.asked()
        listed = _stems(self._place / "images")
        self.names = [row["id"] for row in self.rows] if self.rows is not None else sorted(listed)
        self._images = self._files("images", listed)
        self._labels = self._files("labels", _stems(self._place / "labels"))
        # only what `generating` wrote is bound to have these colours; anybody's masks may have their own
        if self.rows is not None and "palette_sha256" in self.rows[0]:
            check_colours(self._labels[0], classes, palette)

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.names)

    def __getitem__(self, index: int) -> dict[str, Any]:
        """Return ``image`` (3 S S, [-1, 1] in 8-bit steps), ``label`` (1 S S, ids) and ``areas`` (c).

        Areas are those of the mask at the size of the comparison, where presence is defined.

        Raises:
            ValueError: if a file cannot be read, the two differ in size, or the mask holds ids of no class.
        """
        image, label = self.pair(index)
        square = to_square(image, label, self.image_size, self.classes.num_classes, self.fit)
        small = torch.from_numpy(square["label"])
        return {
            "image": torch.from_numpy(square["image"]).float() / 127.5 - 1,
            "label": small,
            "areas": class_areas(small[None], self.classes.num_classes)[0],
        }

    def pair(self, index: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Return an image (H W 3) and its label (H W ids) as they were written."""
        image_path, label_path = self._images[index], self._labels[index]
        image, codes = read_picture(image_path), read_mask(label_path)
        table = {i: i for i in range(self.classes.num_classes)} | ({VOID: VOID} if self.classes.has_void else {})
        if VOID not in table and codes.ndim == 2 and (codes == VOID).any():
            raise ValueError(f"{label_path}: {VOID_NOT_MEASURED}")
        label = label_of_codes(codes, table, label_path)
        check_same_size(image.shape[:2], label.shape, image_path, label_path)
        return image, label

    def asked(self) -> list[tuple[int, ...]] | None:
        """Return the ids that each pair's prompt asked for, or ``None`` without a manifest.

        Raises:
            ValueError: if the manifest names a class that is none of the set's.
        """
        if self.rows is None:
            return None
        try:
            return [self.classes.ids_of(filter(None, row["classes_asked"].split("; "))) for row in self.rows]
        except ValueError as error:
            raise ValueError(
                f"{self.folder / 'manifest.csv'} asks for classes that the real data has not: {error} Evaluate the set "
                "against the dataset that its model was trained on."
            ) from error

    def _find(self) -> Path:
        for place in (self.folder / "png", self.folder):
            if (place / "images").is_dir() and (place / "labels").is_dir():
                return place
        raise FileNotFoundError(
            f"`generated_dir` {self.folder} holds no pairs: expected png/images and png/labels, as `generating` writes "
            f"them, or images and labels. {self._remedy()}"
        )

    def _remedy(self) -> str:
        if any(self.folder.glob("shard_*_of_*")):
            return "Its shards are not joined: `run joining` with their arguments, without --shard, joins them."
        if (self.folder / "manifest.csv").is_file():
            return 'Its --formats lack png: generate it with --formats "nifti,png" into another --output_dir.'
        return (
            "Run `python -m monai.bundle run generating --config_file bundle/configs/inference.json`, or give the "
            "folder with --generated_dir."
        )

    def _manifest(self) -> list[dict[str, str]] | None:
        path = self.folder / "manifest.csv"
        if not path.is_file():
            return None
        try:
            with path.open(newline="", encoding="utf-8-sig") as file:  # a spreadsheet's program puts a mark before it
                rows = list(csv.DictReader(file))
        except UnicodeDecodeError as error:
            raise ValueError(f"{path} is no UTF-8 text ({error.reason}): save it as UTF-8.") from error
        if rows and any(";" in column for column in rows[0] if column):
            raise ValueError(f"{path} is separated by semicolons: save it as CSV with commas.")
        if not rows or not {"id", "classes_asked"} <= rows[0].keys():
            raise ValueError(f"{path} lists no samples (columns id and classes_asked); generate some first.")
        if any(row["id"] is None or row["classes_asked"] is None for row in rows):
            raise ValueError(f"{path} has an incomplete row: run `generating` again, as before, to finish it.")
        if twice := [name for name, count in Counter(row["id"] for row in rows).items() if count > 1]:
            raise ValueError(f"{path} lists {twice[0]} {'and others ' if twice[1:] else ''}twice; one row a pair.")
        return rows

    def _files(self, kind: str, found: dict[str, Path]) -> list[Path]:
        """Return the file of each pair, in the order of the names."""
        missing = [name for name in self.names if name not in found]
        if missing:
            more = f" and {len(missing) - 1} more" if missing[1:] else ""
            raise FileNotFoundError(
                f"{self._place / kind} lacks {missing[0]}{more}: each pair needs an image and a mask of one name. "
                "Generate again, or take the other file away."
            )
        surplus = sorted(found.keys() - set(self.names))
        if surplus and self.rows is None:
            raise FileNotFoundError(f"{self._place}: {found[surplus[0]].name} in {kind} has no image of its name.")
        if surplus and kind == "images":
            logger.warning(
                "%s holds %d image(s) that manifest.csv does not list, %s first: they are left out. If that is not "
                "meant, run `generating` again, as before, to finish the list.",
                *(self._place / kind, len(surplus), found[surplus[0]].name),
            )
        return [found[name] for name in self.names]


def _stems(folder: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in entries(folder):
        if path.suffix.lower() in _SUFFIXES and found.setdefault(path.stem, path) != path:
            raise ValueError(f"{folder} holds {found[path.stem].name} and {path.name}: take one of the two away.")
    return found
