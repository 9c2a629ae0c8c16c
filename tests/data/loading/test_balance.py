"""Rare classes are seen as often as the formula says, the same in every run and on any number of processes."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import torch

from cosimgen_monai.data import CachedPairs, EpochSampler, PairDataset, check_balance, pair_weights

N = 100


def dataset() -> PairDataset:
    """100 pairs: class 0 in all, class 1 in 25, class 2 in 4 of those and class 3 in one that holds no other rare."""
    presence = np.zeros((N, 5), np.uint8)
    presence[:, 0] = 1
    presence[:25, 1] = 1
    presence[:4, 2] = 1
    presence[50, 3] = 1
    blank = np.zeros((N, 1, 2, 2), np.uint8)
    return PairDataset(CachedPairs(blank, blank, [{"group": "0"}] * N, presence), dict)


def epoch_of(balance: float, epoch: int, seed: int = 0) -> list[int]:
    sampler = EpochSampler(dataset(), seed, balance)
    sampler.set_epoch(epoch)
    return list(sampler)


def test_weights_are_those_of_repeat_factor_sampling() -> None:
    weights = pair_weights(dataset().data.presence, 0.5)
    expected = np.ones(N)
    expected[:25], expected[:4], expected[50] = 2.0, 5.0, 10.0  # 1/sqrt(0.25), 1/sqrt(0.04), 1/sqrt(0.01)
    np.testing.assert_allclose(weights, expected)


@pytest.mark.parametrize("balance", [0.25, 0.5, 1.0])
def test_pairs_are_seen_in_proportion_to_their_weights(balance: float) -> None:
    share = np.select([np.arange(N) == 50, np.arange(N) < 4, np.arange(N) < 25], [0.01, 0.04, 0.25], 1.0) ** -balance
    expected = share / share.sum() * N
    total = np.zeros(N)
    for epoch in range(200):
        counts = np.bincount([i % N for i in epoch_of(balance, epoch)], minlength=N)
        assert counts.sum() == N
        assert (np.abs(counts - expected) < 1).all()
        total += counts
    np.testing.assert_allclose(total / 200, expected, atol=0.15)


def test_without_balance_the_order_is_that_of_torch() -> None:
    plain = torch.utils.data.DistributedSampler(range(N), num_replicas=1, rank=0, seed=3)
    plain.set_epoch(2)
    assert epoch_of(0.0, 2, seed=3) == [2 * N + i for i in plain]


def test_repeats_of_a_pair_are_augmented_anew() -> None:
    indices = [i for epoch in range(20) for i in epoch_of(1.0, epoch)]
    assert len(set(indices)) == len(indices)
    assert max(Counter(i % N for i in indices).values()) > 20


def test_an_epoch_is_a_function_of_seed_and_epoch() -> None:
    assert epoch_of(0.5, 7) == epoch_of(0.5, 7)
    assert epoch_of(0.5, 7) != epoch_of(0.5, 8)
    assert epoch_of(0.5, 7) != epoch_of(0.5, 7, seed=1)


def test_processes_share_an_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = epoch_of(0.5, 3)
    monkeypatch.setattr(torch.distributed, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.distributed, "get_world_size", lambda *_: 2)
    shares = []
    for rank in range(2):
        monkeypatch.setattr(torch.distributed, "get_rank", lambda *_, rank=rank: rank)
        shares.append(epoch_of(0.5, 3))
    assert sorted(shares[0] + shares[1]) == sorted(whole)


def test_a_class_that_no_pair_holds_weighs_nothing() -> None:
    presence = np.array([[1, 0, 0], [1, 1, 0]], np.uint8)
    np.testing.assert_allclose(pair_weights(presence, 1.0), [1.0, 2.0])


@pytest.mark.parametrize("value", [-0.1, 1.5, "0.5", True, None])
def test_a_balance_that_is_no_share_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="`balance` must be a number from 0"):
        check_balance(value)
