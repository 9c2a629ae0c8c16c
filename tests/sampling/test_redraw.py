"""Pairs redrawn by the shipped diffusion model."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from cosimgen_monai.codec import decode_frgb, encode_frgb, pack_pair
from cosimgen_monai.data import PhantomCT, cache_pairs
from cosimgen_monai.networks import read_model
from cosimgen_monai.sampling import Redraw, TrainingNoise

MODEL = Path(__file__).resolve().parents[2] / "bundle" / "models" / "model.pt"


@pytest.fixture(scope="module")
def phantom(tmp_path_factory: pytest.TempPathFactory) -> tuple[torch.Tensor, torch.Tensor]:
    """Four slices of a new phantom patient: pairs (4 6 64 64) and labels."""
    folder = tmp_path_factory.mktemp("phantom")
    source = PhantomCT(folder / "phantom", num_volumes=1, num_slices=12, phantom_seed=5)
    pairs = cache_pairs(source, source.items(), 64, folder / "cache")
    images, labels = (torch.from_numpy(part[3:7].copy()) for part in (pairs.images, pairs.labels))
    network = read_model(MODEL).network()
    scaled = ((images.float() + 175) / 425).clamp(0, 1) * 2 - 1
    return pack_pair(scaled, labels, network.palette, network.num_classes), labels


def test_a_redrawn_pair_keeps_its_layout_and_loses_its_grain(phantom: tuple) -> None:
    pair, label = phantom
    redrawn = Redraw(MODEL, timestep=200, steps=4)(pair, label, TrainingNoise(0, 1))
    palette = read_model(MODEL).network().palette
    assert torch.equal(redrawn[:, 3:], encode_frgb(decode_frgb(redrawn[:, 3:], palette, 14), palette, 14))
    same = (redrawn[:, 3:] - pair[:, 3:]).abs().amax(1) < 1e-4
    assert 0.9 < same.float().mean() < 1
    assert (redrawn[:, :3] - pair[:, :3]).abs().mean() < 0.1


def test_the_further_the_noise_the_less_is_left(phantom: tuple) -> None:
    pair, label = phantom
    away = [
        (Redraw(MODEL, timestep, 4)(pair, label, TrainingNoise(0, 1)) - pair)[:, 3:].square().mean().item()
        for timestep in (20, 200, 900)
    ]
    assert away[0] < away[1] < away[2]


def test_pairs_of_another_size_are_refused(phantom: tuple) -> None:
    pair, label = phantom
    with pytest.raises(ValueError, match="same --image_size"):
        Redraw(MODEL)(pair[..., :32, :32], label[..., :32, :32], TrainingNoise(0, 1))
    with pytest.raises(ValueError, match="steps <= timestep"):
        Redraw(MODEL, timestep=3, steps=4)
