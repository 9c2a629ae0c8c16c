"""Sampling in one pass, and which inferer draws from a trained model."""

from __future__ import annotations

import logging
from typing import Any

import torch

from cosimgen_monai.networks import TrainedModel
from cosimgen_monai.sampling import NoiseSchedule, PairInferer, SampleNoise, SamplingInferer, autocast

logger = logging.getLogger(__name__)


class OnePassInferer(PairInferer):
    """Draw pairs by one evaluation of a baseline's network.

    Args:
        precision: ``float32``, ``bfloat16`` or ``float16`` for the network.
    """

    def __init__(self, precision: str = "float32") -> None:
        super().__init__(precision)

    @torch.no_grad()
    def __call__(self, inputs: SampleNoise, network: Any, condition: torch.Tensor) -> torch.Tensor:  # type: ignore[override]
        """Draw pairs (B 6 H W, [-1, 1]) from the noise of their seeds under condition embeddings (B D)."""
        with autocast(condition.device, self.precision):
            pair: torch.Tensor = network.draw(inputs.draw(), condition)
        return pair.clamp(-1, 1)

    def noise(self, seeds: list[int], network: Any) -> SampleNoise:
        """Return the noise of samples with these seeds, for this network, on its device."""
        return SampleNoise(seeds, network.noise_shape, network.palette.device)

    def to_json(self) -> dict[str, object]:
        """Return the settings as they stand in a manifest."""
        return {"sampler": "one pass", "steps": 1, "guidance_scale": 1.0, "precision": self.precision}


def inferer_of(
    model: TrainedModel, sampler: str, steps: int, guidance_scale: float, precision: str
) -> SamplingInferer | OnePassInferer:
    """Return the inferer that draws from a model: reverse diffusion for CoSimGen, one pass for a baseline.

    Args:
        model: the trained model.
        sampler: see :class:`SamplingInferer`; a baseline has none, which the log says.
        steps: likewise.
        guidance_scale: likewise, but a baseline's must be 1.
        precision: ``float32``, ``bfloat16`` or ``float16`` for the network.

    Raises:
        ValueError: if an option is unknown, out of range, or guides a baseline.
    """
    if model.architecture == "cosimgen":
        return SamplingInferer(NoiseSchedule(**model.card["schedule"]), sampler, steps, guidance_scale, precision)
    model.check_guidance(guidance_scale)
    logger.warning(
        "%s is a %s model, which draws a pair in one pass: `sampler` and `steps` change nothing.",
        model.path,
        model.architecture,
    )
    return OnePassInferer(precision)
