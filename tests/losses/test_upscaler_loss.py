"""Equations 7 to 9."""

from __future__ import annotations

import pytest
import torch

from cosimgen_monai.losses import UpscalerLoss


class Halved(torch.nn.Module):
    """A stand-in for a perceptual loss, of pictures of three channels."""

    def forward(self, prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        assert prediction.shape[1] == target.shape[1] == 3
        return (prediction - target).abs().mean() / 2


def test_the_loss_is_mse_plus_the_weighted_perceptual_one() -> None:
    prediction, target = torch.randn(2, 6, 8, 8), torch.randn(2, 6, 8, 8)
    loss = UpscalerLoss(0.3, Halved())
    parts = loss(prediction, target)
    mse, perceptual = (prediction - target).square().mean(), (prediction - target).abs().mean() / 2
    torch.testing.assert_close(parts["mse"], mse)
    torch.testing.assert_close(parts["perceptual"], perceptual)
    torch.testing.assert_close(loss.total(parts), mse + 0.3 * perceptual)


def test_mse_alone_is_the_default() -> None:
    assert list(UpscalerLoss(0.0, Halved())(torch.zeros(1, 6, 4, 4), torch.ones(1, 6, 4, 4))) == ["mse"]


def test_a_weight_without_features_is_refused() -> None:
    with pytest.raises(ValueError, match="no feature network is set"):
        UpscalerLoss(0.1)
    with pytest.raises(ValueError, match="0 or more"):
        UpscalerLoss(-1.0)
