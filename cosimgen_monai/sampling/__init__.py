"""Schedules and solvers, guidance, seeds: a condition in, a pair out."""

from cosimgen_monai.sampling.inferer import NoisingInferer, PairInferer, SamplingInferer
from cosimgen_monai.sampling.noise import SampleNoise, TrainingNoise, check_logit_normal
from cosimgen_monai.sampling.precision import as_precision, autocast
from cosimgen_monai.sampling.redraw import Redraw
from cosimgen_monai.sampling.schedule import NoiseSchedule
from cosimgen_monai.sampling.solvers import SAMPLERS, sampling_timesteps
from cosimgen_monai.sampling.upscaling import Upscaler, check_upscale, open_upscaler

__all__ = [
    "SAMPLERS",
    "NoiseSchedule",
    "NoisingInferer",
    "PairInferer",
    "Redraw",
    "SampleNoise",
    "SamplingInferer",
    "TrainingNoise",
    "Upscaler",
    "as_precision",
    "autocast",
    "check_logit_normal",
    "check_upscale",
    "open_upscaler",
    "sampling_timesteps",
]
