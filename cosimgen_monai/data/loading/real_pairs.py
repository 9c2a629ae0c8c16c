"""Real pairs as a generated set is read: in [-1, 1], in 8-bit steps, without augmentation."""

from __future__ import annotations

from typing import Any

import torch
from torch.utils.data import Dataset

from cosimgen_monai.data.cache.pair_cache import CachedPairs


class RealPairs(Dataset):
    """Cached pairs over a window.

    Args:
        data: the cached pairs.
        window: values of -1 and 1; beyond it values are clipped.
    """

    def __init__(self, data: CachedPairs, window: tuple[float, float]) -> None:
        self.data = data
        self.low, self.high = window
        self.groups = [row["group"] for row in data.rows]

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.data.rows)

    def __getitem__(self, index: int) -> dict[str, Any]:
        """Return ``image`` (3 S S, [-1, 1] in 8-bit steps, grey repeated) and ``label`` (1 S S, ids)."""
        image, label = self.data.pair(index)
        share = (torch.from_numpy(image).float() - self.low) / (self.high - self.low)
        eight_bit = (share * 255).round().clamp(0, 255)
        return {"image": (eight_bit / 127.5 - 1).expand(3, -1, -1), "label": torch.from_numpy(label)}
