"""Reverse diffusion: DDPM at all steps, DDIM and DPM-Solver++(2M) at few."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch

from cosimgen_monai.sampling.noise import SampleNoise
from cosimgen_monai.sampling.schedule import NoiseSchedule

Clean = Callable[[torch.Tensor, int], torch.Tensor]
"""Noisy pairs x_t and their timestep in, the estimate x̂_0 in [-1, 1] out."""


def sampling_timesteps(steps: int, num_train_timesteps: int) -> list[int]:
    """Return ``steps`` timesteps from T - 1 down to 0, denser towards 0 (the quadratic ones of Song et al. 2021, D.2).

    Both ends are among them: without the first the noise is not what the model was trained on (Lin et al. 2024),
    without the last the texture finer than the last step's noise is averaged away. Of a known Gaussian's deviation of
    0.05, 20 evenly spaced trailing steps keep half, these all.

    Raises:
        ValueError: if there are fewer than one step or more than T.
    """
    check_steps("few steps", steps, num_train_timesteps)
    share = np.linspace(0, 1, steps) if steps > 1 else np.ones(1)
    rising = np.rint((num_train_timesteps - 1) * share**2).astype(int)
    for i in range(1, steps):  # near 0 squares round to the same timestep: take the next
        rising[i] = max(rising[i], rising[i - 1] + 1)
    return rising[::-1].tolist()


def check_steps(sampler: str, steps: int, num_train_timesteps: int) -> None:
    """Raise ``ValueError`` where a sampler cannot take so many steps of T."""
    if not 1 <= steps <= num_train_timesteps:
        raise ValueError(f"`steps` must be 1 to {num_train_timesteps} (the timesteps trained on), got {steps}.")
    if sampler == "ddpm" and steps != num_train_timesteps:
        raise ValueError(
            f"The ddpm sampler takes all {num_train_timesteps} steps that the model trained on, got {steps}. "
            f"Use --steps {num_train_timesteps}, or --sampler dpm_solver (or ddim) for few steps."
        )


def ddpm(clean: Clean, noise: SampleNoise, schedule: NoiseSchedule, steps: int) -> torch.Tensor:
    """Ancestral sampling (Ho et al. 2020, algorithm 2, in its x̂_0 form, equation 7).

    Raises:
        ValueError: unless the steps are all that the model trained on: its variance holds for single steps only.
    """
    check_steps("ddpm", steps, schedule.num_train_timesteps)
    alpha_bar = [*schedule.alphas_cumprod.tolist(), 1.0]  # ᾱ_{-1} = 1: nothing but signal
    x = noise.draw()
    for t in reversed(range(steps)):
        now, before = alpha_bar[t], alpha_bar[t - 1]
        beta = 1 - now / before
        mean = before**0.5 * beta / (1 - now) * clean(x, t) + (now / before) ** 0.5 * (1 - before) / (1 - now) * x
        deviation = (beta * (1 - before) / (1 - now)) ** 0.5
        x = mean + deviation * noise.draw() if t > 0 else mean
    return x


def ddim(clean: Clean, noise: SampleNoise, schedule: NoiseSchedule, steps: int) -> torch.Tensor:
    """Deterministic sampling (Song et al. 2021, equation 12 with η = 0)."""
    return ddim_from(clean, noise.draw(), sampling_timesteps(steps, schedule.num_train_timesteps), schedule)


def ddim_from(clean: Clean, x: torch.Tensor, timesteps: Sequence[int], schedule: NoiseSchedule) -> torch.Tensor:
    """Take pairs that are noisy as at the first of some falling timesteps to clean ones."""
    alpha_bar = [schedule.alphas_cumprod[t].item() for t in timesteps] + [1.0]
    for i, t in enumerate(timesteps):
        x0 = clean(x, t)
        epsilon = (x - alpha_bar[i] ** 0.5 * x0) / (1 - alpha_bar[i]) ** 0.5
        x = alpha_bar[i + 1] ** 0.5 * x0 + (1 - alpha_bar[i + 1]) ** 0.5 * epsilon
    return x


def dpm_solver(clean: Clean, noise: SampleNoise, schedule: NoiseSchedule, steps: int) -> torch.Tensor:
    """DPM-Solver++(2M), the multistep solver of second order on x̂_0 (Lu et al. 2022, algorithm 2)."""
    timesteps = sampling_timesteps(steps, schedule.num_train_timesteps)
    alpha_bar = schedule.alphas_cumprod[timesteps]
    alpha, sigma = alpha_bar.sqrt().tolist(), (1 - alpha_bar).sqrt().tolist()
    lam = (alpha_bar.sqrt() / (1 - alpha_bar).sqrt()).log()  # λ, half the log signal-to-noise ratio
    x = noise.draw()
    x0 = previous = clean(x, timesteps[0])
    for i in range(1, steps):
        h = (lam[i] - lam[i - 1]).item()
        direction = x0
        if i > 1:
            ratio = (lam[i - 1] - lam[i - 2]).item() / h
            direction = x0 + (x0 - previous) / (2 * ratio)
        x = sigma[i] / sigma[i - 1] * x + alpha[i] * -torch.expm1(torch.tensor(-h)).item() * direction
        previous, x0 = x0, clean(x, timesteps[i])
    return x0  # the last step ends at σ = 0, where the solver's answer is x̂_0 itself


SAMPLERS: dict[str, Callable[[Clean, SampleNoise, NoiseSchedule, int], torch.Tensor]] = {
    "ddpm": ddpm,
    "ddim": ddim,
    "dpm_solver": dpm_solver,
}
"""The samplers by the name of the ``sampler`` key."""
