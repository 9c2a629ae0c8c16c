"""The group normalisation that takes another layout in bfloat16: what it returns, and what it learns, are PyTorch's."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from cosimgen_monai.networks import GroupNorm


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-5), (torch.bfloat16, 0.04)])
def test_values_and_gradients_are_pytorchs(layout: torch.memory_format, dtype: torch.dtype, tolerance: float) -> None:
    torch.manual_seed(0)
    x = torch.randn(3, 16, 9, 7, dtype=dtype).to(memory_format=layout)
    weight, bias, pull = torch.randn(16), torch.randn(16), torch.randn(3, 16, 9, 7)

    def normalised(kind: type[nn.GroupNorm], x: torch.Tensor) -> list[torch.Tensor]:
        norm = kind(4, 16)
        norm.load_state_dict({"weight": weight, "bias": bias})
        x = x.detach().clone().requires_grad_()
        y = norm(x)
        (y.float() * pull).sum().backward()
        assert y.dtype == x.dtype
        return [found.float() for found in (y, x.grad, norm.weight.grad, norm.bias.grad)]

    for ours, theirs in zip(normalised(GroupNorm, x), normalised(nn.GroupNorm, x.float()), strict=True):
        torch.testing.assert_close(ours, theirs, atol=tolerance, rtol=tolerance)


def test_bfloat16_features_stay_in_the_layout_that_convolutions_are_fast_in() -> None:
    features = torch.randn(2, 8, 5, 5, dtype=torch.bfloat16).to(memory_format=torch.channels_last)
    assert GroupNorm(2, 8)(features).is_contiguous(memory_format=torch.channels_last)
