"""The noise schedule agrees with MONAI's scheduler, and predictions with the pairs they stand for."""

from __future__ import annotations

import pytest
import torch
from monai.networks.schedulers import DDPMScheduler

from cosimgen_monai.sampling import NoiseSchedule

TYPES = ("epsilon", "v_prediction", "sample")
SCHEDULES = ("linear_beta", "scaled_linear_beta", "sigmoid_beta", "cosine")


@pytest.fixture
def batch() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    return torch.rand(5, 6, 4, 4) * 1.8 - 0.9, torch.randn(5, 6, 4, 4), torch.tensor([0, 30, 400, 700, 950])


@pytest.mark.parametrize("name", SCHEDULES)
def test_noising_and_velocity_are_monais(batch, name: str) -> None:
    pair, noise, timesteps = batch
    ours, monais = NoiseSchedule(name, prediction_type="v_prediction"), DDPMScheduler(1000, schedule=name)
    torch.testing.assert_close(ours.add_noise(pair, noise, timesteps), monais.add_noise(pair, noise, timesteps))
    torch.testing.assert_close(ours.target(pair, noise, timesteps), monais.get_velocity(pair, noise, timesteps))


@pytest.mark.parametrize("prediction_type", TYPES)
def test_a_perfect_prediction_gives_the_clean_pair(batch, prediction_type: str) -> None:
    pair, noise, timesteps = batch
    schedule = NoiseSchedule(prediction_type=prediction_type)
    noisy = schedule.add_noise(pair, noise, timesteps)
    found = schedule.clean(schedule.target(pair, noise, timesteps), noisy, timesteps)
    torch.testing.assert_close(found, pair, atol=1e-4, rtol=0)


@pytest.mark.parametrize("prediction_type", TYPES)
def test_clean_pairs_are_float32_within_the_range(batch, prediction_type: str) -> None:
    _, noise, timesteps = batch
    clean = NoiseSchedule(prediction_type=prediction_type).clean(9 * noise.bfloat16(), noise.bfloat16(), timesteps)
    assert clean.dtype == torch.float32
    assert clean.abs().max() <= 1


def test_a_schedule_is_made_again_from_its_json() -> None:
    schedule = NoiseSchedule("cosine", 200, "sample")
    again = NoiseSchedule(**schedule.to_json())
    assert torch.equal(again.alphas_cumprod, schedule.alphas_cumprod)
    assert again.to_json() == schedule.to_json()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"prediction_type": "x0"}, r"`prediction_type`.*epsilon.*'x0'"),
    ],
)
def test_unknown_options_are_refused_with_the_known_ones(arguments: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        NoiseSchedule(**arguments)
