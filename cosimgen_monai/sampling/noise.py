"""Noise that is keyed, never running: by sample when generating, by iteration when training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from cosimgen_monai.processes import num_processes, rank
from cosimgen_monai.settings import is_number, keyed_generator


class SampleNoise:
    """The noise of a batch of samples, each drawn from its own seed on the CPU.

    A sample's noise is the same whatever stands beside it, in whatever order, on whatever device.

    Args:
        seeds: one seed a sample.
        shape: shape of one sample's noise, C H W.
        device: where the noise is wanted.
    """

    def __init__(self, seeds: Sequence[int], shape: Sequence[int], device: torch.device | str = "cpu") -> None:
        self.generators = [torch.Generator().manual_seed(int(seed)) for seed in seeds]
        self.shape = tuple(shape)
        self.device = device

    def draw(self) -> torch.Tensor:
        """Return the next standard normal noise, B C H W."""
        noise = [torch.randn(self.shape, generator=generator) for generator in self.generators]
        return torch.stack(noise).to(self.device)


def check_logit_normal(value: Any) -> None:
    """Raise ``ValueError`` where the key ``timestep_logit_normal`` is neither null nor a mean and a deviation."""
    if value is None:
        return
    pair = isinstance(value, (list, tuple)) and len(value) == 2 and all(map(is_number, value))
    if not pair or not value[1] > 0:
        raise ValueError(
            f"`timestep_logit_normal` must be [mean, deviation] with a deviation above 0, or null, got {value!r}."
        )


class TrainingNoise:
    """The random part of one training iteration, drawn for the whole batch from one key.

    Where several processes share a batch, each draws the numbers of all its samples and takes those of its own: a
    sample's are keyed by its place in the whole batch. Sizes are those of the process's share.

    Args:
        seed: the run's seed.
        iteration: number of the iteration.
        device: where the numbers are drawn and wanted.
    """

    def __init__(self, seed: int, iteration: int, device: torch.device | str = "cpu") -> None:
        self.generator = keyed_generator("training", seed, iteration, device=device)
        self.device = device
        self.number = num_processes()
        self.own = slice(rank(), None, self.number)

    def normal(self, like: torch.Tensor) -> torch.Tensor:
        """Return standard normal noise of a tensor's shape."""
        shape = (self.number * len(like), *like.shape[1:])
        return torch.randn(shape, generator=self.generator, device=self.device)[self.own]

    def timesteps(
        self, num_train_timesteps: int, size: int, logit_normal: tuple[float, float] | None = None
    ) -> torch.Tensor:
        """Return ``size`` timesteps of T, uniform, or with a normal logit of t/T (Esser et al. 2024, section 3.1)."""
        if logit_normal is None:
            return self.integers(num_train_timesteps, size)
        mean, deviation = logit_normal
        normal = self.normal(torch.empty(size))
        share = (mean + deviation * normal).sigmoid()
        return (share * num_train_timesteps).long().clamp(max=num_train_timesteps - 1)

    def integers(self, high: int, size: int) -> torch.Tensor:
        """Return ``size`` integers from 0 to ``high`` - 1."""
        return torch.randint(high, (self.number * size,), generator=self.generator, device=self.device)[self.own]

    def shared_integers(self, high: int, size: int) -> torch.Tensor:
        """Return ``size`` integers from 0 to ``high`` - 1 that hold for the whole batch."""
        return torch.randint(high, (size,), generator=self.generator, device=self.device)

    def chosen(self, share: float, size: int) -> torch.Tensor:
        """Return ``size`` booleans, each true with probability ``share``."""
        return torch.rand(self.number * size, generator=self.generator, device=self.device)[self.own] < share

    def permutation(self, size: int) -> torch.Tensor:
        """Return ``size`` places of a random permutation of the whole batch; without other processes, all of it."""
        return torch.randperm(self.number * size, generator=self.generator, device=self.device)[self.own]
