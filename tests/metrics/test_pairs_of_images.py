"""Distances over random pairs, and MS-SSIM against torchmetrics."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torchmetrics.functional.image import multiscale_structural_similarity_index_measure

from cosimgen_monai.metrics import (
    feature_pair_distance,
    image_pair_mean,
    multi_scale_ssim,
    num_scales,
    pairs_within,
    random_pairs,
)


def test_ms_ssim_is_torchmetrics_where_all_scales_fit() -> None:
    generator = torch.Generator().manual_seed(0)
    image = torch.nn.functional.interpolate(torch.rand(2, 3, 16, 16, generator=generator), 128, mode="bilinear") * 2 - 1
    other = (image + 0.3 * torch.rand(image.shape, generator=generator)).clamp(-1, 1)
    sigma = 0.9  # from which torchmetrics makes a kernel of 7
    theirs = multiscale_structural_similarity_index_measure(
        (image + 1) / 2, (other + 1) / 2, kernel_size=7, sigma=sigma, data_range=1.0, reduction="none", normalize="relu"
    )
    assert num_scales(128) == 5
    torch.testing.assert_close(multi_scale_ssim(image, other, sigma), theirs, rtol=1e-3, atol=1e-4)
    assert multi_scale_ssim(image, image).tolist() == pytest.approx([1, 1], abs=1e-4)


def test_small_images_have_fewer_scales() -> None:
    assert (num_scales(64), num_scales(8)) == (4, 1)
    with pytest.raises(ValueError, match="above 7 pixels"):
        num_scales(7)
    assert torch.isfinite(multi_scale_ssim(torch.rand(2, 3, 64, 64) * 2 - 1, torch.rand(2, 3, 64, 64) * 2 - 1)).all()


def test_random_pairs_use_every_image_alike() -> None:
    pairs = random_pairs(5, 3, 30, seed=1)
    assert np.bincount(pairs[:, 0]).tolist() == [6] * 5
    assert np.bincount(pairs[:, 1]).tolist() == [10] * 3
    assert np.array_equal(pairs, random_pairs(5, 3, 30, seed=1))
    with pytest.raises(ValueError, match="an image or more"):
        random_pairs(0, 3, 2)


@pytest.mark.parametrize(("number", "num_pairs"), [(2, 1), (2, 50), (7, 2100)])
def test_pairs_within_a_set_are_of_two_images(number: int, num_pairs: int) -> None:
    pairs = pairs_within(number, num_pairs, seed=3)
    assert pairs.shape == (num_pairs, 2)
    assert (pairs[:, 0] != pairs[:, 1]).all()
    if num_pairs > 1000:  # all of them, about as often
        counts = np.histogram2d(*pairs.T, bins=number)[0][~np.eye(number, dtype=bool)]
        assert counts.min() > 25
        assert counts.mean() == num_pairs / 42
    with pytest.raises(ValueError, match="two images or more"):
        pairs_within(1, 5)


def test_feature_distance_is_the_mean_over_all_pairs_in_the_long_run() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(12, 3)), rng.normal(size=(9, 3))
    every = np.linalg.norm(a[:, None] - b[None], axis=-1).mean()
    assert feature_pair_distance(a, b, num_pairs=20000) == pytest.approx(every, rel=0.02)


def test_image_pairs_are_compared_in_batches() -> None:
    images = torch.arange(7.0)[:, None, None, None].expand(7, 3, 4, 4)
    pairs = random_pairs(7, 7, 21)
    found = image_pair_mean(
        lambda x, y: (x - y).abs().mean((1, 2, 3)), lambda i: images[i], lambda i: images[i], pairs, 4
    )
    assert found == pytest.approx(np.abs(pairs[:, 0] - pairs[:, 1]).mean())
