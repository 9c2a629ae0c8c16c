"""Pairs as a torch dataset, and the order in which a training sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset, DistributedSampler

from cosimgen_monai.data.cache.pair_cache import CachedPairs
from cosimgen_monai.data.loading.balance import check_balance, pair_weights, systematic_draw
from cosimgen_monai.data.loading.reseeding import Reseeder
from cosimgen_monai.settings import derive_seed

_MAX_SEED = 2**32
_MAX_EPOCHS = 2**20


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
        self._reseed = Reseeder(transform)

    def __len__(self) -> int:
        """Return the number of pairs n."""
        return len(self.data.rows)

    def __getitem__(self, index: int) -> dict[str, Any]:
        """Return ``image`` (C H W, [-1, 1] by the configs' transforms) and ``label`` (1 H W, ids) of an index."""
        self._reseed(derive_seed("augmentation", self.seed, index) % _MAX_SEED)
        i = index % len(self)
        image, label = self.data.pair(i)
        return self.transform({"image": torch.from_numpy(image).float(), "label": torch.from_numpy(label)})


class EpochSampler(DistributedSampler):
    """A new order each epoch, a pure function of seed and epoch, shared out among processes.

    Args:
        dataset: the pairs.
        seed: seed of the order.
        balance: how much more often pairs of rare classes are seen, 0 to 1, see :func:`pair_weights`. At 0 each pair is
            seen once an epoch. An epoch has as many items in any case.
    """

    def __init__(self, dataset: PairDataset, seed: int = 0, balance: float = 0.0) -> None:
        check_balance(balance)
        distributed = torch.distributed.is_available() and torch.distributed.is_initialized()
        world = (torch.distributed.get_world_size(), torch.distributed.get_rank()) if distributed else (1, 0)
        super().__init__(dataset, num_replicas=world[0], rank=world[1], shuffle=True, seed=seed, drop_last=True)
        self._weights = pair_weights(dataset.data.presence, balance)

    def __iter__(self) -> Iterator[int]:
        """Yield indices that count on through the epochs."""
        indices = self._indices()
        return (indices[place] for place in super().__iter__())

    def _indices(self) -> list[int]:
        """Return the indices of this epoch, in the order of the pairs.

        A pair's repeats count on as if they belonged to epochs far away, so that each is augmented anew.
        """
        rng = np.random.default_rng(derive_seed("balance", self.seed, self.epoch))
        num, repeats, indices = len(self._weights), 0, []
        previous = -1
        for pair in systematic_draw(self._weights, rng).tolist():
            repeats = repeats + 1 if pair == previous else 0
            indices.append((self.epoch + repeats * _MAX_EPOCHS) * num + pair)
            previous = pair
        return indices
