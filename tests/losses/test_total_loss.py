"""The generator's loss is the paper's equations 3 and 6."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cosimgen_monai.losses import CoSimGenLoss

PARTS = {"diffusion": torch.tensor(0.3), "triplet": torch.tensor(0.8), "adversarial": torch.tensor(0.6)}
PREDICTED = {"prediction": torch.zeros(1, 6, 2, 2), "timesteps": torch.zeros(1)}


def test_total_is_the_papers_sum() -> None:
    torch.testing.assert_close(
        CoSimGenLoss().total(PARTS, iteration=1, **PREDICTED), torch.tensor(0.3 + 0.8 + 0.1 * 0.6)
    )


def test_weights_are_keys() -> None:
    loss = CoSimGenLoss(triplet_weight=0.5, adversarial_weight=2.0)
    torch.testing.assert_close(loss.total(PARTS, iteration=1, **PREDICTED), torch.tensor(0.3 + 0.5 * 0.8 + 2 * 0.6))


def test_the_verdict_counts_only_after_the_discriminators_head_start() -> None:
    loss = CoSimGenLoss(adversarial_start=100)
    torch.testing.assert_close(loss.total(PARTS, iteration=100, **PREDICTED), torch.tensor(1.1))
    torch.testing.assert_close(loss.total(PARTS, iteration=101, **PREDICTED), torch.tensor(1.16))


def test_no_verdict_counts_before_the_discriminator_trains() -> None:
    loss = CoSimGenLoss(discriminator_start=100, adversarial_start=10)
    torch.testing.assert_close(loss.total(PARTS, iteration=100, **PREDICTED), torch.tensor(1.1))
    torch.testing.assert_close(loss.total(PARTS, iteration=101, **PREDICTED), torch.tensor(1.16))


def judged_pairs(slope: float) -> tuple[dict[str, torch.Tensor], torch.Tensor, torch.Tensor, CoSimGenLoss]:
    """Three predictions, two of them judged, by a verdict that changes with one number by a slope."""
    torch.manual_seed(1)
    loss = CoSimGenLoss(adversarial_balanced=True)
    prediction, timesteps = torch.randn(3, 6, 4, 4, requires_grad=True), torch.tensor([10, 300, 301])
    parts = {
        "diffusion": loss.diffusion(prediction, torch.zeros_like(prediction)),
        "adversarial": loss.adversarial.generator(slope * prediction[:, 0, 0, 0], timesteps),
    }
    return parts, prediction, timesteps, loss


def test_balanced_the_verdicts_gradient_is_beta_times_the_diffusion_losss() -> None:
    parts, prediction, timesteps, loss = judged_pairs(slope=2.0)
    scale = loss.adversarial_scale(parts, prediction, timesteps)
    assert scale < 1
    diffusion = torch.autograd.grad(parts["diffusion"], prediction, retain_graph=True)[0]
    both = torch.autograd.grad(loss.total(parts, 1, prediction, timesteps), prediction)[0]
    torch.testing.assert_close((both - diffusion).norm(), 0.1 * diffusion[:2].norm())
    torch.testing.assert_close(both[2], diffusion[2])  # too noisy to be judged


def test_balancing_is_switched_by_words_as_a_command_line_hands_them_over() -> None:
    assert not CoSimGenLoss(adversarial_balanced="false").adversarial_balanced  # type: ignore[arg-type]
    assert CoSimGenLoss(adversarial_balanced="true").adversarial_balanced  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"`loss#adversarial_balanced` must be true or false.*'fasle'"):
        CoSimGenLoss(adversarial_balanced="fasle")  # type: ignore[arg-type]


def test_balancing_never_strengthens_the_verdict() -> None:
    parts, prediction, timesteps, loss = judged_pairs(slope=1e-3)
    assert loss.adversarial_scale(parts, prediction, timesteps) == 1
    parts, prediction, _, loss = judged_pairs(slope=2.0)
    assert torch.isfinite(loss.adversarial_scale(parts, prediction, torch.tensor([301, 302, 303])))  # none judged


def test_the_discriminators_own_loss_is_no_part_of_the_generators() -> None:
    parts = {"diffusion": torch.tensor(0.3), "discriminator": torch.tensor(9.0)}
    torch.testing.assert_close(CoSimGenLoss().total(parts, iteration=1, **PREDICTED), torch.tensor(0.3))


def test_the_diffusion_loss_is_the_mean_squared_error() -> None:
    torch.manual_seed(0)
    prediction, target = torch.randn(3, 6, 4, 4), torch.randn(3, 6, 4, 4)
    expected = np.mean((prediction.numpy() - target.numpy()) ** 2)
    torch.testing.assert_close(CoSimGenLoss.diffusion(prediction, target), torch.tensor(expected))
