"""The cache: every pair of a split at the training size, read once, mapped from disk ever after."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import torch
from numpy.typing import NDArray

from cosimgen_monai.codec import presence_vector
from cosimgen_monai.data.source import PairSource

logger = logging.getLogger(__name__)
_VERSION = 1


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

    def class_sets(self) -> list[tuple[int, ...]]:
        """Return the ids of the classes present in each pair."""
        return [tuple(np.flatnonzero(row).tolist()) for row in self.presence]

    def class_set_counts(self) -> list[dict[str, Any]]:
        """Return each class set with the number of pairs that hold it, as it stands in a model's file."""
        return [{"ids": list(ids), "count": count} for ids, count in sorted(Counter(self.class_sets()).items())]

    def slice_spacing(self) -> float | None:
        """Return the median distance of slices in mm, or ``None`` where pairs are no slices of a volume."""
        distances = [row["slice_spacing"] for row in self.rows if "slice_spacing" in row]
        return float(np.median(distances)) if distances else None


def cache_pairs(source: PairSource, items: list[dict[str, str]], image_size: int, cache_dir: str | Path) -> CachedPairs:
    """Return the pairs of some items at the training size, from the cache where it holds them.

    A cache is keyed by the source's settings, the size and each file's name, length and time, so it is never stale;
    it is written beside its place and moved there whole, so that neither a kill nor a second process harms it.
    Pairs that show nothing but background and void are left out: no prompt can ask for them.

    Raises:
        ValueError: if no pair holds a class that can be asked for.
    """
    key = _key(source, items, image_size)
    folder = Path(cache_dir) / f"{source.name.lower()}-{image_size}-{key}"
    if not folder.is_dir():
        logger.info("reading %d item(s) of %s into %s", len(items), source.name, folder)
        _write(folder, *_read_all(source, items, image_size))
    return CachedPairs(
        images=np.load(folder / "images.npy", mmap_mode="r"),
        labels=np.load(folder / "labels.npy", mmap_mode="r"),
        rows=json.loads((folder / "rows.json").read_text()),
        presence=np.load(folder / "presence.npy"),
    )


def _key(source: PairSource, items: list[dict[str, str]], image_size: int) -> str:
    def facts(path: str) -> list[Any]:
        stat = os.stat(path)
        return [os.path.abspath(path), stat.st_size, stat.st_mtime_ns]

    files = [[facts(item["image"]), facts(item["label"]), item["group"]] for item in items]
    what = [_VERSION, source.settings(), list(source.classes.names), image_size, files]
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()[:16]


def _read_all(
    source: PairSource, items: list[dict[str, str]], image_size: int
) -> tuple[NDArray[Any], NDArray[np.uint8], list[dict[str, Any]], NDArray[np.uint8]]:
    images, labels, rows, presences = [], [], [], []
    for item in items:
        for pair in source.read(item, image_size):
            presence = presence_vector(torch.from_numpy(pair["label"])[None], source.classes)[0].numpy()
            if presence.any():
                images.append(pair.pop("image"))
                labels.append(pair.pop("label"))
                presences.append(presence.astype(np.uint8))
                rows.append(pair)
    if not rows:
        raise ValueError(
            f"The {len(items)} item(s) of {source.name} ({items[0]['label']} …) show only background at "
            f"{image_size} x {image_size}: no class covers 0.1 % of an image and 8 pixels. There is nothing to learn."
        )
    return np.stack(images), np.stack(labels), rows, np.stack(presences)


def _write(
    folder: Path, images: NDArray[Any], labels: NDArray[Any], rows: list[dict[str, Any]], presence: NDArray[Any]
) -> None:
    draft = folder.with_name(f".{folder.name}-{uuid4().hex}")
    draft.mkdir(parents=True)
    np.save(draft / "images.npy", images)
    np.save(draft / "labels.npy", labels)
    np.save(draft / "presence.npy", presence)
    (draft / "rows.json").write_text(json.dumps(rows))
    try:
        draft.rename(folder)
    except OSError:  # another process was first; its cache has the same key and so the same content
        shutil.rmtree(draft)
