"""Mixed precision: the same key on CPU and GPU."""

from __future__ import annotations

from collections.abc import Mapping

import torch

PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
_BFLOAT16_INSTRUCTIONS = ("avx512_bf16", "amx_bf16", "bf16")
"""Of x86 (two) and ARM, by their names in ``torch.cpu.get_capabilities``."""


def as_precision(precision: str, device: torch.device) -> str:
    """Return the precision of a ``precision`` key; ``auto`` takes bfloat16 where the device multiplies it itself.

    A processor without such instructions emulates bfloat16, at half the speed of float32.

    Raises:
        ValueError: if the precision is unknown, or the device cannot run it.
    """
    if precision == "auto":
        return "bfloat16" if _multiplies_bfloat16(device) else "float32"
    if precision not in PRECISIONS:
        raise ValueError(f"`precision` must be one of {['auto', *sorted(PRECISIONS)]}, got {precision!r}.")
    if precision == "float16" and device.type != "cuda":
        raise ValueError(f"`precision` float16 needs a GPU, but the device is {device}; use auto, bfloat16 or float32.")
    return precision


def _multiplies_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    capabilities: Mapping[str, object] = getattr(
        torch.cpu, "get_capabilities", dict
    )()  # torch < 2.11 has no such function
    return device.type == "cpu" and any(capabilities.get(name, False) for name in _BFLOAT16_INSTRUCTIONS)


def autocast(device: torch.device, precision: str) -> torch.autocast:
    """Return the autocast context of a precision on a device; float32 switches it off."""
    enabled = precision != "float32"
    return torch.autocast(device.type, dtype=PRECISIONS[precision] if enabled else None, enabled=enabled)
