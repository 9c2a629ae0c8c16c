"""What the columns were compared with: how many real pairs, and how many of them the models were trained on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from paper_tables.columns import REPORT, Column


def compared_with(output_dir: Path, columns: Sequence[Column]) -> dict[str, Any] | None:
    """Return the numbers of real pairs and of those trained on, and both in words; all columns have the same.

    They are read from an evaluation's report and the card of the model that it is of, whose class sets are those of its
    training pairs.

    Returns:
        ``real_pairs``, ``trained_on`` (``None`` where the model is gone) and ``words``; ``None`` before an evaluation.
    """
    done = [column for column in columns if (column.folder(output_dir) / REPORT).is_file()]
    if not done:
        return None
    report = json.loads((done[0].folder(output_dir) / REPORT).read_text("utf-8"))
    trained, real = _trained_on(done[0].training(output_dir) / "model.json", report), report["n"]["real"]
    words = f"Compared with {real} real pairs, none of which the models were trained on."
    if trained != 0:
        words = (
            f"Compared with {real} real pairs, {trained or 'many'} of which the models were trained on: copies of "
            "those would score best, and memorisation is not measured."
        )
    return {"real_pairs": real, "trained_on": trained, "words": words}


def _trained_on(card: Path, report: dict[str, Any]) -> int | None:
    if report["real_part"] == "val" and report["split"] != "all":
        return 0
    if not card.is_file():
        return None
    return sum(entry["count"] for entry in json.loads(card.read_text("utf-8"))["class_sets"])
