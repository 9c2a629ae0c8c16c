"""The kernel distance against torch-fidelity, and its unbiasedness."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch_fidelity.metric_kid import kid_features_to_metric

from cosimgen_monai.metrics import kernel_distance


def test_it_is_torch_fidelitys_on_the_same_subsets() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(90, 12)), rng.normal(0.3, 1.2, size=(70, 12))
    options = {"kid_subsets": 10, "kid_subset_size": 30, "rng_seed": 5, "verbose": False}
    theirs = kid_features_to_metric(torch.from_numpy(a), torch.from_numpy(b), **options)
    ours = kernel_distance(a, b, subset_size=30, num_subsets=10, seed=5)
    assert ours["mean"] == pytest.approx(theirs["kernel_inception_distance_mean"], rel=1e-9)
    assert ours["std"] == pytest.approx(theirs["kernel_inception_distance_std"], rel=1e-9)


def test_samples_of_one_distribution_are_near_zero_and_subsets_differ() -> None:
    rng = np.random.default_rng(1)
    same = kernel_distance(rng.normal(size=(400, 8)), rng.normal(size=(400, 8)))
    other = kernel_distance(rng.normal(size=(400, 8)), rng.normal(0.5, 1, size=(400, 8)))
    assert same["subset_size"] == 200
    assert same["std"] > 0
    assert abs(same["mean"]) < 0.1 * other["mean"]


def test_degenerate_sets() -> None:
    assert kernel_distance(np.ones((8, 3)), np.ones((8, 3)))["mean"] == pytest.approx(0)
    with pytest.raises(ValueError, match="4 images or more"):
        kernel_distance(np.ones((3, 3)), np.ones((8, 3)))
