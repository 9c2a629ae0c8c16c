"""Mixed precision: the same key on CPU and GPU."""

from __future__ import annotations

import torch

PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def check_precision(precision: str, device: torch.device) -> str:
    """Return the precision, or raise ``ValueError`` where it is unknown or the device cannot run it."""
    if precision not in PRECISIONS:
        raise ValueError(f"`precision` must be one of {sorted(PRECISIONS)}, got {precision!r}.")
    if precision == "float16" and device.type != "cuda":
        raise ValueError(f"`precision` float16 needs a GPU, but the device is {device}; use bfloat16 or float32.")
    return precision


def autocast(device: torch.device, precision: str) -> torch.autocast:
    """Return the autocast context of a precision on a device; float32 switches it off."""
    enabled = precision != "float32"
    return torch.autocast(device.type, dtype=PRECISIONS[precision] if enabled else None, enabled=enabled)
