"""The adversarial loss is the paper's equation 5, at low noise only."""

from __future__ import annotations

import pytest
import torch

from cosimgen_monai.losses import AdversarialLoss

LOGITS = torch.tensor([-2.0, 0.5, 3.0])


def test_generator_loss_is_one_minus_the_verdict() -> None:
    verdict = 1 / (1 + (-LOGITS).exp())
    loss = AdversarialLoss(max_timestep=300).generator(LOGITS, torch.tensor([0, 299, 300]))
    torch.testing.assert_close(loss, (1 - verdict).mean())


def test_samples_of_much_noise_do_not_count() -> None:
    loss = AdversarialLoss(max_timestep=300)
    timesteps = torch.tensor([10, 301, 999])
    torch.testing.assert_close(loss.generator(LOGITS, timesteps), 1 - torch.sigmoid(LOGITS[0]))
    assert loss.generator(LOGITS, torch.tensor([301, 500, 999])) == 0


def test_discriminator_loss_is_binary_cross_entropy() -> None:
    real, fake = torch.tensor([1.0, -1.0, 4.0]), LOGITS
    p, q = torch.sigmoid(real), torch.sigmoid(fake)
    loss = AdversarialLoss(max_timestep=300).discriminator(real, fake, torch.tensor([0, 900, 1]))
    counted = [0, 2]  # of real pairs as many as of denoised ones
    torch.testing.assert_close(loss, -p[counted].log().mean() - (1 - q)[counted].log().mean())


def test_a_certain_discriminator_gives_finite_losses() -> None:
    real, fake = torch.tensor([-200.0]), torch.tensor([200.0])
    assert float(AdversarialLoss().discriminator(real, fake, torch.tensor([0]))) == pytest.approx(400)
