"""Spectron is the paper's equations 1 and 2, written out here with NumPy."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cosimgen_monai.networks import ChannelAddition, Spectron

BATCH, CHANNELS, SIZE, DIM = 2, 5, 4, 7


@pytest.fixture
def features() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    return torch.randn(BATCH, CHANNELS, SIZE, SIZE), torch.randn(BATCH, DIM), torch.randn(BATCH, DIM)


def test_condition_is_a_map_over_space_and_time_a_vector_over_channels(features) -> None:
    f, condition, time = features
    fusion = Spectron(CHANNELS, SIZE, DIM)
    space_weight, space_bias, channel_weight, channel_bias = (p.detach().numpy() for p in fusion.parameters())

    expected = np.empty(f.shape, np.float32)
    for b in range(BATCH):
        c_emb = space_weight @ condition[b].numpy() + space_bias  # h w numbers, row by row
        t_emb = channel_weight @ time[b].numpy() + channel_bias  # c numbers
        for k in range(CHANNELS):
            spatial = f[b, k].numpy() + c_emb.reshape(SIZE, SIZE)  # (1)
            expected[b, k] = spatial + t_emb[k]  # (2)

    np.testing.assert_allclose(fusion(f, condition, time).detach(), expected, atol=1e-5)


def test_channel_addition_has_no_spatial_variation(features) -> None:
    f, condition, time = features
    added = ChannelAddition(CHANNELS, SIZE, DIM)(f, condition, time) - f
    torch.testing.assert_close(added, added[:, :, :1, :1].expand_as(added))
    assert added.std(dim=1).min() > 0  # yet channels differ
