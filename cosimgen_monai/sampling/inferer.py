"""MONAI inferers: the noising of a training step, and reverse diffusion with guidance."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import torch
from monai.inferers import Inferer

from cosimgen_monai.codec import PAIR_CHANNELS
from cosimgen_monai.sampling.noise import SampleNoise
from cosimgen_monai.sampling.precision import PRECISIONS, autocast
from cosimgen_monai.sampling.schedule import NoiseSchedule
from cosimgen_monai.sampling.solvers import SAMPLERS, check_steps

Watch = Callable[[int, torch.Tensor, torch.Tensor], None]


class NoisingInferer(Inferer):
    """Noise clean pairs and let the network predict: the inner part of equation 3.

    Args:
        schedule: the noise schedule that the model is trained on.
    """

    def __init__(self, schedule: NoiseSchedule) -> None:
        super().__init__()
        self.schedule = schedule

    def __call__(  # type: ignore[override]
        self, inputs: torch.Tensor, network: Any, noise: torch.Tensor, timesteps: torch.Tensor, condition: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the noisy pairs x_t and the network's prediction for them (B 6 H W each).

        Args:
            inputs: clean pairs, B 6 H W.
            network: the model.
            noise: standard normal noise, B 6 H W.
            timesteps: timesteps, B.
            condition: condition embeddings, B D.
        """
        noisy = self.schedule.add_noise(inputs, noise, timesteps)
        return noisy, network.denoise(noisy, timesteps, condition)


class PairInferer(Inferer, ABC):
    """How a trained network draws pairs: what an evaluator asks of its inferer.

    Args:
        precision: ``float32``, ``bfloat16`` or ``float16`` for the network.

    Raises:
        ValueError: if the precision is unknown.
    """

    def __init__(self, precision: str) -> None:
        super().__init__()
        if precision not in PRECISIONS:
            raise ValueError(f"`precision` must be one of {sorted(PRECISIONS)}, got {precision!r}.")
        self.precision = precision

    @abstractmethod
    def __call__(  # type: ignore[override]
        self, inputs: SampleNoise, network: Any, condition: torch.Tensor
    ) -> torch.Tensor:
        """Draw pairs (B 6 H W, [-1, 1]) from the noise of their seeds under condition embeddings (B D)."""

    @abstractmethod
    def noise(self, seeds: list[int], network: Any) -> SampleNoise:
        """Return the noise of samples with these seeds, for this network, on its device."""

    @abstractmethod
    def to_json(self) -> dict[str, object]:
        """Return the settings as they stand in a manifest: sampler, steps, guidance scale and precision."""


class SamplingInferer(PairInferer):
    """Reverse diffusion from seeds to pairs, with classifier-free guidance (Ho & Salimans 2022).

    Args:
        schedule: the noise schedule that the model was trained on.
        sampler: ``dpm_solver``, ``ddim`` or ``ddpm``.
        steps: number of network evaluations a sample (twice that with guidance).
        guidance_scale: 1 is plain conditional sampling; above, the prediction moves away from the null condition's.
        precision: ``float32``, ``bfloat16`` or ``float16`` for the network; the solver runs in float32.
        watch: called at each step with the timestep, the noisy pairs x_t and the estimate x̂_0 of the clean ones.

    Raises:
        ValueError: if an option is unknown or out of range.
    """

    def __init__(
        self,
        schedule: NoiseSchedule,
        sampler: str = "dpm_solver",
        steps: int = 20,
        guidance_scale: float = 1.0,
        precision: str = "float32",
        watch: Watch | None = None,
    ) -> None:
        super().__init__(precision)
        if sampler not in SAMPLERS:
            raise ValueError(f"`sampler` must be one of {sorted(SAMPLERS)}, got {sampler!r}.")
        if not isinstance(steps, int) or isinstance(steps, bool):
            raise ValueError(f"`steps` must be an integer, got {steps!r}.")
        check_steps(sampler, steps, schedule.num_train_timesteps)
        if isinstance(guidance_scale, str) or not guidance_scale >= 1:
            raise ValueError(f"`guidance_scale` must be 1 (no guidance) or more, got {guidance_scale!r}.")
        self.schedule = schedule
        self.sampler = sampler
        self.steps = steps
        self.guidance_scale = float(guidance_scale)
        self.watch = watch

    @torch.no_grad()
    def __call__(  # type: ignore[override]
        self, inputs: SampleNoise, network: Any, condition: torch.Tensor
    ) -> torch.Tensor:
        """Draw pairs (B 6 H W, [-1, 1]) from the noise of their seeds under condition embeddings (B D)."""
        guided = self.guidance_scale != 1
        if guided:
            condition = torch.cat([condition, network.condition(batch_size=condition.shape[0])])

        def clean(x: torch.Tensor, t: int) -> torch.Tensor:
            timesteps = torch.full((condition.shape[0],), t, device=x.device)
            with autocast(x.device, self.precision):
                prediction = network.denoise(torch.cat([x, x]) if guided else x, timesteps, condition)
            if guided:
                asked, null = prediction.chunk(2)
                prediction = null + self.guidance_scale * (asked - null)
            x0 = self.schedule.clean(prediction, x, timesteps[: x.shape[0]])
            if self.watch is not None:
                self.watch(t, x, x0)
            return x0

        return SAMPLERS[self.sampler](clean, inputs, self.schedule, self.steps)

    def noise(self, seeds: list[int], network: Any) -> SampleNoise:
        """Return the noise of samples with these seeds, for this network, on its device."""
        size = network.image_size
        return SampleNoise(seeds, (PAIR_CHANNELS, size, size), network.palette.device)

    def to_json(self) -> dict[str, object]:
        """Return the settings as they stand in a manifest."""
        return {
            "sampler": self.sampler,
            "steps": self.steps,
            "guidance_scale": self.guidance_scale,
            "precision": self.precision,
        }
