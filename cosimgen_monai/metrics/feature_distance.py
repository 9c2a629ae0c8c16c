"""Distances of random real-generated pairs: VGG distance and its like, and LPIPS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray


def random_pairs(number_a: int, number_b: int, num_pairs: int, seed: int = 0) -> NDArray[np.int64]:
    """Return pairs of indices (n x 2): each set is gone through in random orders, so that all are used alike.

    Raises:
        ValueError: if a set is empty.
    """
    if min(number_a, number_b) < 1:
        raise ValueError(f"Pairs need an image or more a set, got {number_a} and {number_b}.")
    draw = np.random.default_rng(seed)

    def order(number: int) -> NDArray[np.int64]:
        rounds = [draw.permutation(number) for _ in range(-(-num_pairs // number))]
        return np.concatenate(rounds)[:num_pairs]

    return np.stack([order(number_a), order(number_b)], axis=1)


def pairs_within(number: int, num_pairs: int, seed: int = 0) -> NDArray[np.int64]:
    """Return pairs (n x 2) of two different images of one set, the first gone through in random orders.

    Raises:
        ValueError: if the set holds fewer than two.
    """
    if number < 2:
        raise ValueError(f"Pairs within a set need two images or more, got {number}.")
    pairs = random_pairs(number, number, num_pairs, seed)
    steps = np.random.default_rng([seed, number]).integers(1, number, num_pairs)
    pairs[:, 1] = (pairs[:, 0] + steps) % number
    return pairs


def feature_pair_distance(a: NDArray[Any], b: NDArray[Any], num_pairs: int = 10000, seed: int = 0) -> float:
    """Return the mean Euclidean distance of features (Na D, Nb D) over random pairs.

    With VGG16's fc2 features it is the paper's VGG distance. What it cannot tell: much. Pairs are not matched, so a
    model that only ever draws an average image scores well; the floor, two halves of the real data, is not 0.
    """
    pairs = random_pairs(len(a), len(b), num_pairs, seed)
    total = 0.0
    for chunk in np.array_split(pairs, -(-num_pairs // 1000)):
        difference = a[chunk[:, 0]].astype(np.float64) - b[chunk[:, 1]].astype(np.float64)
        total += float(np.linalg.norm(difference, axis=1).sum())
    return total / num_pairs


@torch.no_grad()
def image_pair_mean(
    compare: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    a: Callable[[list[int]], torch.Tensor],
    b: Callable[[list[int]], torch.Tensor],
    pairs: NDArray[np.int64],
    batch_size: int = 32,
) -> float:
    """Return the mean over pairs of images of what compares two batches, such as LPIPS or MS-SSIM.

    Args:
        compare: two batches of images in, a number a pair (B) out.
        a: images (B 3 H W) by their indices.
        b: images by their indices.
        pairs: indices, n x 2.
        batch_size: pairs at once.
    """
    total = 0.0
    for start in range(0, len(pairs), batch_size):
        chunk = pairs[start : start + batch_size]
        total += compare(a(chunk[:, 0].tolist()), b(chunk[:, 1].tolist())).double().sum().item()
    return total / len(pairs)
