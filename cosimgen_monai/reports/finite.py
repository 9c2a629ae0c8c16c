"""Figures as JSON wants them: what is no number is null."""

from __future__ import annotations

import math
from typing import Any


def finite(value: Any) -> Any:
    """Return figures, nested in dicts, lists and tuples as they may be, with ``None`` for NaN and infinity.

    JSON (RFC 8259, section 6) knows neither; Python writes both, and other readers refuse the file.
    """
    if isinstance(value, dict):
        return {key: finite(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
