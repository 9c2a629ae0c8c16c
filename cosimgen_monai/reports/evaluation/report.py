"""Evaluate a generated set against a real one: every figure beside its floor, as JSON and as a page."""

from __future__ import annotations

import json
import logging
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from cosimgen_monai.data import PairSource
from cosimgen_monai.metrics import MIN_CROPS, memorisation
from cosimgen_monai.networks import LPIPS
from cosimgen_monai.reports.evaluation.by_class import figures_by_class
from cosimgen_monai.reports.evaluation.evaluated_pairs import EvaluatedPairs
from cosimgen_monai.reports.evaluation.facts import facts_of, window_in_words
from cosimgen_monai.reports.evaluation.figures import (
    distance_figures,
    image_figures,
    presence_figures,
)
from cosimgen_monai.reports.evaluation.judges import Judges
from cosimgen_monai.reports.evaluation.measured_set import MeasuredSet, SetStatistics, measure_set
from cosimgen_monai.reports.evaluation.page import evaluation_page
from cosimgen_monai.reports.evaluation.ranked_pairs import choose_gallery, nearest_pairs
from cosimgen_monai.reports.finite import finite
from cosimgen_monai.reports.reader.sheet import write_reader_sheet
from cosimgen_monai.settings import atomic_write, check_writable

logger = logging.getLogger(__name__)
REPORT = "report.json"
PAGE = "index.html"


def evaluate_set(
    source: PairSource,
    pairs: EvaluatedPairs,
    judges: Judges,
    settings: dict[str, Any],
    device: torch.device,
    output_dir: str | Path,
    batch_size: int = 32,
    max_crops: int = 256,
    num_pairs: int = 1000,
    seed: int = 0,
    include_real: bool = False,
    reader_cases: int = 40,
) -> dict[str, Any]:
    """Measure, and write ``report.json`` and the page ``index.html``.

    Args:
        source: the dataset.
        pairs: the sets compared.
        judges: the networks.
        settings: what else stands in the report: split, size, folders.
        device: where to measure.
        output_dir: where the report goes.
        batch_size: pairs at once.
        max_crops: regions a class and set in sFID, a random choice.
        num_pairs: pairs of images in LPIPS and MS-SSIM.
        seed: seed of every random choice.
        include_real: whether real images may be shown: beside their copies, and in a blinded reader sheet, which is
            written then.
        reader_cases: cases of the reader sheet.

    Returns:
        The report.

    Raises:
        ValueError: as :func:`check_evaluation`, or if a pair cannot be read.
    """
    check_evaluation(judges, settings["image_size"], output_dir, max_crops, reader_cases if include_real else None)
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        real, generated, training = _measure(source, pairs, judges, device, Path(name), batch_size, max_crops)
        figures = [figure for net in judges.features for figure in distance_figures(net.name, real, generated, seed)]
        figures += image_figures(pairs, judges.lpips, device, num_pairs, seed) + judges.absent_figures()
        report = {
            **facts_of(source, pairs, judges, settings, seed),
            "include_real": include_real,
            "figures": figures,
            **figures_by_class(source.classes, real, generated),
            "presence": presence_figures(pairs, real),
            "memorisation": _memorisation(judges.main.name, pairs, real, generated, training),
            "seconds": round(time.perf_counter() - start, 1),
        }
        main = judges.main.name
        gallery = choose_gallery(pairs.generated, generated.indices, generated.features[main], real.features[main])
    report = finite(report)
    beside = nearest_pairs(pairs, report["memorisation"]) if include_real else []
    if include_real:
        write_reader_sheet(pairs, output_dir, reader_cases, seed, window_in_words(source))
    _write(Path(output_dir), report, evaluation_page(report, gallery, beside))
    return report


def check_evaluation(
    judges: Judges, image_size: int, output_dir: str | Path, max_crops: int, reader_cases: int | None
) -> None:
    """Refuse what would fail only after everything is read, or measured.

    Args:
        judges: the networks.
        image_size: the size of the comparison.
        output_dir: where the report goes.
        max_crops: regions a class and set in sFID.
        reader_cases: cases of the reader sheet, or ``None`` where none is written.

    Raises:
        ValueError: if one of them is out of range, or nothing can be written into ``output_dir``.
    """
    check_writable("output_dir", output_dir)
    if max_crops < 2 * MIN_CROPS:
        raise ValueError(f"`max_crops` must be {2 * MIN_CROPS} or more, half for each real half, got {max_crops}.")
    if reader_cases is not None and reader_cases < 2:
        raise ValueError(f"`reader_cases` must be 2 or more, half of them real, got {reader_cases}.")
    if judges.lpips and image_size < LPIPS.MIN_SIZE:
        raise ValueError(
            f"LPIPS compares images of {LPIPS.MIN_SIZE} pixels or more, `image_size` is {image_size}: give "
            "a larger --image_size, or --feature_networks \"['efficientnet_lite0']\"."
        )


def _write(folder: Path, report: dict[str, Any], page: str) -> None:
    """Write the report and its page, each whole or not at all."""
    for name, text in ((REPORT, json.dumps(report, indent=1, allow_nan=False)), (PAGE, page)):
        with atomic_write(folder / name) as draft:
            draft.write_text(text, "utf-8")


def _measure(
    source: PairSource,
    pairs: EvaluatedPairs,
    judges: Judges,
    device: torch.device,
    folder: Path,
    batch_size: int,
    max_crops: int,
) -> tuple[MeasuredSet, MeasuredSet, MeasuredSet | None]:
    """Go through the real halves, the generated set and, where there is one, the training set."""
    seers = [net for net in judges.features if net.name != "vgg16"]

    def statistics(number: int) -> list[SetStatistics]:
        return [SetStatistics(source.classes, seers, max_crops // number) for _ in range(number)]

    def go(name: str, dataset: Any, parts: Any, networks: Any, stats: list[SetStatistics]) -> MeasuredSet:
        return measure_set(name, dataset, parts, networks, stats, folder, device, batch_size)

    # first the set whose files nobody has read yet: a damaged one stops the rest
    generated = go("generated", pairs.generated, [pairs.order], judges.features, statistics(1))
    real = go("real", pairs.real, pairs.halves, judges.features, statistics(2))
    training = None
    if pairs.training is not None:
        training = go("training", pairs.training, [range(len(pairs.training))], [judges.main], [])
    return real, generated, training


def _memorisation(
    network: str, pairs: EvaluatedPairs, real: MeasuredSet, generated: MeasuredSet, training: MeasuredSet | None
) -> dict[str, Any] | None:
    if training is None:
        return None
    found = memorisation(generated.features[network], real.features[network], training.features[network])
    for row in found["nearest"]:
        row["generated"] = pairs.generated.names[generated.indices[row["generated"]]]
    return {"features": network, **found}
