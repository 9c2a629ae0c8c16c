"""The study of sampling steps: its kernel distance, its verdicts."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
import measure_steps


def test_a_sample_chosen_twice_is_no_pair_with_itself() -> None:
    random = np.random.default_rng(0)
    features, real = random.normal(size=(9, 4)), random.normal(1, 1, size=(7, 4)).astype(np.float32)
    chosen = np.array([0, 0, 3, 5, 8])

    def k(x: Any, y: Any) -> float:
        return (float(np.dot(x, y)) / 4 + 1) ** 3

    own = [k(features[i], features[j]) for i in chosen for j in chosen if i != j]
    within = [k(real[i], real[j]) for i in range(7) for j in range(7) if i != j]
    across = [k(features[i], row) for i in chosen for row in real]
    expected = 1000 * (np.mean(own) + np.mean(within) - 2 * np.mean(across))
    assert measure_steps.Kernel(real)({"features": features}, chosen) == pytest.approx(expected)


def test_verdicts_allow_for_the_noise_and_no_more() -> None:
    random = np.random.default_rng(0)
    base = random.normal(100, 1, size=400)
    sets = {
        ("dpm_solver", 20): {"value": base + random.normal(0, 0.1, size=400)},
        ("dpm_solver", 5): {"value": base + 6},
        ("ddim", 250): {"value": base},
    }
    args = Namespace(num_samples=400, resamples=50, seed=0, reference_steps=250)
    mean: Any = lambda drawn, chosen: float(drawn["value"][chosen].mean())  # noqa: E731
    distance = measure_steps.compare("Frechet", mean, sets, args)
    assert [row["holds"] for row in distance] == [True, False, True]  # 6 % worse is over 5 %
    assert distance[0]["standard_error"] == pytest.approx(1 / 20, rel=0.5)
    assert distance[0]["difference_standard_error"] == pytest.approx(0.1 / 20, rel=0.5)  # the seeds are the same
    sets["dpm_solver", 5]["value"] = base - 0.1
    assert [row["holds"] for row in measure_steps.compare("hit rate", mean, sets, args)] == [True, False, True]
