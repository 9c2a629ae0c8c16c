"""The manifest: a row a sample, written after the sample's files, so that what it lists is there."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path
from typing import Any

import monai
import torch
from ignite.engine import Engine, Events

from cosimgen_monai import __version__
from cosimgen_monai.codec import ClassTable, class_areas
from cosimgen_monai.metrics import PresenceRates
from cosimgen_monai.prompts import Request

COLUMNS = ("id", "prompt", "classes_asked", "asked_by", "classes_found", "seed")
"""Columns that differ by sample; those of the run (model, sampler, versions) follow."""


def sample_id(request: Request) -> str:
    """Return the name under which a sample's files are written."""
    return f"cosimgen_{request.index:06d}"


class Manifest:
    """``manifest.csv`` of a run: appended row by row, and read to learn what an interrupted run still lacks.

    Args:
        path: where the manifest is.
        classes: the model's classes.
        run: what holds for every sample: checkpoint hash, sampler settings, batch size, threads, versions.
    """

    def __init__(self, path: str | Path, classes: ClassTable, run: dict[str, Any]) -> None:
        self.path = Path(path)
        self.classes = classes
        self.run = run
        self._end = 0  # where the whole rows end
        self.rows = self._read()

    def missing(self, requests: list[Request]) -> list[Request]:
        """Return the requests that the manifest does not list yet."""
        done = {row["id"] for row in self.rows}
        return [request for request in requests if sample_id(request) not in done]

    def attach(self, engine: Engine) -> None:
        """Attach to a generator, after the writers."""
        engine.add_event_handler(Events.ITERATION_COMPLETED, self._append)

    def _read(self) -> list[dict[str, str]]:
        """Return the rows on disk; a last line that a kill left incomplete is cut off, its sample drawn again."""
        if not self.path.is_file():
            return []
        content = self.path.read_bytes()
        end = content.rfind(b"\n") + 1
        while content.count(b'"', 0, end) % 2:  # a line break inside a quoted prompt ends no row
            end = content.rfind(b"\n", 0, end - 1) + 1
        self._end = end
        return list(csv.DictReader(io.StringIO(content[:end].decode(), newline="")))

    def _append(self, engine: Engine) -> None:
        output: Any = engine.state.output
        new = [self._row(sample) for sample in output]
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", newline="", encoding="utf-8") as file:
            file.truncate(self._end)
            writer = csv.DictWriter(file, fieldnames=[*COLUMNS, *self.run])
            if self._end == 0:
                writer.writeheader()
            writer.writerows(new)
            file.flush()
            os.fsync(file.fileno())
        self._end = self.path.stat().st_size
        self.rows += new

    def _row(self, sample: dict[str, Any]) -> dict[str, Any]:
        request, label = sample["request"], sample["drawn_label"]  # presence is defined at the training's size
        rates = PresenceRates(self.classes, label.numel())
        found = rates.found(request.asked, class_areas(label[None], self.classes.num_classes)[0])
        return {
            "id": sample_id(request),
            "prompt": request.prompt,
            "classes_asked": "; ".join(self.classes.names_of(request.asked)),
            "asked_by": request.by,
            "classes_found": "; ".join(self.classes.names_of(found)),
            "seed": request.seed,
            **self.run,
        }


def run_facts(model_sha256: str, sampling: dict[str, Any], batch_size: int, device: torch.device) -> dict[str, Any]:
    """Return what makes a run's samples the same bytes again: model, sampler, batch size, device, threads, versions."""
    return {
        "model_sha256": model_sha256,
        **sampling,
        "batch_size": batch_size,
        "device": device.type,
        "threads": torch.get_num_threads(),
        "cosimgen_monai": __version__,
        "monai": monai.__version__,
        "torch": torch.__version__,
    }
