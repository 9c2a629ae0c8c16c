"""Pairs at two and four times their size."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.functional import interpolate, max_pool2d, one_hot

from cosimgen_monai.networks import ESPCN
from cosimgen_monai.sampling import Upscaler, check_upscale


@pytest.fixture
def network() -> ESPCN:
    torch.manual_seed(0)
    return ESPCN(num_classes=14, num_colours=14, features=8, num_layers=2)


@pytest.fixture
def pair() -> tuple[torch.Tensor, torch.Tensor]:
    """Two pairs of 24 x 24: an image that follows its mask."""
    field = torch.from_numpy(np.random.default_rng(0).normal(size=(2, 14, 4, 4)))
    label = interpolate(field, size=(24, 24), mode="bicubic").argmax(1, keepdim=True).to(torch.uint8)
    return label.float().expand(-1, 3, -1, -1) / 7 - 1, label


@pytest.mark.parametrize("times", [1, 2, 4])
def test_image_and_label_grow_together(network: ESPCN, pair: tuple, times: int) -> None:
    image, label = Upscaler(network, times)(*pair)
    assert image.shape == (2, 3, 24 * times, 24 * times)
    assert label.shape == (2, 1, 24 * times, 24 * times)
    assert label.dtype == torch.uint8
    assert image.abs().max() <= 1


def test_no_class_appears_where_it_was_not(network: ESPCN, pair: tuple) -> None:
    torch.nn.init.normal_(network.tail.weight, std=0.5)  # however bad the network is
    label = Upscaler(network, 4, speck_size=0)(*pair)[1]
    shares = one_hot(pair[1][:, 0].long(), 14).permute(0, 3, 1, 2).float()
    near = max_pool2d(shares, 5, stride=1, padding=2)
    allowed = interpolate(near, scale_factor=4.0, mode="nearest").gather(1, label.long())
    assert (allowed > 0).all()


@pytest.mark.parametrize("tile", [8, 13])
def test_tiles_give_what_the_whole_gives(network: ESPCN, pair: tuple, tile: int) -> None:
    whole, tiled = Upscaler(network, 4)(*pair), Upscaler(network, 4, tile_size=tile)(*pair)
    torch.testing.assert_close(tiled[0], whole[0], atol=1e-5, rtol=0)
    assert torch.equal(tiled[1], whole[1])


def test_too_little_memory_for_the_whole_is_tiled(
    network: ESPCN, pair: tuple, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    wide = [part.repeat_interleave(3, -1).repeat_interleave(3, -2) for part in pair]
    whole = Upscaler(network, 2)(*wide)
    forward = ESPCN.forward

    def scarce(self: ESPCN, x: torch.Tensor) -> torch.Tensor:
        if x.shape[-1] > 50:
            raise torch.OutOfMemoryError("no memory")
        return forward(self, x)

    monkeypatch.setattr(ESPCN, "forward", scarce)
    large = Upscaler(network, 2)(*wide)
    torch.testing.assert_close(large[0], whole[0], atol=1e-5, rtol=0)
    assert torch.equal(large[1], whole[1])
    assert "tiles of 36" in caplog.text


def test_a_pair_is_the_same_whatever_stands_beside_it(network: ESPCN, pair: tuple) -> None:
    together, alone = Upscaler(network, 4)(*pair), Upscaler(network, 4)(pair[0][1:], pair[1][1:])
    torch.testing.assert_close(together[0][1:], alone[0], atol=1e-5, rtol=0)
    assert torch.equal(together[1][1:], alone[1])


def test_nan_is_refused(network: ESPCN, pair: tuple) -> None:
    pair[0][0, 0, 3, 3] = torch.nan
    with pytest.raises(ValueError, match="not finite"):
        Upscaler(network, 2)(*pair)


@pytest.mark.parametrize("value", [0, 3, 8, True, "4", 2.5, None])
def test_other_factors_are_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="must be 1"):
        check_upscale(value)


@pytest.mark.parametrize("value", [0, -5, 1.5, "64"])
def test_an_impossible_tile_is_refused(network: ESPCN, value: Any) -> None:
    with pytest.raises(ValueError, match="`tile_size`"):
        Upscaler(network, 2, tile_size=value)
