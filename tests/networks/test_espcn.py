"""The upscaling network: no checkerboard, no shift, and it goes as far as it says."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import interpolate, pixel_shuffle

from cosimgen_monai.networks import ESPCN


@pytest.fixture
def network() -> ESPCN:
    torch.manual_seed(0)
    return ESPCN(num_classes=14, num_colours=14, features=16, num_layers=2).eval()


@pytest.mark.parametrize("size", [(8, 8), (7, 13)])
def test_a_pair_doubles_and_keeps_its_channels(network: ESPCN, size: tuple[int, int]) -> None:
    assert network(torch.randn(2, 6, *size)).shape == (2, 6, 2 * size[0], 2 * size[1])


def test_what_the_network_adds_at_first_is_the_same_for_the_four_pixels_of_a_channel(network: ESPCN) -> None:
    added = pixel_shuffle(network.tail(torch.randn(1, 16, 12, 12)), 2)
    blocks = added.unfold(2, 2, 2).unfold(3, 2, 2)[..., 2:-2, 2:-2, :, :]
    assert (blocks - blocks[..., :1, :1]).abs().max() < 1e-6
    assert blocks.std() > 0.01
    assert (blocks[0, 0] - blocks[0, 1]).abs().max() > 0.01  # but each channel has its own


def test_constant_and_ramp_have_no_checkerboard_at_first(network: ESPCN) -> None:
    constant = network(torch.full((1, 6, 16, 16), 0.3))[..., 12:20, 12:20]
    assert (constant - constant[..., :1, :1]).abs().max() < 1e-5
    ramp = torch.linspace(-1, 1, 32).expand(1, 6, 32, 32).contiguous()
    with torch.no_grad():
        network.tail.weight.zero_()
        large = network(ramp)[..., 24:40, 24:40]
    slopes = large.diff(dim=-1)
    assert slopes.std() < 1e-5  # bicubic keeps a ramp a ramp
    assert slopes.mean().item() == pytest.approx(1 / 31, rel=1e-3)


def test_it_begins_as_bicubic_without_a_shift(network: ESPCN) -> None:
    with torch.no_grad():
        network.tail.weight.zero_()
        pair = torch.randn(1, 6, 12, 12)
        torch.testing.assert_close(
            network(pair), interpolate(pair, scale_factor=2.0, mode="bicubic", align_corners=False, antialias=True)
        )


def test_nothing_beyond_its_reach_changes_a_pixel(network: ESPCN) -> None:
    pair = torch.randn(1, 6, 32, 32)
    changed = pair.clone()
    changed[..., 0, 0] += 100
    differs = (network(pair) != network(changed)).any(1)[0].nonzero()
    assert differs.max().item() < 2 * (network.reach + 1)
    assert differs.max().item() >= 2 * network.reach  # and no tile is larger than it must be


def test_it_scripts(network: ESPCN) -> None:
    pair = torch.randn(1, 6, 8, 8)
    torch.testing.assert_close(torch.jit.script(network)(pair), network(pair))
