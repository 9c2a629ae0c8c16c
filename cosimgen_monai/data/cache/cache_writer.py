"""Writing a cache of pairs: pair by pair into a draft, which then takes the cache's place whole."""

from __future__ import annotations

import errno
import json
import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import torch
from filelock import FileLock, Timeout
from numpy.typing import NDArray
from tqdm import tqdm

from cosimgen_monai.codec import presence_vector
from cosimgen_monai.data.cache.array_stream import ArrayStream
from cosimgen_monai.data.faults import Faults
from cosimgen_monai.data.source import PairSource
from cosimgen_monai.settings import place_folder

logger = logging.getLogger(__name__)
FAULTS_FILE = "faults.json"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_SECONDS_BEFORE_A_BAR = 3


def write_cache(
    folder: Path, source: PairSource, items: list[dict[str, str]], image_size: int, is_current: Callable[[], bool]
) -> None:
    """Read items and write their pairs; the caller holds the lock of the folder.

    Args:
        folder: the cache's place.
        source: the dataset.
        items: its items.
        image_size: the training size.
        is_current: whether the files are still those that the folder is named after.

    Raises:
        ValueError: if there is nothing to learn, the disk is full, or the files changed meanwhile.
    """
    draft = _draft(folder)
    shutil.rmtree(draft, ignore_errors=True)  # a dead process's: a live one would hold the lock
    draft.mkdir(parents=True)
    try:
        rows, presence, faults = _stream(draft, source, items, image_size)
        np.save(draft / "presence.npy", presence)
        (draft / "rows.json").write_text(json.dumps(rows), "utf-8")
        (draft / FAULTS_FILE).write_text(json.dumps(faults), "utf-8")
        if not is_current():
            raise ValueError(f"Files of {source.name} changed while they were read. Run again when they are at rest.")
        place_folder(draft, folder)
    except OSError as error:
        if error.errno not in _FULL:
            raise
        written = sum(file.stat().st_size for file in draft.iterdir())
        raise ValueError(
            f"No room for the cache {folder}: {error.strerror} after {written / 2**20:.0f} MiB. "
            "Make room there, or choose a larger disk with --cache_dir."
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def remove_dead_drafts(cache_dir: Path) -> None:
    """Remove the drafts of processes that were killed; a live process holds its draft's lock."""
    for draft in cache_dir.glob(".*.draft"):
        with suppress(Timeout), FileLock(draft.with_suffix(".lock")).acquire(timeout=0):
            logger.info("removing %s, which a killed process left", draft)
            shutil.rmtree(draft, ignore_errors=True)


def _draft(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.draft")


def _stream(
    draft: Path, source: PairSource, items: list[dict[str, str]], image_size: int
) -> tuple[list[dict[str, Any]], NDArray[np.uint8], list[str]]:
    """Write images and labels as they are read; return the rows and the presence of the pairs kept, and the faults."""
    rows, presences, empty = [], [], 0
    faults = Faults(source.on_fault, source.name)
    with ArrayStream(draft / "images.npy") as images, ArrayStream(draft / "labels.npy") as labels:
        for pair in _sound_pairs(source, items, image_size, faults):
            presence = presence_vector(torch.from_numpy(pair["label"])[None], source.classes)[0].numpy()
            if not presence.any():
                empty += 1
                continue
            images.append(pair.pop("image"))
            labels.append(pair.pop("label"))
            presences.append(presence.astype(np.uint8))
            rows.append(pair)
    faults.check_some_left(len(rows) + empty)
    if not rows:
        raise ValueError(
            f"The {len(items)} item(s) of {source.name} ({items[0]['label']} …) show only background at "
            f"{image_size} x {image_size}: no class covers 0.1 % of an image and 8 pixels. There is nothing to learn."
        )
    logger.info("%d pair(s) of %s; %d that show only background or void are left out", len(rows), source.name, empty)
    return rows, np.stack(presences), faults.messages


def _sound_pairs(
    source: PairSource, items: list[dict[str, str]], image_size: int, faults: Faults
) -> Iterator[dict[str, Any]]:
    """Yield the pairs of all items that can be read."""
    for item in tqdm(items, desc=f"reading {source.name}", unit="file", delay=_SECONDS_BEFORE_A_BAR):
        with faults.left_out():
            yield from source.read(item, image_size)
