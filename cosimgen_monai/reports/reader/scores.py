"""Score a filled reader sheet: can a reader tell generated from real, and how good are the masks.

python -m cosimgen_monai.reports.reader.scores answers.csv output/evaluation/reader_key.csv
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path
from typing import Any

from cosimgen_monai.metrics import wilson_interval
from cosimgen_monai.reports.reader.sheet import KEY_COLUMNS, KINDS

ANSWER_COLUMNS = ("sheet", "reader", "case", "answer", "mask_quality", "comment")


def score_reader(answers: str | Path, key: str | Path) -> dict[str, Any]:
    """Score one reader's answers.

    Accuracy is over the cases that were answered; 0.5 is a coin's, since half of the cases are real.

    Args:
        answers: the CSV that the sheet saved.
        key: ``reader_key.csv``.

    Returns:
        ``accuracy`` and its 95 % Wilson ``interval``, ``answered`` and ``cases``; ``taken_for_real`` (share of real and
        of generated images taken for real); ``mask_quality`` (mean of each kind, 1 to 5).

    Raises:
        ValueError: if a file is no sheet or key, they are of two sheets, or an answer is none of those offered.
    """
    known = {row["case"]: row for row in _read(key, KEY_COLUMNS)}
    rows = _read(answers, ANSWER_COLUMNS)
    _check(rows, known, Path(answers))
    answered = [(known[row["case"]]["kind"], row["answer"]) for row in rows if row["answer"]]
    right = sum(kind == answer for kind, answer in answered)
    quality = [(known[row["case"]]["kind"], float(row["mask_quality"])) for row in rows if row["mask_quality"]]
    return {
        "reader": rows[0]["reader"],
        "accuracy": right / len(answered) if answered else None,
        "interval": wilson_interval(right, len(answered)),
        "answered": len(answered),
        "cases": len(known),
        "taken_for_real": {kind: _mean([a == "real" for k, a in answered if k == kind]) for kind in KINDS},
        "mask_quality": {kind: _mean([value for k, value in quality if k == kind]) for kind in KINDS},
    }


def _read(path: str | Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    try:
        with Path(path).open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is no UTF-8 text ({error.reason}): save it as CSV in UTF-8.") from error
    if not rows or any(rows[0].get(name) is None for name in columns):
        raise ValueError(f"{path} is not as it should be: expected comma-parted rows of {', '.join(columns)}.")
    return rows


def _check(rows: list[dict[str, str]], known: dict[str, dict[str, str]], path: Path) -> None:
    sheet = next(iter(known.values()))["sheet"]
    seen: set[str] = set()
    for row in rows:
        if row["sheet"] != sheet:
            raise ValueError(f"{path} answers sheet {row['sheet']}, but the key is of sheet {sheet}: give its own key.")
        if row["case"] not in known or row["case"] in seen:
            raise ValueError(f"{path}: case {row['case']!r} is in no row of the key, or stands there twice.")
        seen.add(row["case"])
        if row["answer"] not in ("", *KINDS):
            raise ValueError(f"{path}, case {row['case']}: answer {row['answer']!r} is neither {' nor '.join(KINDS)}.")
        if row["mask_quality"] not in ("", "1", "2", "3", "4", "5"):
            raise ValueError(f"{path}, case {row['case']}: mask_quality {row['mask_quality']!r} is not 1 to 5.")


def _mean(values: list[Any]) -> float | None:
    return sum(values) / len(values) if values else None


def main() -> None:
    """Print the scores of each file of answers as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("answers", nargs="+", type=Path, help="what the sheet saved, one file a reader")
    parser.add_argument("key", type=Path, help="reader_key.csv")
    args = parser.parse_args()
    try:
        scores = [score_reader(path, args.key) for path in args.answers]
    except (ValueError, OSError, csv.Error) as error:
        sys.exit(f"{type(error).__name__}: {error}")
    print(json.dumps(scores, indent=1))


if __name__ == "__main__":
    main()
