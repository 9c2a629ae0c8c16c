"""The U-Net and the model around it: sizes, errors, TorchScript, independence of a batch's samples."""

from __future__ import annotations

import itertools

import pytest
import torch

from cosimgen_monai.networks import ConditionalUNet, CoSimGen, PairDiscriminator

TINY = {"num_classes": 3, "num_colours": 3, "image_size": 16, "base_channels": 8, "channel_mults": (1, 2)}


def awake(network: torch.nn.Module) -> torch.nn.Module:
    """Give every weight a random value: fresh blocks and outputs begin at zero."""
    torch.manual_seed(0)
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    return network.eval()


@pytest.mark.parametrize(
    ("size", "mults", "patch", "blocks", "fusion"),
    [
        (16, (1,), 1, 1, "spectron"),
        (16, (1, 2, 4), 1, 2, "spectron"),
        (24, (1, 1, 2), 2, 1, "spectron"),
        (32, (1, 2, 2), 4, 1, "channel_addition"),
        (48, (1, 2, 4, 8), 1, 1, "spectron"),
    ],
)
def test_output_has_the_shape_of_the_input(
    size: int, mults: tuple[int, ...], patch: int, blocks: int, fusion: str
) -> None:
    unet = ConditionalUNet(6, size, 8, mults, blocks, embedding_dim=12, fusion=fusion, patch_size=patch)
    x, embedding = torch.randn(2, 6, size, size), torch.randn(2, 12)
    assert unet(x, embedding, embedding).shape == x.shape


@pytest.mark.parametrize(
    ("size", "mults", "patch"), [(20, (1, 2, 4, 8), 1), (16, (1, 2, 2), 8), (10, (1, 2), 4), (1, (1,), 1)]
)
def test_a_size_that_cannot_be_halved_is_refused_with_one_that_can(
    size: int, mults: tuple[int, ...], patch: int
) -> None:
    with pytest.raises(ValueError, match=rf"`image_size` {size} .*try \d+\.") as refusal:
        ConditionalUNet(6, size, 8, mults, 1, 12, patch_size=patch)
    usable = int(str(refusal.value).rsplit("try ", 1)[1].rstrip("."))
    ConditionalUNet(6, usable, 8, mults, 1, 12, patch_size=patch)


def test_an_unknown_fusion_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"`fusion`.*channel_addition.*spectron.*'film'"):
        CoSimGen(**TINY, fusion="film")


def test_condition_and_timestep_both_change_the_prediction() -> None:
    model = awake(CoSimGen(**TINY))
    pair = torch.randn(1, 6, 16, 16)
    plain = model(pair, torch.tensor([5]), torch.tensor([[0.0, 1, 0]]))
    assert not torch.allclose(plain, model(pair, torch.tensor([500]), torch.tensor([[0.0, 1, 0]])))
    assert not torch.allclose(plain, model(pair, torch.tensor([5]), torch.tensor([[0.0, 0, 1]])))


def test_torchscript_gives_the_same_output_for_all_optional_arguments() -> None:
    model = awake(CoSimGen(**TINY))
    scripted = torch.jit.script(model)
    pair = torch.randn(2, 6, 16, 16)
    given = {
        "timesteps": torch.tensor([3.0, 700.0]),
        "presence": torch.tensor([[0.0, 1, 0], [0, 1, 1]]),
        "sentence": torch.randn(2, 384),
    }
    for used in itertools.product([False, True], repeat=3):
        arguments = {name: value for (name, value), use in zip(given.items(), used, strict=True) if use}
        torch.testing.assert_close(scripted(pair, **arguments), model(pair, **arguments), msg=str(sorted(arguments)))


@torch.no_grad()
def test_a_sample_is_bit_identical_whatever_stands_beside_it() -> None:
    model = awake(CoSimGen(**TINY))
    pair, timesteps, presence = torch.randn(4, 6, 16, 16), torch.tensor([9, 99, 500, 999]), torch.eye(4, 3)
    together = model(pair, timesteps, presence)
    for i in range(4):
        repeated = model(pair[[i] * 4], timesteps[[i] * 4], presence[[i] * 4])
        assert torch.equal(repeated[0], together[i])
    assert torch.equal(model(pair.flip(0), timesteps.flip(0), presence.flip(0)), together.flip(0))


@pytest.mark.parametrize("size", [16, 40, 72])
def test_discriminator_gives_one_logit_a_pair_at_any_size_that_the_unet_takes(size: int) -> None:
    discriminator = PairDiscriminator(size, base_channels=4)
    logits = discriminator(torch.randn(3, 6, size, size))
    assert logits.shape == (3,)
    assert logits.dtype == torch.float32
