"""The tables in print and as JSON: each column's figures, floors and reasons, the paper's, and an ablation's gains."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cosimgen_monai.reports.evaluation.definitions import definition
from cosimgen_monai.reports.evaluation.paper_figures import PAPER
from cosimgen_monai.reports.finite import finite
from cosimgen_monai.settings import atomic_write
from paper_tables.columns import REPORT, Column
from paper_tables.compared_pairs import compared_with
from paper_tables.equal_time_plan import DEFAULTS

PAPERS_NAMES = ("FID", "KID", "VGG", "LPIPS", "sFID", "PPV")
"""The paper's names of the figures of tables 1 and 2, in the order of ``PAPER``."""
MEASURED = ("frechet_", "kernel_", "perceptual_", "vgg16_distance", "lpips_", "ms_ssim_")
ASKED = {
    "class sets": {
        "presence F1": "presence_f1",
        "F1 less chance": "",
        "hit rate": "hit_rate",
        "unrequested rate": "unrequested_rate",
    },
    "single class": {"PPV": "ppv"},
}
"""What each kind of set tells of its requests: names in the table, and keys of ``asked.json``."""
ALIGNED = {"text_finds_classes": "retrieval_accuracy", "matched_distance": "distance_ratio"}
LOWER = ("unrequested rate", "matched_distance", "image-mask")
"""Rows that no definition of a report's figures covers, and that are better low."""


NEVER_DRAWN = "never drawn: "
MISSING = "–"
"""What stands for a figure that cannot be had, where there is no more to say."""


@dataclass
class Figures:
    """A column's figures.

    Attributes:
        values: by name; ``None`` where there is none.
        floors: the same between two halves of the real set, of the distances.
        reasons: why there is no value, where that is known.
        notes: what else must be known to read them.
    """

    values: dict[str, float | None] = field(default_factory=dict)
    floors: dict[str, float | None] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, name: str, value: float | None, floor: float | None = None, reason: str = "") -> None:
        """Add a figure."""
        self.values[name] = value
        if floor is not None:
            self.floors[name] = floor
        if value is None and reason:
            self.reasons[name] = reason


def figures_of(folder: Path) -> Figures | None:
    """Return a column's figures, or nothing where it is not evaluated to the end yet."""
    report_path, asked_path = folder / REPORT, folder / "asked.json"
    if not (report_path.is_file() and asked_path.is_file()):
        return None
    report, found = json.loads(report_path.read_text("utf-8")), Figures()
    for figure in report["figures"]:
        if figure["name"].startswith(MEASURED):
            found.add(figure["name"], figure["value"], figure["floor"], figure.get("note", ""))
    for network, sfid in report["sfid"].items():
        missing = ", ".join(sfid["never_drawn"])
        reason = f"{NEVER_DRAWN}{missing}" if missing else "too few real regions"
        found.add(f"sfid_{network}", sfid["mean"], sfid["floor"]["mean"], reason)
        if missing:
            found.notes.append(f"no mean sFID: without what is never drawn ({missing}) it would leave out the worst")
    agreement = report["agreement"]
    found.add("image-mask difference", agreement["mean"], agreement["floor"])
    if missing := agreement["never_drawn"]:
        found.notes.append(f"image-mask difference without {', '.join(missing)}, never drawn")
    _add_asked(found, finite(json.loads(asked_path.read_text("utf-8"))))
    if (folder / "alignment.json").is_file():
        aligned = finite(json.loads((folder / "alignment.json").read_text("utf-8")))
        for name, key in ALIGNED.items():
            found.add(name, aligned[key])
    return found


def _add_asked(found: Figures, asked: dict[str, dict[str, dict[str, Any]]]) -> None:
    for kind, rows in ASKED.items():
        for name, key in rows.items():
            for by, counted in asked[kind].items():
                found.add(f"{name}, asked {by}", counted[key] if key else _less_chance(counted))


def _less_chance(counted: dict[str, Any]) -> float | None:
    f1, chance = counted["presence_f1"], counted["presence_f1_chance"]
    return None if f1 is None or chance is None else f1 - chance


def print_tables(args: argparse.Namespace, columns: list[Column]) -> None:
    """Print the figures of the columns that are done, the paper's below them, and write them as JSON."""
    ours = {column.name: figures_of(column.folder(args.output_dir)) for column in columns}
    done = {name: figures for name, figures in ours.items() if figures is not None}
    default = DEFAULTS[args.scale] if args.ablation else None
    rows = [["", *(f"{name} (default)" if name == default else name for name in ours), "floor"]]
    names = list(dict.fromkeys(name for figures in done.values() for name in figures.values))
    floors = next(iter(done.values())).floors if done else {}
    for name in names:
        cells = [_cell(done[column], name) if column in done else "missing" for column in ours]
        rows.append([name, *cells, _number(floors.get(name))])
    paper = {} if args.ablation else PAPER.get(args.dataset, {})
    for k, name in enumerate(PAPERS_NAMES if paper else ()):
        rows.append([f"paper: {name}", *(_number(paper[c][k]) if c in paper else "" for c in ours), ""])
    compared = compared_with(args.output_dir, columns)
    lines = [*_aligned(rows), *([compared["words"]] if compared else [])]
    for column, figures in done.items():
        lines += [f"{column}: {note}" for note in dict.fromkeys(figures.notes)]
    if len(done) < len(ours):
        lines.append(f"PARTIAL: {len(done)} of {len(ours)} columns are done.")
    if default in done and len(done) > 1:
        lines += ["", f"Differences from {default}, the default at {args.scale} scale (one training each, so that a"]
        lines += ["difference as between two seeds tells nothing):", *_aligned(_differences(done, default, names))]
    print("\n" + "\n".join(lines), flush=True)
    table = {
        "asked": {key: str(value) for key, value in vars(args).items()},
        "ours": {name: figures and figures.values for name, figures in ours.items()},
        "floors": floors,
        "compared_with": compared,
        "reasons": {name: figures.reasons for name, figures in done.items() if figures.reasons},
        "notes": {name: figures.notes for name, figures in done.items() if figures.notes},
        "paper": paper,
        "default": default,
    }
    with atomic_write(args.output_dir / "tables.json") as draft:
        draft.write_text(json.dumps(finite(table), indent=1, allow_nan=False), "utf-8")


def _differences(done: dict[str, Figures], default: str, names: list[str]) -> list[list[str]]:
    """Return each variant's figures less the default's, each with whether that is better."""
    others = {name: figures for name, figures in done.items() if name != default}
    rows = [["", *others]]
    for name in names:
        base, cells = done[default].values.get(name), []
        for figures in others.values():
            value = figures.values.get(name)
            cells.append("" if value is None or base is None else _difference(name, value - base))
        rows.append([name, *cells])
    return rows


def _difference(name: str, difference: float) -> str:
    if not difference:
        return "0"
    if name.startswith("ms_ssim"):  # better near the floor: neither way is
        return f"{difference:+.3g}"
    lower = name.startswith(LOWER) or (name.startswith((*MEASURED, "sfid")) and definition(name)[0] == "lower")
    return f"{difference:+.3g} {'better' if (difference < 0) == lower else 'worse'}"


def _cell(figures: Figures, name: str) -> str:
    if name not in figures.values:
        return ""
    value = figures.values[name]
    if value is not None:
        return _number(value)
    reason = figures.reasons.get(name, MISSING)
    return "a class never drawn" if reason.startswith(NEVER_DRAWN) else reason


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _aligned(rows: list[list[str]]) -> list[str]:
    """Return rows as lines, the first column to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join([row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))])
        for row in rows
    ]
