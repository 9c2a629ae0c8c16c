"""Pairs redrawn by the shipped diffusion model."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from cosimgen_monai.data import PhantomCT, cache_pairs
from cosimgen_monai.sampling import Redraw, TrainingNoise

MODEL = Path(__file__).resolve().parents[2] / "bundle" / "models" / "model.pt"


@pytest.fixture(scope="module")
def phantom(tmp_path_factory: pytest.TempPathFactory) -> tuple[torch.Tensor, torch.Tensor]:
    """Four slices of a new phantom patient: images (4 1 64 64) and labels."""
    folder = tmp_path_factory.mktemp("phantom")
    source = PhantomCT(folder / "phantom", num_volumes=1, num_slices=12, phantom_seed=5)
    pairs = cache_pairs(source, source.items(), 64, folder / "cache")
    images, labels = (torch.from_numpy(part[3:7].copy()) for part in (pairs.images, pairs.labels))
    return ((images.float() + 175) / 425).clamp(0, 1) * 2 - 1, labels


def test_a_redrawn_pair_keeps_its_layout_and_loses_its_grain(phantom: tuple) -> None:
    image, label = phantom
    redrawn_image, redrawn = Redraw(MODEL, timestep=200, steps=4)(image, label, TrainingNoise(0, 1))
    assert (redrawn_image.shape, redrawn.shape, redrawn.dtype) == ((4, 3, 64, 64), (4, 1, 64, 64), torch.uint8)
    assert 0.9 < (redrawn == label).float().mean() < 1
    assert (redrawn_image - image).abs().mean() < 0.1


def test_the_further_the_noise_the_less_is_left(phantom: tuple) -> None:
    image, label = phantom
    kept = [
        (Redraw(MODEL, timestep, 4)(image, label, TrainingNoise(0, 1))[1] == label).float().mean().item()
        for timestep in (20, 200, 900)
    ]
    assert kept[0] > kept[1] > kept[2]


def test_pairs_of_another_size_are_refused(phantom: tuple) -> None:
    image, label = phantom
    with pytest.raises(ValueError, match="same --image_size"):
        Redraw(MODEL)(image[..., :32, :32], label[..., :32, :32], TrainingNoise(0, 1))
    with pytest.raises(ValueError, match="steps <= timestep"):
        Redraw(MODEL, timestep=3, steps=4)
