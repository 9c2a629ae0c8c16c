"""Seeds: numbers that are keyed, never running."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch


def as_seed(value: Any) -> int:
    """Return a seed given by a user.

    Raises:
        ValueError: if it is no non-negative integer.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"`seed` must be a non-negative integer, got {value!r}.")
    return value


def derive_seed(*key: int) -> int:
    """Return a seed for a key of non-negative integers; near keys give unrelated seeds (NumPy's SeedSequence)."""
    return int(np.random.SeedSequence(key).generate_state(1, np.uint64)[0] >> np.uint64(1))


def keyed_generator(*key: int, device: torch.device | str = "cpu") -> torch.Generator:
    """Return a torch generator seeded by a key of non-negative integers."""
    return torch.Generator(device).manual_seed(derive_seed(*key))
