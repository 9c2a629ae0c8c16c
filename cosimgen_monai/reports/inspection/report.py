"""Look at a dataset before training: one page, its figures as JSON, the co-occurrence matrix, a sheet of samples."""

from __future__ import annotations

import csv
import json
import logging
from pathlib import Path
from typing import Any

from PIL import Image

from cosimgen_monai.codec import ClassTable, with_legend
from cosimgen_monai.data import CachedPairs, PairSource, cache_pairs
from cosimgen_monai.handlers import SheetRow, draw_sheet
from cosimgen_monai.reports.colours import class_colours
from cosimgen_monai.reports.inspection.figures import class_figures, co_occurrence_of, native_figures, part_figures
from cosimgen_monai.reports.inspection.page import inspection_page
from cosimgen_monai.reports.inspection.reading import describe_items
from cosimgen_monai.reports.inspection.samples import Sample, choose_samples
from cosimgen_monai.reports.pages.heat_map import draw_heat_map
from cosimgen_monai.settings import atomic_write, check_writable

logger = logging.getLogger(__name__)

FIGURES = "inspection.json"
NUM_SAMPLES = 16


def inspect_dataset(
    source: PairSource,
    parts: dict[str, list[dict[str, str]]],
    split: str,
    image_size: int,
    cache_dir: str | Path,
    dataset_dir: str | Path,
    inspection_dir: str | Path,
) -> dict[str, Any]:
    """Write and print what a dataset is like; items that training would refuse are listed, not raised.

    Args:
        source: the dataset.
        parts: its items under ``train`` and ``val``.
        split: how they were split.
        image_size: the training size, at which pixel shares are counted.
        cache_dir: where training keeps its pairs; read and filled here.
        dataset_dir: the dataset's folder, by which an inspection is known.
        inspection_dir: the folder to write into; an earlier inspection of the same dataset is replaced.

    Returns:
        The figures, as in ``inspection.json``.

    Raises:
        ValueError: if the folder holds something else.
    """
    folder = Path(inspection_dir)
    check_folder(folder, source.name, dataset_dir)
    # with --split all both sides are the same items: count them once
    sides = {"train": parts["train"]} if split == "all" else parts
    described, faults = describe_items(source, sides)
    pairs: dict[str, CachedPairs | None] = {}
    for side, rows in described.items():
        pairs[side], more = _readable_pairs(source, side, [item for item, _ in rows], image_size, cache_dir)
        faults += more
    known = {side: found for side, found in pairs.items() if found is not None}
    figures = {
        **_facts(source),
        "dataset_dir": str(dataset_dir),
        "split": split,
        "image_size": image_size,
        "parts": {side: part_figures(source, parts[side], pairs[side]) for side in sides},
        "native": native_figures(source, [facts for rows in described.values() for _, facts in rows]),
        **class_figures(source.classes, known),
        "co_occurrence": co_occurrence_of(source.classes, known),
        "faults": faults,
    }
    write_inspection(folder, figures, choose_samples(source, known, NUM_SAMPLES), source.classes)
    logger.info("\n%s\n\nThe page is %s", summary(figures), folder / "index.html")
    return figures


def _facts(source: PairSource) -> dict[str, Any]:
    """Return what a dataset says of itself."""
    return {
        "dataset": source.name,
        "modality": source.modality,
        "terms": str(source.card().get("terms", "")),
        "group_name": source.group_name,
        "on_fault": source.on_fault,
    }


def _readable_pairs(
    source: PairSource, side: str, items: list[dict[str, str]], image_size: int, cache_dir: str | Path
) -> tuple[CachedPairs | None, list[dict[str, Any]]]:
    """Return the pairs of a side's items, or ``None`` where there are none, and the fault that kept them away."""
    if not items:
        return None, []
    try:
        return cache_pairs(source, items, image_size, cache_dir), []
    except ValueError as error:
        return None, [{"file": "", "side": side, "message": str(error), "values": {}}]


def check_folder(folder: Path, dataset: str, dataset_dir: str | Path) -> None:
    """Raise ``ValueError`` where a folder holds anything but an inspection of the same dataset, or takes no file."""
    check_writable("inspection_dir", folder)
    if not folder.is_dir() or not any(path for path in folder.iterdir() if not path.name.startswith(".")):
        return
    remedy = "Choose another --inspection_dir."
    if not (folder / FIGURES).is_file():
        raise ValueError(f"`inspection_dir` {folder} is not empty and holds no {FIGURES}. {remedy}")
    known = json.loads((folder / FIGURES).read_text(encoding="utf-8"))
    if (known.get("dataset"), known.get("dataset_dir")) != (dataset, str(dataset_dir)):
        raise ValueError(
            f"`inspection_dir` {folder} holds the inspection of {known.get('dataset')} in {known.get('dataset_dir')}, "
            f"not of {dataset} in {dataset_dir}. {remedy}"
        )


def write_inspection(folder: Path, figures: dict[str, Any], samples: list[Sample], classes: ClassTable) -> None:
    """Write every file of an inspection, each whole or not at all; the figures first, since they say whose it is."""
    matrix = figures["co_occurrence"]
    with atomic_write(folder / FIGURES) as draft:
        draft.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    with atomic_write(folder / "co_occurrence.csv") as draft, draft.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["given \\ occurs", *matrix["names"]])
        for name, row in zip(matrix["names"], matrix["matrix"], strict=True):
            rows.writerow([name, *("" if value is None else f"{value:.4f}" for value in row)])
    with atomic_write(folder / "co_occurrence.png") as draft:
        draw_heat_map(matrix["names"], matrix["matrix"]).save(draft)
    with atomic_write(folder / "samples.png") as draft:
        sample_sheet(samples, classes, figures["dataset"]).save(draft)
    with atomic_write(folder / "index.html") as draft:
        draft.write_text(inspection_page(figures, samples), encoding="utf-8")


def sample_sheet(samples: list[Sample], classes: ClassTable, dataset: str) -> Image.Image:
    """Draw the samples as image, mask and overlay, with a legend."""
    rows = [SheetRow(sample.title, sample.side, sample.image, sample.label) for sample in samples]
    heading = f"{dataset}: {len(rows)} samples: image, mask, overlay"
    colours = class_colours(classes)
    return with_legend(draw_sheet(rows, colours, classes.background, heading), classes, colours)


def summary(figures: dict[str, Any]) -> str:
    """Return an inspection in a few lines, for the terminal."""
    lines = [f"{figures['dataset']} ({figures['modality']}), split {figures['split']}"]
    for side, part in figures["parts"].items():
        lines.append(
            f"  {side:<6}{part['items']} item(s), {part['groups']} {figures['group_name']}(s), {part['pairs']} pair(s)"
        )
    native = figures["native"]
    for key in ("sizes", "spacings"):
        if native[key]:
            listed = ", ".join(f"{row['value']} ({row['items']})" for row in native[key][:4])
            lines.append(f"  {key:<10}{listed}{' …' if len(native[key]) > 4 else ''}")
    if native["value_range"]:
        lines.append("  values    {:g} to {:g} {}".format(*native["value_range"], native["unit"]))
    width = max(len(row["name"]) for row in figures["classes"])
    lines.append(f"  {'class':<{width}}  pixel share   pairs  groups")
    for row in figures["classes"]:
        lines.append(f"  {row['name']:<{width}}  {row['pixel_share']:>10.3%}  {row['pairs']:>6}  {row['groups']:>6}")
    lines.append(f"  {'void':<{width}}  {figures['void_share']:>10.3%}")
    verdict = "LEFT OUT" if figures["on_fault"] == "skip" else "REFUSED"
    lines += [f"  {verdict} {fault['side']}: {fault['message']}" for fault in figures["faults"]]
    return "\n".join(lines)
