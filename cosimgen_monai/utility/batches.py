"""The order in which a segmenter sees real and generated pairs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from torch.utils.data import Sampler

from cosimgen_monai.settings import derive_seed
from cosimgen_monai.utility.arms import Arm


class ArmBatches(Sampler):
    """Batches of a fixed number of steps, the same for every arm: more pairs are not more training.

    Real and generated pairs are gone through in turn, each in a new order once all were seen. An index counts on, so
    that a pair is augmented anew each time (see ``PairDataset``).

    Args:
        arm: what the batches hold.
        num_real: real pairs of the pool; they stand before the generated ones.
        num_generated: generated pairs of the pool.
        num_steps: number of batches.
        batch_size: pairs a batch.
        seed: seed of the orders.
    """

    def __init__(self, arm: Arm, num_real: int, num_generated: int, num_steps: int, batch_size: int, seed: int) -> None:
        self.arm = arm
        self.num_real = num_real
        self.num_generated = num_generated
        self.num_steps = num_steps
        self.batch_size = batch_size
        self.seed = seed

    def __len__(self) -> int:
        """Return the number of batches."""
        return self.num_steps

    def __iter__(self) -> Iterator[list[int]]:
        """Yield the indices of each batch."""
        real = _in_turn(0, self.num_real, derive_seed("real order", self.seed))
        generated = _in_turn(self.num_real, self.num_generated, derive_seed("generated order", self.seed))
        size, drawn = self.num_real + self.num_generated, 0
        for step in range(self.num_steps):
            num_real = self.arm.num_real(step, self.num_steps, self.batch_size)
            pairs = [next(real) for _ in range(num_real)]
            pairs += [next(generated) for _ in range(self.batch_size - num_real)]
            yield [(drawn + k) * size + pair for k, pair in enumerate(pairs)]
            drawn += self.batch_size


def _in_turn(first: int, number: int, seed: int) -> Iterator[int]:
    """Yield numbers from ``first`` on, each once, and again in another order, without end."""
    rng = np.random.default_rng(seed)
    while True:
        yield from (first + rng.permutation(number)).tolist()
