"""The baselines' losses against formulas of other libraries."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch.distributions import Normal, kl_divergence

from cosimgen_monai.baselines import EvidenceLoss, GANLoss


def test_the_divergence_is_torchs() -> None:
    mean, log_variance = torch.randn(5, 7), torch.randn(5, 7)
    expected = kl_divergence(Normal(mean, (log_variance / 2).exp()), Normal(torch.tensor(0.0), torch.tensor(1.0)))
    torch.testing.assert_close(EvidenceLoss().divergence(mean, log_variance), expected.sum(1).mean())


def test_free_nats_are_counted_but_not_learned() -> None:
    mean = torch.zeros(4, 3, requires_grad=True)
    kl = EvidenceLoss(free_nats=0.5).divergence(mean, torch.zeros(4, 3))
    assert kl.item() == 1.5
    kl.backward()
    assert mean.grad is not None
    assert not mean.grad.any()


def test_the_bound_is_that_of_the_gaussian_that_fits_best() -> None:
    pair, drawn = torch.randn(2, 6, 4, 4), torch.randn(2, 6, 4, 4)
    deviation = (pair - drawn).square().mean().sqrt()
    nll = -Normal(drawn, deviation).log_prob(pair).mean()
    constant = (1 + math.log(2 * math.pi)) / 2  # the same whatever is drawn
    torch.testing.assert_close(EvidenceLoss.reconstruction(drawn, pair) + constant, nll)


def test_the_divergence_warms_up() -> None:
    parts = {"reconstruction": torch.tensor(1.0), "kl": torch.tensor(8.0)}
    loss = EvidenceLoss(kl_weight=2, kl_warmup=10)
    assert [loss.total(parts, iteration, numel=4).item() for iteration in (5, 10, 99)] == [3, 5, 5]


def test_the_game_is_binary_cross_entropy() -> None:
    real, fake, wrong = torch.randn(3, 4, 1, 2, 2)
    mismatched, loss = torch.tensor([True, False, True, True]), GANLoss(mismatch_weight=0.25)
    bce = F.binary_cross_entropy_with_logits
    ones, zeros = torch.ones_like(real), torch.zeros_like(real)
    expected = bce(real, ones) + 0.75 * bce(fake, zeros) + 0.25 * bce(wrong[mismatched], zeros[mismatched])
    torch.testing.assert_close(loss.discriminator(real, fake, wrong, mismatched), expected)
    torch.testing.assert_close(loss.generator(fake), bce(fake, ones))


def test_a_batch_of_one_class_set_has_no_mismatch() -> None:
    real, fake, wrong = torch.randn(3, 4)
    alone = GANLoss(mismatch_weight=0.5).discriminator(real, fake, wrong, torch.zeros(4, dtype=torch.bool))
    torch.testing.assert_close(alone, F.softplus(-real).mean() + F.softplus(fake).mean() / 2)


def test_the_penalty_of_a_linear_judge_is_its_weights_squared_norm() -> None:
    weight = torch.randn(6, 2, 2, requires_grad=True)

    def judge(pair: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        return (pair * weight).sum(dim=(1, 2, 3))

    penalty = GANLoss(r1_weight=3, r1_interval=4).penalty(judge, torch.randn(5, 6, 2, 2), torch.zeros(5))  # type: ignore[arg-type]
    torch.testing.assert_close(penalty, 3 / 2 * 4 * weight.square().sum())
    penalty.backward()
    torch.testing.assert_close(weight.grad, 12 * weight.detach())
