"""A utility study written down: ``utility.json``, a page, and a table in the terminal."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from cosimgen_monai.reports.utility.page import utility_page
from cosimgen_monai.reports.utility.verdict import utility_verdict
from cosimgen_monai.settings import atomic_write
from cosimgen_monai.utility import StudyResults

logger = logging.getLogger(__name__)
REPORT = "utility.json"
PAGE = "utility.html"


def write_utility(results: StudyResults, output_dir: str | Path) -> dict[str, Any]:
    """Write ``utility.json`` and ``utility.html``, print the table, and return the report."""
    report = results.report()
    folder = Path(output_dir)
    with atomic_write(folder / REPORT) as draft:
        draft.write_text(json.dumps(report, indent=1, allow_nan=False), "utf-8")
    with atomic_write(folder / PAGE) as draft:
        draft.write_text(utility_page(report), "utf-8")
    logger.info("\n%s\n\nThe page is %s, %s beside it", utility_summary(report), folder / PAGE, REPORT)
    return report


def utility_summary(report: dict[str, Any]) -> str:
    """Return the figures of a report as a table for the terminal, the verdict below it."""
    lines = []
    for share in report["shares"]:
        lines += [
            f"{report['dataset']}, {share['share']:.0%} of the real data: {share['groups']} {report['group_name']}s, "
            f"{share['pairs']} pairs, {share['generated']} generated; {report['num_seeds']} seed(s), "
            f"{report['steps']} steps",
            f"  {'arm':<26}{'mean Dice':>10}{'difference (95 %)':>28}{'rarest':>9}{'difference (95 %)':>28}",
        ]
        for name, arm in share["arms"].items():
            cells = "".join(
                f"{_number(arm['dice'][key]):>{width}}{_with_interval(arm['difference'], key):>28}"
                for key, width in (("mean", 10), ("rare", 9))
            )
            lines.append(f"  {name:<26}{cells}")
        names = list(share["arms"])
        lines.append(f"  {'class':<26}" + "".join(f"{name:>18}" for name in names))
        for class_name in share["pairs_with"]:
            cells = "".join(f"{_number(share['arms'][n]['dice']['classes'][class_name]):>18}" for n in names)
            lines.append(f"  {class_name:<26}{cells}")
    return "\n".join([*lines, *(f"* {words}" for _, words in utility_verdict(report))])


def _number(figure: dict[str, Any]) -> str:
    return "–" if figure["value"] is None else f"{figure['value']:.3f}"


def _with_interval(difference: dict[str, Any] | None, key: str) -> str:
    if difference is None or difference[key]["value"] is None:
        return ""
    if difference[key]["low"] is None:
        return f"{difference[key]['value']:+.3f}"
    return "{value:+.3f} ({low:+.3f} to {high:+.3f})".format(**difference[key])
