"""Noise is keyed by sample and by iteration, never running."""

from __future__ import annotations

import torch

from cosimgen_monai.sampling import SampleNoise, TrainingNoise

SHAPE = (6, 4, 4)


def test_a_samples_noise_hangs_on_its_seed_alone() -> None:
    together = SampleNoise([3, 5, 8], SHAPE)
    first, second = together.draw(), together.draw()
    torch.manual_seed(99)  # the global state plays no part
    reversed_ = SampleNoise([8, 5, 3], SHAPE)
    alone = SampleNoise([5], SHAPE)
    assert torch.equal(reversed_.draw().flip(0), first)
    assert torch.equal(alone.draw()[0], first[1])
    assert torch.equal(alone.draw()[0], second[1])
    assert not torch.equal(first[1], second[1])
    assert not torch.equal(first[0], first[1])


def test_sample_noise_is_standard_normal() -> None:
    noise = SampleNoise(range(64), (6, 16, 16)).draw()
    assert abs(noise.mean()) < 0.01
    assert abs(noise.std() - 1) < 0.01


def draws(seed: int, iteration: int) -> list[torch.Tensor]:
    noise = TrainingNoise(seed, iteration)
    return [noise.integers(1000, 32), noise.normal(torch.empty(2, 3)), noise.permutation(32), noise.chosen(0.5, 32)]


def test_training_noise_is_a_function_of_seed_and_iteration() -> None:
    first = draws(seed=1, iteration=7)
    torch.manual_seed(99)
    assert all(torch.equal(a, b) for a, b in zip(first, draws(1, 7), strict=True))
    for other in (draws(1, 8), draws(2, 7), draws(7, 1)):
        assert not any(torch.equal(a, b) for a, b in zip(first, other, strict=True))


def test_training_noise_draws_what_it_says() -> None:
    noise = TrainingNoise(0, 1)
    assert set(noise.integers(3, 200).tolist()) == {0, 1, 2}
    assert sorted(noise.permutation(10).tolist()) == list(range(10))
    assert noise.chosen(0.0, 1000).sum() == 0
    assert noise.chosen(1.0, 1000).sum() == 1000
    assert 200 < noise.chosen(0.25, 1000).sum() < 300
