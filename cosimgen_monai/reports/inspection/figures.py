"""The figures of an inspection: parts, native sizes, pixel shares, co-occurrence."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from cosimgen_monai.codec import VOID, ClassTable
from cosimgen_monai.data import CachedPairs, PairSource
from cosimgen_monai.metrics import co_occurrence
from cosimgen_monai.reports.colours import colours_by_name

NAMED_GROUPS = ("video", "tile")
"""Groups that are no person and no person's file, so that their names may be shown."""
_CHUNK = 256


def part_figures(source: PairSource, items: list[dict[str, str]], pairs: CachedPairs | None) -> dict[str, Any]:
    """Return the numbers of items, groups and pairs of one part; groups by name only where they are no patients."""
    groups = sorted({item["group"] for item in items})
    named = {"group_names": groups} if source.group_name in NAMED_GROUPS else {}
    return {"items": len(items), "groups": len(groups), "pairs": len(pairs.rows) if pairs else 0, **named}


def native_figures(source: PairSource, facts: list[dict[str, Any]]) -> dict[str, Any]:
    """Return how many items have each size and spacing, and the range of all values."""
    ranges = np.array([row["value_range"] for row in facts]).reshape(-1, 2)
    spacings = [row["spacing"] for row in facts if row["spacing"] is not None]
    return {
        "sizes": _count([row["size"] for row in facts]),
        "spacings": _count(spacings),
        "value_range": [float(ranges[:, 0].min()), float(ranges[:, 1].max())] if len(ranges) else None,
        "unit": "HU" if source.modality == "CT" else "of 0 to 255",
        "window": [float(value) for value in source.window],
    }


def _count(rows: list[list[float]]) -> list[dict[str, Any]]:
    counts = Counter(" × ".join(f"{number:g}" for number in row) for row in rows)
    return [{"value": value, "items": n} for value, n in sorted(counts.items(), key=lambda row: (-row[1], row[0]))]


def class_figures(classes: ClassTable, pairs: dict[str, CachedPairs]) -> dict[str, Any]:
    """Return each class's share of all pixels and the pairs and groups that hold it, and the void's share.

    Pairs without any class to ask for are no part of the cache, and none of these figures.
    """
    pixels = np.zeros(VOID + 1, dtype=np.int64)
    for part in pairs.values():
        for start in range(0, len(part.labels), _CHUNK):
            pixels += np.bincount(part.labels[start : start + _CHUNK].ravel(), minlength=VOID + 1)
    total = max(1, int(pixels.sum()))
    colours = colours_by_name(classes)
    rows = []
    for class_id, name in enumerate(classes.names):
        background = class_id == classes.background
        row = {"id": class_id, "name": name, "colour": colours[name], "background": background}
        by_side = {side: _holders(part, class_id, background) for side, part in pairs.items()}
        groups = {part.rows[i]["group"] for side, part in pairs.items() for i in by_side[side]}
        counts = {side: len(holders) for side, holders in by_side.items()}
        share = float(pixels[class_id] / total)
        rows.append(
            {**row, "pixel_share": share, "pairs": sum(counts.values()), "pairs_by_part": counts, "groups": len(groups)}
        )
    void = {"void_colour": colours["void"]} if classes.has_void else {}
    return {"classes": rows, "void_share": float(pixels[VOID] / total), **void}


def _holders(part: CachedPairs, class_id: int, background: bool) -> list[int]:
    """Return the pairs that hold a class; the background has no presence of its own, so any pixel counts."""
    if background:
        return [i for i in range(len(part.labels)) if (part.labels[i] == class_id).any()]
    return np.flatnonzero(part.presence[:, class_id]).tolist()


def co_occurrence_of(classes: ClassTable, pairs: dict[str, CachedPairs]) -> dict[str, Any]:
    """Return P(column | row) over the pairs of all parts, the background left out; ``None`` where nothing holds."""
    presence = [part.presence for part in pairs.values()]
    objects = list(classes.objects)
    together = np.concatenate(presence)[:, objects] if presence else np.zeros((0, len(objects)))
    matrix = co_occurrence(together)
    return {
        "names": [classes.names[i] for i in objects],
        "matrix": [[None if np.isnan(value) else round(float(value), 6) for value in row] for row in matrix],
    }
