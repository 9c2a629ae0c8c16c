"""An evaluation in a few lines, for the terminal."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from cosimgen_monai.reports.evaluation.remarks import UNASKED, remarks
from cosimgen_monai.reports.reader.sheet import KEY, SHEET

logger = logging.getLogger(__name__)


def evaluation_summary(report: dict[str, Any]) -> str:
    """Return the figures of a report, one a line, each beside its floor."""
    n = report["n"]
    lines = [
        f"{report['generated_dir']} against {report['dataset']} ({report['real_part']} part): {n['generated']} "
        f"generated, {n['real']} real of {n['real_groups']} {report['group_name']}(s), {report['image_size']} x "
        f"{report['image_size']}, seed {report['seed']}",
        f"  floor: {report['floor']}",
        f"  {'figure':<34}{'generated':>12}{'floor':>12}",
        *map(_figure_line, report["figures"]),
    ]
    for name, sfid in report["sfid"].items():
        lines.append(_line(f"sfid_{name} (mean of classes)", sfid["mean"], sfid["floor"]["mean"]))
        if sfid["never_drawn"]:
            lines.append(f"    never drawn, or once: {', '.join(sfid['never_drawn'])}; no mean without them")
        lines += _remarks([], sfid["too_few_real"], sfid["floor"]["never_drawn"])
    agreement = report["agreement"]
    lines.append(_line("image-mask difference", agreement["mean"], agreement["floor"]))
    lines.append(_line("  the same, masks shuffled", agreement["mean_shuffled"], None))
    lines += _remarks(agreement["never_drawn"], agreement["too_few_real"], agreement["floor_lacks"])
    matrices = report["co_occurrence"]
    lines.append(_line("co-occurrence difference", matrices["mean_absolute_difference"], matrices["floor"]))
    lines += _remarks(matrices["never_drawn"], [], matrices["floor_lacks"])
    lines += _presence_lines(report)
    lines += _memorisation_lines(report)
    if report["weights_absent"]:
        lines.append("  weights absent: report.json says which file goes where (weights_absent)")
    return "\n".join(lines)


def print_evaluation(report: dict[str, Any], output_dir: str | Path) -> None:
    """Print the figures of a report, and say where the report is."""
    logger.info(
        "\n%s\n\nThe page is %s, report.json beside it", evaluation_summary(report), Path(output_dir) / "index.html"
    )
    if report["include_real"]:
        logger.info(
            "For blinded readers: %s (real images are in it); keep %s back. When it comes filled in:\n"
            "  python -m cosimgen_monai.reports.reader.scores ANSWERS.csv %s",
            *(Path(output_dir) / name for name in (SHEET, KEY, KEY)),
        )


def _figure_line(figure: dict[str, Any]) -> str:
    if "note" in figure:
        return f"  {figure['name']:<34}{figure['note']:>24}"
    return _line(figure["name"], figure["value"], figure["floor"])


def _line(name: str, value: float | None, floor: float | None) -> str:
    shown = [f"{number:>12.4g}" if number is not None else f"{'–':>12}" for number in (value, floor)]
    return f"  {name:<34}{''.join(shown)}"


def _remarks(*kinds: list[str]) -> list[str]:
    return [f"    {words}" for words in remarks(*kinds)]


def _presence_lines(report: dict[str, Any]) -> list[str]:
    presence = report["presence"]
    if presence is None:
        return [f"  presence: not measured: {UNASKED}"]
    rows = [
        ("presence F1", presence["presence_f1"], None),
        ("  the same, masks of other requests", presence["presence_f1_chance"], None),
        ("hit rate", presence["hit_rate"], None),
        ("unrequested rate (real beside it)", presence["unrequested_rate"], presence["unrequested_rate_real"]),
        (f"PPV of {presence['single_class_queries']} single-class queries", presence["ppv"], None),
    ]
    return [_line(*row) for row in rows]


def _memorisation_lines(report: dict[str, Any]) -> list[str]:
    found = report["memorisation"]
    if found is None:
        return ["  memorisation: cannot be told, since no real pair is held out from training"]
    verdict = "FLAGGED: it may have memorised" if found["flagged_suspects"] else "at most 5 %"
    lines = [f"  memorisation: {found['share_suspect']:.1%} nearer to training images than held-out ones ({verdict})"]
    if found["flagged_copies_of_held_out"]:
        lines.append(f"    FLAGGED: {found['copies_of_held_out']:.1%} are copies of the real images compared with")
    return lines
