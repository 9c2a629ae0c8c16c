"""Drawing what the page asks for, with the parts of ``generating``, one drawing at a time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from ignite.engine import Events
from torch.utils.data import DataLoader

from cosimgen_monai.baselines import inferer_of
from cosimgen_monai.codec import ClassTable, class_areas
from cosimgen_monai.engines import PairGenerator
from cosimgen_monai.export import (
    BackgroundWriting,
    DatasetCard,
    FaultReport,
    Manifest,
    class_colours,
    listed,
    open_writers,
    sample_id,
)
from cosimgen_monai.networks import TrainedModel
from cosimgen_monai.prompts import Request, plan_requests, wish_notes
from cosimgen_monai.sampling import PairInferer, SamplingInferer
from cosimgen_monai.serving.drawings import Drawings
from cosimgen_monai.serving.form import Form
from cosimgen_monai.serving.frames import Frames, Pictures, Tell
from cosimgen_monai.serving.turns import Turns

logger = logging.getLogger(__name__)


class Studio:
    """Draw forms as ``generating`` draws requests: same plan, same seeds, same engine, same writers.

    Args:
        model: the trained model.
        card: its file, as it holds for what is written.
        palette: the network's palette.
        drawing: :class:`PairGenerator` but for its requests, inferer, batch size and handlers.
        sampler: see :class:`SamplingInferer`.
        steps: what the page proposes.
        guidance_scale: likewise.
        precision: see :class:`SamplingInferer`.
        seed: what the page proposes.
        batch_size: pairs drawn at once at most.
        formats: names of the formats to download.
        facts: what a manifest says of a run.
    """

    def __init__(
        self,
        model: TrainedModel,
        card: dict[str, Any],
        palette: torch.Tensor,
        drawing: Callable[..., PairGenerator],
        sampler: str,
        steps: int,
        guidance_scale: float,
        precision: str,
        seed: int,
        batch_size: int,
        formats: Sequence[str],
        facts: dict[str, Any],
    ) -> None:
        self.model = model
        self.card = card
        self.palette = palette
        self.drawing = drawing
        self.sampler = sampler
        self.steps = steps
        self.guidance_scale = guidance_scale
        self.precision = precision
        self.seed = seed
        self.batch_size = batch_size
        self.formats = list(formats)
        self.facts = facts
        self.classes = model.classes
        self.class_sets = model.class_sets()
        written = ClassTable(**card["classes"])
        self.colours = class_colours(palette, written)
        self.pictures = Pictures(palette, self.classes.num_classes, self.colours, written.background)
        self.drawings = Drawings()
        self.turns = Turns()

    def plan(self, form: Form) -> list[Request]:
        """Return the requests of a form, as ``generating`` plans them.

        Raises:
            ValueError: if the words or classes ask for nothing that can be drawn, see :func:`plan_requests`.
        """
        template = self.card["prompt_template"]
        return plan_requests(
            self.classes, form.number, form.seed, form.prompts, form.class_names, self.class_sets, template
        )

    def reading(self, form: Form) -> dict[str, Any]:
        """Return what is understood of a form: ids asked for and refused, what drives the model, and notes.

        Raises:
            ValueError: see :meth:`plan`.
        """
        request = self.plan(form)[0]
        return {
            "asked": request.asked,
            "refused": request.refused,
            "by": request.by,
            "notes": wish_notes(request, self.classes, set(self.class_sets)),
        }

    def draw(self, form: Form, tell: Tell) -> None:
        """Draw a form's pairs and tell of it all: what was understood, waiting, frames, pairs, the end.

        Raises:
            ValueError: if the form cannot be drawn; nothing has been told then.
            StoppedError: if the page is being closed; ``tell`` may raise it where nobody listens.
        """
        requests, inferer = self.plan(form), self._inferer(form)
        tell({"event": "read", **self.reading(form)})
        with self.turns.take(tell):
            begin = time.perf_counter()
            name = self._draw(requests, inferer, tell)
            seconds = time.perf_counter() - begin
        logger.info("%d pair(s) drawn in %.1f s", len(requests), seconds)
        arguments = form.arguments(self._size(requests))
        tell({"event": "done", "drawing": name, "seconds": round(seconds, 2), "arguments": arguments})

    def close(self) -> None:
        """End a drawing that is under way, and remove what is kept."""
        self.turns.close()
        self.drawings.clear()

    def _inferer(self, form: Form) -> PairInferer:
        self.model.check_guidance(form.guidance_scale)
        return inferer_of(self.model, self.sampler, form.steps, form.guidance_scale, self.precision)

    def _size(self, requests: Sequence[Request]) -> int:
        return min(len(requests), self.batch_size)

    def _draw(self, requests: Sequence[Request], inferer: PairInferer, tell: Tell) -> str:
        """Draw into a folder of its own and return the drawing's name."""
        folder = TemporaryDirectory(prefix="cosimgen_")
        try:
            self._generator(requests, inferer, Path(folder.name), tell).run()
        except BaseException:
            folder.cleanup()
            raise
        return self.drawings.keep(folder)

    def _generator(self, requests: Sequence[Request], inferer: PairInferer, folder: Path, tell: Tell) -> PairGenerator:
        """Return a generator that writes as ``generating`` does, and tells what it draws."""
        size = self._size(requests)
        facts = {**self.facts, **inferer.to_json(), "batch_size": size}
        manifest = Manifest(folder / "manifest.csv", self.classes, facts)
        writers = open_writers(self.formats, folder, self.card, self.palette, manifest)
        writing = BackgroundWriting(writers, manifest, max_batches=0)  # a pair that is shown can be downloaded
        dataset_card = DatasetCard(folder / "dataset_card.md", self.card, manifest, self.formats)
        generator = self.drawing(
            val_data_loader=DataLoader(list(requests), batch_size=size, collate_fn=list),  # type: ignore[arg-type]
            inferer=inferer,
            batch_size=size,
            val_handlers=[writing, manifest, *writers, dataset_card],
        )
        FaultReport(folder / "faults.csv", manifest, generator.redraws.max_redraws).attach(generator)
        if isinstance(inferer, SamplingInferer):  # a baseline draws in one pass, and has nothing to show
            inferer.watch = Frames(generator, inferer.steps, self.pictures, tell, self.turns.closing)

        def show(engine: Any) -> None:
            rows = {row["id"]: row for row in manifest.rows}
            for sample in engine.state.output:
                tell(self._shown(sample, rows[sample_id(sample["request"])]))

        generator.add_event_handler(Events.ITERATION_COMPLETED, show)
        return generator

    def _shown(self, sample: dict[str, Any], row: dict[str, str]) -> dict[str, Any]:
        """Return a drawn sample as an event: its pictures, and what its manifest row says."""
        label = sample["drawn_label"]  # areas and presence are defined at the training's size
        areas = (class_areas(label[None], self.classes.num_classes)[0] / label.numel()).tolist()
        return {
            "event": "pair",
            "index": sample["request"].index,
            "id": row["id"],
            "pictures": self.pictures.of_pair(sample["image"], sample["label"]),
            "areas": [(i, areas[i]) for i in self.classes.objects if areas[i]],
            "faults": listed(row["faults"]),
            "redraws": int(row["redraws"]),
        }
