"""Real and generated pairs in one form, so that a segmenter cannot tell them apart by how they are stored."""

from __future__ import annotations

import numpy as np
import torch
from torch.utils.data import Dataset

from cosimgen_monai.codec import ClassTable, presence_vector
from cosimgen_monai.data import CachedPairs, RealPairs
from cosimgen_monai.export import GeneratedFolder

Window = tuple[float, float]


def real_pool(pairs: CachedPairs, window: Window) -> CachedPairs:
    """Return real pairs in memory, over a window, in the 8-bit steps in which generated ones are stored.

    Args:
        pairs: the cached pairs.
        window: the values that become 0 and 255.
    """
    images, labels = _eight_bit(RealPairs(pairs, window), pairs.images.shape[1])
    return CachedPairs(images, labels, pairs.rows, pairs.presence)


def generated_pool(folder: GeneratedFolder, num_channels: int) -> CachedPairs:
    """Return generated pairs in memory; each is a group of its own.

    Args:
        folder: the generated set, at the size of the real pairs.
        num_channels: 1 for CT, whose three channels are one, and 3 for pictures.
    """
    images, labels = _eight_bit(folder, num_channels)
    rows = [{"group": name} for name in folder.names]
    return CachedPairs(images, labels, rows, _presence(labels, folder.classes))


def joined(first: CachedPairs, second: CachedPairs) -> CachedPairs:
    """Return the pairs of both pools, the first's before the second's."""
    arrays = [np.concatenate(parts) for parts in ((first.images, second.images), (first.labels, second.labels))]
    presence = np.concatenate((first.presence, second.presence))
    return CachedPairs(arrays[0], arrays[1], first.rows + second.rows, presence)


def _eight_bit(pairs: Dataset, num_channels: int) -> tuple[np.ndarray, np.ndarray]:
    """Return images (N C S S) and labels (N 1 S S), both uint8."""
    images, labels = [], []
    for i in range(len(pairs)):  # type: ignore[arg-type]
        pair = pairs[i]
        images.append(((pair["image"][:num_channels] + 1) * 127.5).round().to(torch.uint8))
        labels.append(pair["label"].reshape(1, *pair["label"].shape[-2:]))
    return torch.stack(images).numpy(), torch.stack(labels).numpy()


def _presence(labels: np.ndarray, classes: ClassTable) -> np.ndarray:
    return presence_vector(torch.from_numpy(labels), classes).numpy().astype(np.uint8)
