"""The generator's loss is the paper's equations 3 and 6."""

from __future__ import annotations

import numpy as np
import torch

from cosimgen_monai.losses import CoSimGenLoss

PARTS = {"diffusion": torch.tensor(0.3), "triplet": torch.tensor(0.8), "adversarial": torch.tensor(0.6)}


def test_total_is_the_papers_sum() -> None:
    torch.testing.assert_close(CoSimGenLoss().total(PARTS, iteration=1), torch.tensor(0.3 + 0.8 + 0.1 * 0.6))


def test_weights_are_keys() -> None:
    loss = CoSimGenLoss(triplet_weight=0.5, adversarial_weight=2.0)
    torch.testing.assert_close(loss.total(PARTS, iteration=1), torch.tensor(0.3 + 0.5 * 0.8 + 2 * 0.6))


def test_the_verdict_counts_only_after_the_discriminators_head_start() -> None:
    loss = CoSimGenLoss(adversarial_start=100)
    torch.testing.assert_close(loss.total(PARTS, iteration=100), torch.tensor(1.1))
    torch.testing.assert_close(loss.total(PARTS, iteration=101), torch.tensor(1.16))


def test_no_verdict_counts_before_the_discriminator_trains() -> None:
    loss = CoSimGenLoss(discriminator_start=100, adversarial_start=10)
    torch.testing.assert_close(loss.total(PARTS, iteration=100), torch.tensor(1.1))
    torch.testing.assert_close(loss.total(PARTS, iteration=101), torch.tensor(1.16))


def test_the_discriminators_own_loss_is_no_part_of_the_generators() -> None:
    parts = {"diffusion": torch.tensor(0.3), "discriminator": torch.tensor(9.0)}
    torch.testing.assert_close(CoSimGenLoss().total(parts, iteration=1), torch.tensor(0.3))


def test_the_diffusion_loss_is_the_mean_squared_error() -> None:
    torch.manual_seed(0)
    prediction, target = torch.randn(3, 6, 4, 4), torch.randn(3, 6, 4, 4)
    expected = np.mean((prediction.numpy() - target.numpy()) ** 2)
    torch.testing.assert_close(CoSimGenLoss.diffusion(prediction, target), torch.tensor(expected))
