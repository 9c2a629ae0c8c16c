"""Seeds: numbers that are keyed, never running."""

from __future__ import annotations

import zlib
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


def derive_seed(purpose: str, *key: int) -> int:
    """Return a seed for a purpose and a key of non-negative integers (NumPy's SeedSequence).

    Near keys give unrelated seeds, and so do the same keys for another purpose.
    """
    # the key's length is part of the entropy, since SeedSequence takes (1,) and (1, 0) for the same
    entropy = (zlib.crc32(purpose.encode()), len(key), *key)
    return int(np.random.SeedSequence(entropy).generate_state(1, np.uint64)[0] >> np.uint64(1))


def keyed_generator(purpose: str, *key: int, device: torch.device | str = "cpu") -> torch.Generator:
    """Return a torch generator seeded by a purpose and a key of non-negative integers."""
    return torch.Generator(device).manual_seed(derive_seed(purpose, *key))
