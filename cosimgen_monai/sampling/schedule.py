"""The noise schedule: how much of a pair is left at each timestep, and what the network predicts."""

from __future__ import annotations

import torch
from monai.networks.schedulers import Scheduler

PREDICTION_TYPES = ("epsilon", "v_prediction", "sample")


class NoiseSchedule:
    """x_t = √ᾱ_t x_0 + √(1 - ᾱ_t) ε (Ho et al. 2020), by MONAI's named schedules.

    Args:
        schedule: ``linear_beta``, ``scaled_linear_beta``, ``sigmoid_beta`` or ``cosine`` (MONAI's NoiseSchedules).
        num_train_timesteps: number of timesteps T.
        prediction_type: what the network predicts: ``epsilon`` (the noise; paper), ``v_prediction``
            (√ᾱ ε - √(1 - ᾱ) x_0; Salimans & Ho 2022) or ``sample`` (x_0; Li & He 2025 find it the one that works where
            pixels are folded into channels).

    Raises:
        ValueError: if the prediction type is unknown (MONAI names an unknown schedule).
    """

    def __init__(
        self,
        schedule: str = "linear_beta",
        num_train_timesteps: int = 1000,
        prediction_type: str = "epsilon",
    ) -> None:
        if prediction_type not in PREDICTION_TYPES:
            raise ValueError(f"`prediction_type` must be one of {PREDICTION_TYPES}, got {prediction_type!r}.")
        self.schedule = schedule
        self.num_train_timesteps = num_train_timesteps
        self.prediction_type = prediction_type
        self.alphas_cumprod: torch.Tensor = Scheduler(num_train_timesteps, schedule).alphas_cumprod.double()

    def to_json(self) -> dict[str, object]:
        """Return the arguments that make this schedule again."""
        return {
            "schedule": self.schedule,
            "num_train_timesteps": self.num_train_timesteps,
            "prediction_type": self.prediction_type,
        }

    def signal_and_noise(self, timesteps: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return √ᾱ_t and √(1 - ᾱ_t) of timesteps (B) as float32, B 1 1 1, on their device."""
        alpha_bar = self.alphas_cumprod.to(timesteps.device)[timesteps.long()][:, None, None, None]
        return alpha_bar.sqrt().float(), (1 - alpha_bar).sqrt().float()

    def add_noise(self, pair: torch.Tensor, noise: torch.Tensor, timesteps: torch.Tensor) -> torch.Tensor:
        """Return the noisy pairs x_t (B 6 H W) of clean ones."""
        signal, sigma = self.signal_and_noise(timesteps)
        return signal * pair + sigma * noise

    def target(self, pair: torch.Tensor, noise: torch.Tensor, timesteps: torch.Tensor) -> torch.Tensor:
        """Return what the network should predict for x_t (B 6 H W)."""
        if self.prediction_type == "epsilon":
            return noise
        if self.prediction_type == "sample":
            return pair
        signal, sigma = self.signal_and_noise(timesteps)
        return signal * noise - sigma * pair

    def clean(self, prediction: torch.Tensor, noisy: torch.Tensor, timesteps: torch.Tensor) -> torch.Tensor:
        """Return x̂_0 (B 6 H W, float32, clamped to [-1, 1]) that a prediction stands for."""
        prediction, noisy = prediction.float(), noisy.float()
        signal, sigma = self.signal_and_noise(timesteps)
        if self.prediction_type == "epsilon":
            prediction = (noisy - sigma * prediction) / signal
        elif self.prediction_type == "v_prediction":
            prediction = signal * noisy - sigma * prediction
        return prediction.clamp(-1, 1)
