"""What all writers share: a file set a sample as it is drawn, and what describes the whole at the end."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import torch
from ignite.engine import Engine, Events

from cosimgen_monai.codec import ClassTable, display_colours
from cosimgen_monai.export.record.manifest import Manifest

VOID_GREY = (128, 128, 128)
"""The void's colour where the palette has none: the middle of the cube on whose faces the class colours lie."""


class SampleWriter(ABC):
    """Write samples in one format. A subclass overrides :meth:`write`, and :meth:`finish` where an index is needed.

    Args:
        folder: where the format's files go.
        card: the model's file.
        palette: the model's palette.
        manifest: the run's manifest, which knows all samples, those of an interrupted run too.
    """

    def __init__(self, folder: str | Path, card: dict[str, Any], palette: torch.Tensor, manifest: Manifest) -> None:
        self.folder = Path(folder)
        self.card = card
        self.classes = ClassTable(**card["classes"])
        self.colours = class_colours(palette, self.classes)
        self.manifest = manifest

    def attach(self, engine: Engine) -> None:
        """Attach to a generator, after its manifest."""
        engine.add_event_handler(Events.COMPLETED, lambda _: self.finish())

    @abstractmethod
    def write(self, sample: dict[str, Any]) -> None:
        """Write one sample's files, each whole or not at all."""

    def finish(self) -> None:  # noqa: B027  (most formats need no index)
        """Write what describes the whole set, from the manifest and the files that are there."""


def class_colours(palette: torch.Tensor, classes: ClassTable) -> list[tuple[int, int, int]]:
    """Return the 8-bit colours of the classes, and of the void last where there is one."""
    colours = display_colours(palette)
    return colours + [VOID_GREY] * (classes.num_colours - len(colours))
