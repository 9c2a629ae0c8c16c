"""What to know before training: files that it refuses or leaves out, classes that are nowhere, a split that is none."""

from __future__ import annotations

from typing import Any

_RARE = 0.01


def inspection_notes(figures: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the notes of an inspection, each as its head and its text, the gravest first."""
    verdict = "Training leaves out:" if figures["on_fault"] == "skip" else "Training refuses:"
    notes = [_fault_note(fault, verdict) for fault in figures["faults"]]
    if figures["split"] == "all":
        text = "Training and validation use the same items: no figure says anything about unseen data."
        notes.append(("Not split.", text))
    objects = [row for row in figures["classes"] if not row["background"]]
    nowhere = [row["name"] for row in objects if not row["pairs"]]
    if nowhere:
        notes.append(("In no pair:", f"{', '.join(nowhere)}. A model cannot learn to draw them."))
    for side in figures["parts"]:
        lacking = [row["name"] for row in objects if row["pairs"] and not row["pairs_by_part"].get(side)]
        if lacking:
            notes.append((f"Not in {side}:", f"{', '.join(lacking)}. Another --seed or --val_share may split better."))
    total = sum(part["pairs"] for part in figures["parts"].values())
    rare = [row["name"] for row in objects if 0 < row["pairs"] < _RARE * total]
    if rare:
        notes.append(("Rare:", f"{', '.join(rare)}, each in less than 1 % of the pairs."))
    return notes


def _fault_note(fault: dict[str, Any], verdict: str) -> tuple[str, str]:
    if not fault["values"]:
        return verdict, fault["message"]
    listed = list(fault["values"].items())
    values = ", ".join(f"{value} ({count:,} pixels)" for value, count in listed[:12])
    more = f" and {len(listed) - 12} more" if len(listed) > 12 else ""
    return "Values in no table:", f"{fault['file']}: {values}{more}. {fault['message'].split('. ')[-1]}"
