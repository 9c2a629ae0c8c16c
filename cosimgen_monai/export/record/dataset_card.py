"""The card of a generated set: what it is, from what, under what terms, with what limits."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from ignite.engine import Engine, Events

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.export.record.manifest import Manifest, listed
from cosimgen_monai.settings import atomic_write


class DatasetCard:
    """Write ``dataset_card.md`` at the end.

    Args:
        path: where it goes.
        card: the model's file, as it holds for what is written.
        manifest: the run's manifest.
        formats: names of the formats written.
    """

    def __init__(self, path: str | Path, card: dict[str, Any], manifest: Manifest, formats: list[str]) -> None:
        self.path = Path(path)
        self.card = card
        self.classes = ClassTable(**card["classes"])
        self.manifest = manifest
        self.formats = formats

    def attach(self, engine: Engine) -> None:
        """Attach to a generator, after its manifest."""
        engine.add_event_handler(Events.COMPLETED, lambda _: self.write())

    def write(self) -> None:
        """Write the card."""
        with atomic_write(self.path) as draft:
            draft.write_text(self.text(), "utf-8")

    def text(self) -> str:
        """Return the card as Markdown."""
        images, rows = self.card["images"], self.manifest.rows
        facts = "\n".join(f"| {name} | {value} |" for name, value in self.manifest.run.items())
        return f"""# {len(rows)} synthetic pairs of images and masks

**Every image here is synthetic**, drawn together with its mask by CoSimGen, a diffusion model. No image shows a real
patient or scene. For research; never for diagnosis.

- Trained on: {images["dataset"]} ({images["modality"]}).
- Terms of the training data: {images["terms"]}
- Formats: {", ".join(self.formats)}; `manifest.csv` has a row a sample.

## Limits

{self._limits()}
## Classes

{self._class_table()}
## How it was drawn

| | |
|---|---|
{facts}
"""

    def _limits(self) -> str:
        images, rows = self.card["images"], self.manifest.rows
        limits = ["A model copies what it saw: its training data's biases, and rarities it may draw badly or never."]
        if images["modality"] == "CT":
            low, high = images["window"]
            limits.append(f"HU are clipped to {low:g} to {high:g}, the training window.")
            limits.append("Slices, not volumes: neighbours do not belong together.")
        if self.classes.has_void:
            limits.append("Void pixels (255, `ignore`) belong to no class: leave them out of losses and metrics.")
        faulty, again = sum(bool(row["faults"]) for row in rows), sum(int(row["redraws"]) > 0 for row in rows)
        limits.append(f"{faulty} of {len(rows)} samples have faults by the gates (`faults.csv`); {again} were redrawn.")
        limits.append("Masks were drawn, not checked by anybody.")
        return "".join(f"- {limit}\n" for limit in limits)

    def _class_table(self) -> str:
        asked, found = (
            Counter(name for row in self.manifest.rows for name in listed(row[key]))
            for key in ("classes_asked", "classes_found")
        )
        head = "| id | class | samples that ask for it | samples that hold it |\n|---|---|---|---|\n"
        rows = [
            f"| {i} | {name} | {asked[name]} | {found[name]} |\n"
            for i, name in enumerate(self.classes.names)
            if i != self.classes.background
        ]
        return head + "".join(rows)
