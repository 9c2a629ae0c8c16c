"""The manifest: a row a sample, written after the sample's files, so that what it lists is there."""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Sequence
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import monai
import torch
from ignite.engine import Engine, Events

from cosimgen_monai import __version__
from cosimgen_monai.codec import ClassTable, class_areas
from cosimgen_monai.export.record.csv_rows import CsvRows, write_rows
from cosimgen_monai.metrics import PresenceRates
from cosimgen_monai.prompts import Request
from cosimgen_monai.settings import make_folder, sync_folder

COLUMNS = (
    "id",
    "prompt",
    "classes_asked",
    "classes_refused",
    "asked_by",
    "classes_found",
    "areas",
    "certainty",
    "faults",
    "redraws",
    "seed",
)
"""Columns that differ by sample; those of the run (model, sampler, versions) follow.

Presence is defined at the training's size, so ``classes_found`` and ``areas`` (their shares of the pixels, in their
order) are of the label as drawn, before it is enlarged. ``seed`` is the one that drew the sample, a redraw's maybe.
"""
SEPARATOR = "; "


def sample_id(request: Request) -> str:
    """Return the name under which a sample's files are written."""
    return f"cosimgen_{request.index:06d}"


class Manifest:
    """``manifest.csv`` of a run: appended row by row, and read to learn what an interrupted run still lacks.

    A finished manifest is in the order of the ids, whatever was drawn again or when the run was interrupted.

    Args:
        path: where the manifest is.
        classes: the classes of the labels as they are written.
        run: what holds for every sample: checkpoint hash, sampler settings, batch size, threads, versions.

    Attributes:
        rows: the rows of all samples that are there, read from the file: ten thousand of them never stand in memory.
    """

    def __init__(self, path: str | Path, classes: ClassTable, run: dict[str, Any]) -> None:
        self.path = Path(path)
        self.classes = classes
        self.run = run
        self.rows = CsvRows(self.path)

    def missing(self, requests: list[Request]) -> list[Request]:
        """Return the requests that the manifest does not list yet."""
        done = {row["id"] for row in self.rows}
        return [request for request in requests if sample_id(request) not in done]

    def attach(self, engine: Engine) -> None:
        """Attach to a generator, after what writes its samples."""
        # before COMPLETED, at which the writers read the rows; a run that finds itself finished has that alone
        engine.add_event_handler(Events.EPOCH_COMPLETED, lambda _: self.sort())
        engine.add_event_handler(Events.COMPLETED, lambda _: self.sort())

    def sort(self) -> None:
        """Bring the rows into the order of their ids, in the file too."""
        ids = [row["id"] for row in self.rows]
        if any(later < earlier for earlier, later in pairwise(ids)):
            order = sorted(range(len(ids)), key=ids.__getitem__)
            write_rows(self.path, self.rows.raw(chain([-1], order)))
            self.rows = CsvRows(self.path)

    def append(self, samples: Sequence[dict[str, Any]]) -> None:
        """List samples whose files are there."""
        make_folder(self.path.parent)
        with self.path.open("a", newline="", encoding="utf-8") as file:
            file.truncate(self.rows.end)  # a row that a kill left incomplete
            writer = csv.DictWriter(file, fieldnames=[*COLUMNS, *self.run])
            if self.rows.end == 0:
                writer.writeheader()
            writer.writerows({**self._row(sample), **self.run} for sample in samples)
            file.flush()
            os.fsync(file.fileno())
        if self.rows.end == 0:  # the file is new
            sync_folder(self.path.parent)
        self.rows.refresh()

    def _row(self, sample: dict[str, Any]) -> dict[str, str]:
        request, label = sample["request"], sample["drawn_label"]  # presence is defined at the training's size
        areas = class_areas(label[None], self.classes.num_classes)[0]
        found = PresenceRates(self.classes, label.numel()).found(request.asked, areas)
        row = {
            "id": sample_id(request),
            "prompt": request.prompt,
            "classes_asked": self._names(request.asked),
            "classes_refused": self._names(request.refused),
            "asked_by": request.by,
            "classes_found": self._names(found),
            "areas": SEPARATOR.join(f"{areas[i] / label.numel():.5f}" for i in found),
            "certainty": f"{sample['certainty']:.3f}" if "certainty" in sample else "",
            "faults": SEPARATOR.join(sample.get("faults", ())),
            "redraws": sample.get("redraws", 0),
            "seed": request.seed,
        }
        return {key: str(value) for key, value in row.items()}

    def _names(self, ids: tuple[int, ...]) -> str:
        return SEPARATOR.join(self.classes.names_of(ids))


def listed(cell: str) -> list[str]:
    """Return the entries of a manifest's cell that holds several."""
    return cell.split(SEPARATOR) if cell else []


def run_facts(
    model_sha256: str, palette: torch.Tensor, sampling: dict[str, Any], batch_size: int, device: torch.device
) -> dict[str, Any]:
    """Return what makes a run's samples the same bytes again: model, sampler, batch size, device, threads, versions."""
    return {
        "model_sha256": model_sha256,
        "palette_sha256": hashlib.sha256(palette.detach().cpu().numpy().tobytes()).hexdigest(),
        **sampling,
        "batch_size": batch_size,
        "device": device.type,
        "threads": torch.get_num_threads(),
        "cosimgen_monai": __version__,
        "monai": monai.__version__,
        "torch": torch.__version__,
    }
