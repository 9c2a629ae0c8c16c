"""Schedules and solvers, guidance, seeds: a condition in, a pair out."""

from cosimgen_monai.sampling.inferer import NoisingInferer, PairInferer, SamplingInferer
from cosimgen_monai.sampling.noise import SampleNoise, TrainingNoise
from cosimgen_monai.sampling.precision import autocast, check_precision
from cosimgen_monai.sampling.schedule import NoiseSchedule
from cosimgen_monai.sampling.solvers import SAMPLERS, sampling_timesteps

__all__ = [
    "SAMPLERS",
    "NoiseSchedule",
    "NoisingInferer",
    "PairInferer",
    "SampleNoise",
    "SamplingInferer",
    "TrainingNoise",
    "autocast",
    "check_precision",
    "sampling_timesteps",
]
