"""The columns of the tables: which model, drawn from at which guidance, and which sets of pairs are drawn for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cosimgen_monai.baselines import ARCHITECTURES
from paper_tables.equal_time_plan import ABLATIONS, MODELS

BY_CLASS, BY_TEXT = "by class", "by text"
SETS = {
    ("class sets", BY_CLASS): "generated",
    ("class sets", BY_TEXT): "generated_by_text",
    ("single class", BY_CLASS): "single_class",
    ("single class", BY_TEXT): "single_class_by_text",
}
"""The folder of each set: the training's class sets at random or one class at a time, asked by class or by text."""

REPORT = Path("evaluation") / "report.json"
"""What an evaluated column's folder holds."""

SINGLE_CLASS_SHARE = 0.25
"""Samples of a single class, as a share of those of class sets."""


@dataclass(frozen=True)
class Column:
    """A column of the tables.

    Attributes:
        model: the trained model, as the plan calls it.
        guidance_scale: how strongly it is guided; a baseline not at all.
    """

    model: str
    guidance_scale: float = 1.0

    @property
    def name(self) -> str:
        """What stands above the column."""
        return self.model if self.guidance_scale == 1 else f"{self.model}, guidance {self.guidance_scale:g}"

    def training(self, output_dir: Path) -> Path:
        """Return the folder of the model's training, which its columns share."""
        return output_dir / folder_name(self.model) / "training"

    def folder(self, output_dir: Path) -> Path:
        """Return the folder of the column's samples and evaluation."""
        return output_dir / folder_name(self.name)

    def conditions(self) -> tuple[str, ...]:
        """Return how the model can be asked."""
        architecture = "cosimgen" if self.model in ABLATIONS else MODELS[self.model] or "cosimgen"
        known = {"classes": (BY_CLASS,), "text": (BY_TEXT,), None: (BY_CLASS, BY_TEXT)}
        return known[ARCHITECTURES[architecture].conditioned_by]

    def sets(self) -> dict[tuple[str, str], str]:
        """Return the folders of the sets that are drawn.

        A model that is driven by text alone reads the prompt of a request by class: its sets stand where others have
        theirs by class, so that all models have pairs of the same requests.
        """
        if self.conditions() == (BY_TEXT,):
            return {(kind, BY_TEXT): SETS[kind, BY_CLASS] for kind, _ in SETS}
        return {key: folder for key, folder in SETS.items() if key[1] in self.conditions()}


def columns_of(model: str, guidance_scales: Sequence[float]) -> list[Column]:
    """Return a model's columns; only CoSimGen can be guided."""
    scales = guidance_scales if model == "CoSimGen" else (1.0,)
    return [Column(model, scale) for scale in scales]


def columns_in(output_dir: Path, models: Iterable[str]) -> list[Column]:
    """Return the columns that a folder of tables holds or will hold, guided ones where they were drawn."""
    found = []
    for model in models:
        marker = f"{folder_name(model)}_guidance_"
        names = [path.name.removeprefix(marker) for path in output_dir.glob(f"{marker}*")]
        scales = sorted(float(name) for name in names if _is_number(name))
        found += [Column(model), *(Column(model, scale) for scale in scales)]
    return found


def _is_number(text: str) -> bool:
    """Whether this is what follows the marker; somebody may have put ``..._2_old`` beside it."""
    return text.replace(".", "", 1).isdecimal()


def shown_columns(output_dir: Path, models: Iterable[str], guidance_scales: Sequence[float]) -> list[Column]:
    """Return the columns that are asked for, and those beside them that an earlier call has evaluated."""
    shown = []
    for model in models:
        asked = columns_of(model, guidance_scales)
        done = [c for c in columns_in(output_dir, [model]) if (c.folder(output_dir) / REPORT).is_file()]
        shown += sorted({*asked, *done}, key=lambda column: column.guidance_scale)
    return shown


def folder_name(name: str) -> str:
    """Return the folder of a model or column."""
    return name.lower().replace(",", "").replace(" ", "_")
