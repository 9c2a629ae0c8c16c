"""Pairs as a torch dataset, and the order in which a training sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from monai.transforms import Randomizable
from torch.utils.data import Dataset, DistributedSampler

from cosimgen_monai.data.pair_cache import CachedPairs
from cosimgen_monai.settings import derive_seed

_MAX_SEED = 2**32


class PairDataset(Dataset):
    """Cached pairs, transformed.

    An index counts on through the epochs: index i of n pairs in epoch e is e n + i. Random transforms are seeded by it,
    so an item is the same whatever process draws it and however often the run was interrupted.

    Args:
        data: the cached pairs.
        transform: a transform (or MONAI ``Compose``) of dicts of ``image`` and ``label``.
        seed: seed of the random transforms.
    """

    def __init__(self, data: CachedPairs, transform: Callable[[dict[str, Any]], dict[str, Any]], seed: int = 0) -> None:
        self.data = data
        self.transform = transform
        self.seed = seed

    def __len__(self) -> int:
        """Return the number of pairs n."""
        return len(self.data.rows)

    def __getitem__(self, index: int) -> dict[str, Any]:
        """Return ``image`` (C H W, [-1, 1] by the configs' transforms) and ``label`` (1 H W, ids) of an index."""
        if isinstance(self.transform, Randomizable):
            self.transform.set_random_state(seed=derive_seed("augmentation", self.seed, index) % _MAX_SEED)
        i = index % len(self)
        image, label = self.data.pair(i)
        return self.transform({"image": torch.from_numpy(image).float(), "label": torch.from_numpy(label)})


class EpochSampler(DistributedSampler):
    """A new order each epoch, a pure function of seed and epoch, shared out among processes.

    Args:
        dataset: the pairs.
        seed: seed of the order.
    """

    def __init__(self, dataset: PairDataset, seed: int = 0) -> None:
        distributed = torch.distributed.is_available() and torch.distributed.is_initialized()
        world = (torch.distributed.get_world_size(), torch.distributed.get_rank()) if distributed else (1, 0)
        super().__init__(dataset, num_replicas=world[0], rank=world[1], shuffle=True, seed=seed, drop_last=True)

    def __iter__(self) -> Iterator[int]:
        """Yield indices that count on through the epochs."""
        offset = self.epoch * len(self.dataset)  # type: ignore[arg-type]
        return (offset + index for index in super().__iter__())
