"""The samplers agree with diffusers' and MONAI's, and reach a distribution that is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from diffusers import DPMSolverMultistepScheduler
from monai.networks.schedulers import DDPMScheduler, Scheduler

from cosimgen_monai.sampling import SAMPLERS, NoiseSchedule, SampleNoise, sampling_timesteps

SHAPE = (6, 4, 4)
Clean = Callable[[torch.Tensor, int], torch.Tensor]


def bounded(schedule: NoiseSchedule) -> Clean:
    """A toy model: x̂_0 within [-1, 1], bent by x and by t."""

    def clean(x: torch.Tensor, t: int) -> torch.Tensor:
        return torch.tanh(x * schedule.alphas_cumprod[t].sqrt().float() + 0.3 * np.sin(t / 100))

    return clean


@pytest.mark.parametrize("schedule_name", ["linear_beta", "cosine"])
@pytest.mark.parametrize(("sampler", "order"), [("ddim", 1), ("dpm_solver", 2)])
@pytest.mark.parametrize("steps", [2, 7, 20, 50])
def test_few_step_samplers_are_diffusers(sampler: str, order: int, steps: int, schedule_name: str) -> None:
    schedule = NoiseSchedule(schedule_name)
    clean = bounded(schedule)
    # DDIM is the multistep solver of first order (Lu et al. 2022, section 4); diffusers' own DDIM knows no such spacing
    reference = DPMSolverMultistepScheduler(
        trained_betas=Scheduler(1000, schedule_name).betas.numpy(),
        prediction_type="sample",
        algorithm_type="dpmsolver++",
        solver_order=order,
        final_sigmas_type="zero",
    )
    reference.set_timesteps(timesteps=sampling_timesteps(steps, 1000))
    x = SampleNoise([1, 2], SHAPE).draw()
    for t in reference.timesteps.tolist():
        x = reference.step(clean(x, t), t, x).prev_sample

    found = SAMPLERS[sampler](clean, SampleNoise([1, 2], SHAPE), schedule, steps)
    torch.testing.assert_close(found, x, atol=1e-4, rtol=0)


def test_ddpm_is_monais_with_the_same_noise() -> None:
    schedule = NoiseSchedule(num_train_timesteps=50)
    clean = bounded(schedule)
    reference = DDPMScheduler(50, prediction_type="sample", clip_sample=False)
    noise = SampleNoise([4], SHAPE)
    x = noise.draw()
    for t in reversed(range(50)):
        # MONAI's step draws a batch of one from the generator just as SampleNoise does
        x, _ = reference.step(clean(x, t), t, x, generator=noise.generators[0])
    torch.testing.assert_close(SAMPLERS["ddpm"](clean, SampleNoise([4], SHAPE), schedule, 50), x, atol=1e-4, rtol=0)


@pytest.mark.parametrize("schedule_name", ["linear_beta", "cosine"])
@pytest.mark.parametrize("deviation", [0.05, 0.8])
@pytest.mark.parametrize(("sampler", "steps"), [("dpm_solver", 20), ("ddim", 200)])
def test_a_known_gaussian_is_reached(sampler: str, steps: int, deviation: float, schedule_name: str) -> None:
    mean = 0.2
    schedule = NoiseSchedule(schedule_name)

    def exact(x: torch.Tensor, t: int) -> torch.Tensor:
        """E[x_0 | x_t] of x_0 ~ N(mean, deviation²)."""
        alpha_bar = float(schedule.alphas_cumprod[t])
        gain = alpha_bar**0.5 * deviation**2 / (alpha_bar * deviation**2 + 1 - alpha_bar)
        return mean + gain * (x - alpha_bar**0.5 * mean)

    drawn = SAMPLERS[sampler](exact, SampleNoise(range(32), (6, 16, 16)), schedule, steps)
    assert float(drawn.mean()) == pytest.approx(mean, abs=0.015)
    assert float(drawn.std()) == pytest.approx(deviation, rel=0.07)


@pytest.mark.parametrize("steps", [0, -1, 1001])
@pytest.mark.parametrize("sampler", ["ddim", "dpm_solver"])
def test_steps_out_of_range_are_refused(sampler: str, steps: int) -> None:
    with pytest.raises(ValueError, match=rf"`steps` must be 1 to 1000 .*got {steps}"):
        SAMPLERS[sampler](lambda x, t: x, SampleNoise([0], SHAPE), NoiseSchedule(), steps)


def test_ddpm_of_fewer_steps_is_refused_with_the_remedy() -> None:
    with pytest.raises(ValueError, match=r"all 1000 steps.*--steps 1000.*--sampler dpm_solver"):
        SAMPLERS["ddpm"](lambda x, t: x, SampleNoise([0], SHAPE), NoiseSchedule(), 50)


@pytest.mark.parametrize("trained", [10, 100, 1000])
def test_timesteps_fall_from_the_last_without_repeats(trained: int) -> None:
    for steps in range(1, trained + 1):
        timesteps = sampling_timesteps(steps, trained)
        assert timesteps[0] == trained - 1
        assert timesteps == sorted(set(timesteps), reverse=True)
        assert len(timesteps) == steps
        assert timesteps[-1] >= 0
