"""A sheet of samples at each validation: prompt, image, mask, overlay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ignite.engine import Engine, Events

from cosimgen_monai.codec import ClassTable, class_areas, display_colours, to_8_bit, with_legend
from cosimgen_monai.handlers.sheet import SheetRow, draw_sheet, verdict
from cosimgen_monai.metrics import PresenceRates
from cosimgen_monai.processes import gather_lists, rank
from cosimgen_monai.settings import atomic_write


class SampleSheet:
    """Draw the first samples of an evaluator to ``<folder>/epoch-NNNN.png``.

    Args:
        folder: where the sheets go.
        classes: the model's classes.
        palette: the model's palette.
        num_samples: samples a sheet.
    """

    def __init__(self, folder: str | Path, classes: ClassTable, palette: Any, num_samples: int = 16) -> None:
        self.folder = Path(folder)
        self.classes = classes
        self.colours = display_colours(palette)
        self.num_samples = num_samples
        self.samples: list[dict[str, Any]] = []

    def attach(self, engine: Engine) -> None:
        """Attach to an evaluator."""
        engine.add_event_handler(Events.STARTED, self.samples.clear)
        engine.add_event_handler(Events.ITERATION_COMPLETED, self._collect)
        engine.add_event_handler(Events.COMPLETED, self._draw)

    def _collect(self, engine: Engine) -> None:
        output: Any = engine.state.output
        self.samples += output[: self.num_samples - len(self.samples)]

    def _draw(self, engine: Engine) -> None:
        samples = gather_lists(self.samples)[: self.num_samples]
        if rank() > 0:
            return
        rates = PresenceRates(self.classes, samples[0]["label"].numel())
        rows = [self._row(sample, rates) for sample in samples]
        heading = f"epoch {engine.state.epoch}: image, mask, overlay"
        with atomic_write(self.folder / f"epoch-{engine.state.epoch:04d}.png") as draft:
            sheet = draw_sheet(rows, self.colours, self.classes.background, heading)
            with_legend(sheet, self.classes, self.colours).save(draft)

    def _row(self, sample: dict[str, Any], rates: PresenceRates) -> SheetRow:
        request, label, names_of = sample["request"], sample["label"], self.classes.names_of
        found = rates.found(request.asked, class_areas(label[None], self.classes.num_classes)[0])
        note = verdict(request.by, names_of(request.asked), names_of(found))
        return SheetRow(request.prompt, note, to_8_bit(sample["image"].numpy()), label[0].numpy())
