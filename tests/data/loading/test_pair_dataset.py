"""Items and their order are functions of seed, epoch and index alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from monai.transforms import Compose, RandAffined, RandGaussianNoised, ScaleIntensityRanged

from cosimgen_monai.codec import encode_frgb, fibonacci_palette
from cosimgen_monai.data import CachedPairs, EpochSampler, PairDataset

N, SIZE, IDS = 10, 32, (0, 1, 6, 13)


@pytest.fixture(scope="module")
def pairs() -> CachedPairs:
    rng = np.random.default_rng(0)
    blocks = rng.choice(IDS, (N, 1, SIZE // 8, SIZE // 8)).astype(np.uint8)
    return CachedPairs(
        images=rng.integers(-175, 251, (N, 1, SIZE, SIZE)).astype(np.int16),
        labels=blocks.repeat(8, axis=2).repeat(8, axis=3),
        rows=[{"group": str(i)} for i in range(N)],
        presence=np.ones((N, 14), dtype=np.uint8),
    )


def augmentation() -> Compose:
    """The intensity scaling and the affine of the training config, always applied, and noise behind it."""
    affine = RandAffined(
        ["image", "label"],
        mode=["bilinear", "nearest"],
        padding_mode="border",
        prob=1.0,
        rotate_range=0.3,
        scale_range=[0.1, 0.1],
        translate_range=[4, 4],
    )
    scale = ScaleIntensityRanged("image", -175, 250, -1, 1, clip=True)
    return Compose([scale, affine, RandGaussianNoised("image", prob=0.5, std=0.01)])


def image_of(dataset: PairDataset, index: int) -> np.ndarray:
    return np.asarray(dataset[index]["image"])


def test_without_transforms_an_item_is_the_cached_pair(pairs: CachedPairs) -> None:
    dataset = PairDataset(pairs, dict)
    assert len(dataset) == N
    for index in (3, 3 + N, 3 + 7 * N):
        np.testing.assert_array_equal(dataset[index]["image"].numpy(), pairs.images[3])
        np.testing.assert_array_equal(dataset[index]["label"].numpy(), pairs.labels[3])


def test_window_becomes_minus_one_to_one(pairs: CachedPairs) -> None:
    scaled = image_of(PairDataset(pairs, ScaleIntensityRanged("image", -175, 250, -1, 1, clip=True)), 0)
    np.testing.assert_allclose(scaled, (pairs.images[0] + 175) / 212.5 - 1, atol=1e-6)


def test_an_item_is_the_same_whenever_and_wherever_it_is_drawn(pairs: CachedPairs) -> None:
    forward, backward = (PairDataset(pairs, augmentation(), seed=5) for _ in range(2))
    indices = [0, 4, N + 4, 3 * N + 9]
    first = {i: image_of(forward, i) for i in indices}
    for i in reversed(indices):
        np.testing.assert_array_equal(image_of(backward, i), first[i])
    loader = torch.utils.data.DataLoader(forward, batch_size=None, sampler=indices, num_workers=2)
    for i, item in zip(indices, loader, strict=True):
        np.testing.assert_array_equal(np.asarray(item["image"]), first[i])


def test_epochs_seeds_and_items_are_augmented_differently(pairs: CachedPairs) -> None:
    still = CachedPairs(pairs.images[:1].repeat(N, 0), pairs.labels[:1].repeat(N, 0), pairs.rows, pairs.presence)
    draws = [
        image_of(PairDataset(still, augmentation(), seed), i)
        for seed, i in [(0, 0), (0, 1), (0, N), (0, 2 * N), (1, 0)]
    ]
    for a in range(len(draws)):
        for b in range(a):
            assert np.abs(draws[a] - draws[b]).mean() > 0.05


def test_labels_remain_ids_and_lie_under_their_image(pairs: CachedPairs) -> None:
    striped = CachedPairs(pairs.labels.astype(np.int16) * 17, pairs.labels, pairs.rows, pairs.presence)
    augment = augmentation()
    affine = PairDataset(striped, Compose(augment.transforms[1:2]))
    moved = 0
    for i in range(N):
        item = affine[i]
        assert set(np.unique(item["label"])) <= set(IDS)
        encode_frgb(torch.as_tensor(item["label"])[None], fibonacci_palette(14), 14)
        agree = np.abs(np.asarray(item["image"]) / 17 - np.asarray(item["label"])) < 0.01
        assert agree.mean() > 0.4  # all but the edges, where the image is interpolated
        moved += not np.array_equal(np.asarray(item["label"]), pairs.labels[i])
    assert moved == N


def order(dataset: PairDataset, seed: int, epoch: int) -> list[int]:
    sampler = EpochSampler(dataset, seed)
    sampler.set_epoch(epoch)
    return list(sampler)


def test_each_epoch_holds_every_pair_once_in_its_own_order(pairs: CachedPairs) -> None:
    dataset = PairDataset(pairs, dict)
    orders = [order(dataset, 0, epoch) for epoch in range(4)]
    for epoch, indices in enumerate(orders):
        assert sorted(indices) == list(range(epoch * N, (epoch + 1) * N))
    assert len({tuple(i % N for i in indices) for indices in orders}) == 4


def test_the_order_is_a_function_of_seed_and_epoch(pairs: CachedPairs) -> None:
    dataset = PairDataset(pairs, dict)
    running = EpochSampler(dataset, seed=1)
    for epoch in range(3):
        running.set_epoch(epoch)
        torch.rand(7)
        assert list(running) == order(dataset, 1, epoch)
    assert order(dataset, 1, 2) != order(dataset, 2, 2)


def test_processes_share_an_epoch_without_overlap(pairs: CachedPairs, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = PairDataset(pairs, dict)
    monkeypatch.setattr(torch.distributed, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.distributed, "get_world_size", lambda *_: 2)
    shares = []
    for rank in range(2):
        monkeypatch.setattr(torch.distributed, "get_rank", lambda *_, rank=rank: rank)
        shares.append(order(dataset, 0, 3))
    assert sorted(shares[0] + shares[1]) == list(range(3 * N, 4 * N))
    assert len(shares[0]) == len(shares[1])
