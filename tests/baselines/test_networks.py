"""What a baseline's network draws, from what, and that all of it learns."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from tiny_baselines import KINDS, Training, tiny_baseline

from cosimgen_monai.baselines import OnePassInferer

PRESENCE = torch.tensor([[0.0, 1, 0, 0], [0, 0, 1, 1]])


def condition_of(network: Any) -> torch.Tensor:
    if network.conditioned_by == "text":
        return network.condition(sentence=torch.eye(8)[:2])
    return network.condition(presence=PRESENCE)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("patch_size", [1, 2])
def test_a_pair_has_six_channels_between_minus_one_and_one(kind: str, patch_size: int) -> None:
    network = tiny_baseline(kind, patch_size=patch_size, image_size=32)
    pair = network.draw(torch.randn(2, *network.noise_shape), condition_of(network))
    assert pair.shape == (2, 6, 32, 32)
    assert pair.dtype == torch.float32
    assert pair.abs().max() <= 1


@pytest.mark.parametrize("kind", KINDS)
def test_noise_and_condition_both_change_the_pair(kind: str) -> None:
    network = tiny_baseline(kind)
    noise, condition = torch.randn(2, *network.noise_shape), condition_of(network)
    drawn = network.draw(noise, condition)
    assert (network.draw(noise.flip(0), condition) - drawn).abs().max() > 1e-3
    assert (network.draw(noise, condition.flip(0)) - drawn).abs().max() > 1e-3


@pytest.mark.parametrize("kind", KINDS)
def test_a_sample_hangs_on_its_own_seed_alone(kind: str) -> None:
    network, inferer = tiny_baseline(kind).eval(), OnePassInferer(precision="float32")
    with torch.no_grad():
        condition = condition_of(network)
    pairs = inferer(inferer.noise([5, 9], network), network, condition)
    assert torch.equal(inferer(inferer.noise([9, 5], network), network, condition.flip(0)), pairs.flip(0))


def test_each_baseline_is_driven_by_what_it_was_made_for() -> None:
    sentence = torch.eye(8)[:2]
    cvae = tiny_baseline("cvae")
    both = cvae.condition(PRESENCE, sentence)
    torch.testing.assert_close(both, (cvae.class_encoder(PRESENCE) + cvae.text_encoder(sentence)) / 2)
    assert not hasattr(tiny_baseline("tgan"), "class_encoder")
    assert not hasattr(tiny_baseline("pix2pix"), "text_encoder")
    with pytest.raises(ValueError, match="no null condition"):
        cvae.condition()


@pytest.mark.parametrize("kind", KINDS)
def test_an_iteration_moves_every_weight(kind: str) -> None:
    # the first penalty of the discriminator is at iteration 1; both of the encoders hear some of four samples
    one = Training(kind, **({} if kind == "cvae" else {"r1_interval": 1}))
    before = one.weights()
    one.trainer.run()
    moved = {name for name, tensor in one.weights().items() if not torch.equal(tensor, before[name])}
    assert before.keys() - moved == {"network.palette"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_size_that_cannot_be_halved_is_refused(kind: str) -> None:
    with pytest.raises(ValueError, match=r"`image_size` 18 .* try 16"):
        tiny_baseline(kind, image_size=18, channel_mults=(1, 2, 2))
