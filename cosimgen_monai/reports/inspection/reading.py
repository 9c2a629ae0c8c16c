"""Every item read once at native size; what cannot be read is listed with its file, not raised."""

from __future__ import annotations

import logging
from typing import Any

from cosimgen_monai.data import PairSource, UnknownValuesError

logger = logging.getLogger(__name__)

Described = list[tuple[dict[str, str], dict[str, Any]]]


def describe_items(
    source: PairSource, parts: dict[str, list[dict[str, str]]]
) -> tuple[dict[str, Described], list[dict[str, Any]]]:
    """Describe the items of each part.

    Returns:
        The items that training can read, each with its description, by part; and the faults of the others: ``file``,
        ``side``, ``message`` and ``values`` (pixels of each value that is in no table).
    """
    described: dict[str, Described] = {side: [] for side in parts}
    faults = []
    for side, items in parts.items():
        for done, item in enumerate(items, start=1):
            try:
                described[side].append((item, source.describe(item)))
            except UnknownValuesError as error:
                faults.append({"file": error.path, "side": side, "message": str(error), "values": error.counts})
            except (ValueError, OSError) as error:
                faults.append({"file": item["label"], "side": side, "message": str(error), "values": {}})
            if done % 500 == 0:
                logger.info("looked at %d of %d %s item(s)", done, len(items), side)
    return described, faults
