"""The Frechet distance against SciPy, torch-fidelity and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm
from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric

from cosimgen_monai.metrics import Moments, frechet_distance, frechet_of_features


def features(n: int, d: int, seed: int, shift: float = 0.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) + shift).astype(np.float32)


def moments(rows: np.ndarray, batch: int = 7) -> Moments:
    found = Moments()
    for chunk in torch.from_numpy(rows).split(batch):
        found.update(chunk)
    return found


@pytest.mark.parametrize(("n", "m"), [(200, 90), (30, 20)])
def test_it_is_scipys_matrix_root_and_torch_fidelitys(n: int, m: int) -> None:
    a, b = features(n, 16, 0).astype(np.float64), features(m, 16, 1, 0.5).astype(np.float64)
    root = sqrtm(np.cov(a.T) @ np.cov(b.T)).real
    gap = a.mean(0) - b.mean(0)
    expected = gap @ gap + np.trace(np.cov(a.T) + np.cov(b.T) - 2 * root)
    assert frechet_distance(moments(a), moments(b)) == pytest.approx(expected, rel=1e-9)
    statistics = [fid_features_to_statistics(torch.from_numpy(rows)) for rows in (a, b)]
    theirs = fid_statistics_to_metric(*statistics, verbose=False)["frechet_inception_distance"]
    assert frechet_of_features(a, b) == pytest.approx(theirs, rel=1e-9)


def test_fewer_images_than_features_give_the_same_by_both_ways() -> None:
    a, b = features(12, 40, 0), features(9, 40, 1)
    assert frechet_of_features(a, b) == pytest.approx(frechet_distance(moments(a), moments(b)), rel=1e-9)


def test_gaussians_with_diagonal_covariance_have_the_textbook_distance() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(0, 1, (4000, 3)), rng.normal(2, 3, (4000, 3))
    assert frechet_of_features(a, b) == pytest.approx(3 * (2**2 + (3 - 1) ** 2), rel=0.05)


def test_degenerate_sets_have_stated_answers() -> None:
    a = features(20, 6, 0)
    assert frechet_of_features(a, a) == pytest.approx(0, abs=1e-9)
    constant, other = np.full((5, 6), 2.0, np.float32), np.full((4, 6), 3.0, np.float32)
    assert frechet_of_features(constant, other) == pytest.approx(6)
    assert frechet_distance(moments(constant), moments(other)) == pytest.approx(6)
    assert np.isfinite(frechet_of_features(np.repeat(a[:1], 20, 0), a))
    with pytest.raises(ValueError, match="2 images or more"):
        frechet_of_features(a[:1], a)
    with pytest.raises(ValueError, match="NaN or infinity"):
        Moments().update(torch.tensor([[1.0, np.nan]]))
    broken = features(4, 16, 0)  # fewer images than features, which is another way of reckoning
    broken[2, 3] = np.nan
    with pytest.raises(ValueError, match="NaN or infinity"):
        frechet_of_features(broken, features(5, 16, 1))


def test_large_means_lose_no_digits() -> None:
    a, b = features(50, 4, 0), features(50, 4, 1)
    moved = frechet_distance(moments(a.astype(np.float64) + 1e6), moments(b.astype(np.float64) + 1e6))
    assert moved == pytest.approx(frechet_distance(moments(a), moments(b)), rel=1e-4)
