"""The measure of detail: which frequency belongs to which band, and what blurring costs."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
import measure_detail


@pytest.mark.parametrize(("cycles", "band"), [(1, 0), (3, 0), (4, 1), (15, 2), (16, 3), (31, 3)])
def test_a_wave_has_half_its_squared_amplitude_in_its_own_band(cycles: int, band: int) -> None:
    wave = 0.6 * np.sin(2 * np.pi * cycles * np.arange(64) / 64)
    image = torch.from_numpy(np.tile(wave, (2, 3, 64, 1)))
    expected = [0.0] * 4
    expected[band] = 0.6**2 / 2
    assert measure_detail.energy_by_band(image) == pytest.approx(expected, abs=1e-12)


def test_a_blurred_image_keeps_the_coarse_and_loses_the_fine() -> None:
    torch.manual_seed(0)
    real = torch.rand(4, 1, 64, 64).expand(-1, 3, -1, -1) * 2 - 1
    blurred = torch.nn.functional.avg_pool2d(real, 3, 1, 1)
    row = measure_detail.measure(blurred, real)
    assert row["rms_error"] == pytest.approx(float(np.sqrt(np.mean((blurred.numpy() - real.numpy()) ** 2))))
    assert row["energy_kept"] == sorted(row["energy_kept"], reverse=True)
    assert row["energy_kept"][0] > 0.9 > 0.2 > row["energy_kept"][-1]
    itself = measure_detail.measure(real, real)
    assert itself["energy_kept"] == [1.0] * 4
    assert itself["frechet_efficientnet_lite0"] == pytest.approx(0, abs=1e-3)
