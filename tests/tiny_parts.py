"""Classes, prompts and pairs of a size that trains in seconds, for the fixtures of several rooms."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import numpy as np
import torch

from cosimgen_monai.codec import ClassTable, presence_vector
from cosimgen_monai.data import CachedPairs

TINY_CLASSES = ClassTable(("background", "liver", "spleen", "aorta"), background=0)


def embed_prompts(prompts: Sequence[str]) -> torch.Tensor:
    """Stand in for the sentence encoder: 8 numbers of unit length, a function of the prompt."""
    rows = [torch.randn(8, generator=torch.Generator().manual_seed(crc32(prompt.encode()))) for prompt in prompts]
    return torch.nn.functional.normalize(torch.stack(rows), dim=1)


def tiny_pairs(num_pairs: int) -> CachedPairs:
    """Draw pairs of 16 x 16: a block of one or two organs on noise."""
    rng = np.random.default_rng(0)
    labels = np.zeros((num_pairs, 1, 16, 16), np.uint8)
    for i in range(num_pairs):
        labels[i, 0, 2:8, 2:8] = 1 + i % 3
        labels[i, 0, 10:14, 10:14] = rng.integers(0, 4)
    images = (labels * 60 + rng.integers(-20, 20, labels.shape)).astype(np.int16)
    presence = presence_vector(torch.from_numpy(labels), TINY_CLASSES).numpy().astype(np.uint8)
    return CachedPairs(images, labels, [{"group": str(i)} for i in range(num_pairs)], presence)
