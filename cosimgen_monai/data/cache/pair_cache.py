"""The cache: every pair of a split at the training size, read once, fetched from disk ever after."""

from __future__ import annotations

import hashlib
import json
import logging
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from cosimgen_monai.data.cache.cache_writer import FAULTS_FILE, remove_dead_drafts, write_cache
from cosimgen_monai.data.cache.fingerprint import Fingerprints
from cosimgen_monai.data.cache.row_file import RowFile
from cosimgen_monai.data.faults import warn_of_faults
from cosimgen_monai.data.source import PairSource
from cosimgen_monai.settings import make_folder

logger = logging.getLogger(__name__)
_VERSION = 4


@dataclass(frozen=True)
class CachedPairs:
    """Pairs mapped from disk.

    Attributes:
        images: N C H W, int16 HU or uint8.
        labels: N 1 H W, uint8 ids.
        rows: a dict a pair: ``group`` and what else its source said of it.
        presence: uint8 zeros and ones, N x c.
    """

    images: NDArray[Any]
    labels: NDArray[np.uint8]
    rows: list[dict[str, Any]]
    presence: NDArray[np.uint8]

    def pair(self, i: int) -> tuple[NDArray[Any], NDArray[np.uint8]]:
        """Return copies of the image (C H W) and the label (1 H W) of a pair, read from the file."""
        images, labels = self._files
        return images[i], labels[i]

    @cached_property
    def _files(self) -> tuple[RowFile, RowFile]:
        return RowFile(self.images), RowFile(self.labels)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle mapped arrays by their files' names, so that a worker process maps them too, and copies nothing."""
        arrays = [a.filename if isinstance(a, np.memmap) else a for a in (self.images, self.labels)]
        return _reopened, (*arrays, self.rows, self.presence)

    def class_sets(self) -> list[tuple[int, ...]]:
        """Return the ids of the classes present in each pair."""
        return [tuple(np.flatnonzero(row).tolist()) for row in self.presence]

    def class_set_counts(self) -> list[dict[str, Any]]:
        """Return each class set with the number of pairs that hold it, as it stands in a model's file."""
        return [{"ids": list(ids), "count": count} for ids, count in sorted(Counter(self.class_sets()).items())]

    def labels_sha256(self) -> str:
        """Return a hash of all labels, by which a model's file says which pairs it learned from, and nothing else."""
        digest = hashlib.sha256(str(self.labels.shape).encode())
        for i in range(len(self.rows)):
            digest.update(self._files[1][i].tobytes())
        return digest.hexdigest()

    @cached_property
    def sha256(self) -> str:
        """A hash of all images and labels."""
        digest = hashlib.sha256(f"{self.images.shape} {self.labels.shape}".encode())
        for file in self._files:
            for i in range(len(self.rows)):
                digest.update(file[i].tobytes())
        return digest.hexdigest()

    def slice_spacing(self) -> float | None:
        """Return the median distance of slices in mm, or ``None`` where pairs are no slices of a volume."""
        distances = [row["slice_spacing"] for row in self.rows if "slice_spacing" in row]
        return float(np.median(distances)) if distances else None


def cache_pairs(source: PairSource, items: list[dict[str, str]], image_size: int, cache_dir: str | Path) -> CachedPairs:
    """Return the pairs of some items at the training size, from the cache where it holds them.

    A cache is keyed by the source's settings, the size and each file's name, length and time, so it is never stale.
    It is written pair by pair beside its place and moved there whole, so a kill does no harm; a second process that
    needs the same one waits for it. Pairs that show nothing but background and void are left out: no prompt can ask
    for them. Items that cannot be read are an error or, where the source's ``on_fault`` is ``skip``, left out, and said
    to be at each call.

    Raises:
        ValueError: if no pair holds a class that can be asked for, the files change while they are read, the cache's
            disk is full, or what stands in the cache cannot be read.
    """
    folder, cache_dir = _place(source, items, image_size, cache_dir), Path(cache_dir)
    if not folder.is_dir():
        make_folder(cache_dir)
        remove_dead_drafts(cache_dir)
        with FileLock(folder.with_name(f".{folder.name}.lock")):
            if not folder.is_dir():  # whoever held the lock before may have written it
                logger.info("reading %d item(s) of %s into %s", len(items), source.name, folder)
                write_cache(
                    folder, source, items, image_size, lambda: _place(source, items, image_size, cache_dir) == folder
                )
    pairs = _open(folder, source.name)
    _say_absent(pairs, source)
    return pairs


def _place(source: PairSource, items: list[dict[str, str]], image_size: int, cache_dir: str | Path) -> Path:
    """Return the folder of a cache, named by what shapes it."""

    def rest(item: dict[str, str]) -> dict[str, str]:
        return {key: value for key, value in item.items() if key not in ("image", "label")}

    facts = Fingerprints()
    files = [[facts(item["image"]), facts(item["label"]), rest(item)] for item in items]
    what = [_VERSION, source.settings(), source.on_fault, source.classes.to_json(), image_size, files]
    key = hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:16]
    return Path(cache_dir) / f"{source.name.lower()}-{image_size}-{key}"


def _reopened(images: Any, labels: Any, rows: list[dict[str, Any]], presence: NDArray[np.uint8]) -> CachedPairs:
    arrays = [a if isinstance(a, np.ndarray) else np.load(a, mmap_mode="r") for a in (images, labels)]
    return CachedPairs(arrays[0], arrays[1], rows, presence)


def _say_absent(pairs: CachedPairs, source: PairSource) -> None:
    """Say which classes occur nowhere: a slip in the class list, or data that cannot teach them."""
    seen = set(np.flatnonzero(pairs.presence.sum(axis=0)).tolist())
    absent = source.classes.names_of(i for i in source.classes.objects if i not in seen)
    if absent:
        logger.warning("In none of these %d pair(s) of %s: %s.", len(pairs.rows), source.name, ", ".join(absent))


def _open(folder: Path, name: str) -> CachedPairs:
    """Open a cache, and say again what was left out of it."""
    try:
        warn_of_faults(json.loads((folder / FAULTS_FILE).read_text("utf-8")), name)
        return CachedPairs(
            images=np.load(folder / "images.npy", mmap_mode="r"),
            labels=np.load(folder / "labels.npy", mmap_mode="r"),
            rows=json.loads((folder / "rows.json").read_text("utf-8")),
            presence=np.load(folder / "presence.npy"),
        )
    except (OSError, ValueError) as error:
        raise ValueError(
            f"The cache {folder} cannot be read ({error}). Remove this folder; it is made anew."
        ) from error
