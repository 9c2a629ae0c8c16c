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


@pytest.mark.parametrize("prediction_type", TYPES)
def test_velocity_weighting_counts_the_velocitys_error(batch, prediction_type: str) -> None:
    pair, noise, _ = batch
    timesteps = torch.tensor([150, 250, 350, 400, 450])  # where no weight is cut off
    schedule = NoiseSchedule(prediction_type=prediction_type, loss_weighting="velocity")
    signal, sigma = schedule.alphas_cumprod[timesteps].sqrt(), (1 - schedule.alphas_cumprod[timesteps]).sqrt()
    signal, sigma = (factor.float()[:, None, None, None] for factor in (signal, sigma))
    noisy = signal * pair + sigma * noise

    other = pair + 0.1 * torch.randn_like(pair)  # a wrong idea of the clean pair, and the noise that goes with it
    other_noise = (noisy - signal * other) / sigma
    velocity_error = ((signal * other_noise - sigma * other) - (signal * noise - sigma * pair)).square().mean((1, 2, 3))
    error = {"epsilon": other_noise - noise, "sample": other - pair}.get(prediction_type)
    squared = velocity_error if error is None else error.square().mean((1, 2, 3))

    torch.testing.assert_close(schedule.loss_weight(timesteps) * squared, velocity_error, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("prediction_type", TYPES)
def test_weights_are_bounded_and_one_where_none_are_asked(prediction_type: str) -> None:
    timesteps = torch.arange(1000)
    assert NoiseSchedule(prediction_type=prediction_type, loss_weighting="velocity").loss_weight(timesteps).max() <= 20
    assert torch.equal(NoiseSchedule(prediction_type=prediction_type).loss_weight(timesteps), torch.ones(1000))


def test_a_schedule_is_made_again_from_its_json() -> None:
    schedule = NoiseSchedule("cosine", 200, "sample", "velocity")
    again = NoiseSchedule(**schedule.to_json())
    assert torch.equal(again.alphas_cumprod, schedule.alphas_cumprod)
    assert again.to_json() == schedule.to_json()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"prediction_type": "x0"}, r"`prediction_type`.*epsilon.*'x0'"),
        ({"loss_weighting": "snr"}, r"`loss_weighting`.*velocity.*'snr'"),
    ],
)
def test_unknown_options_are_refused_with_the_known_ones(arguments: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        NoiseSchedule(**arguments)
