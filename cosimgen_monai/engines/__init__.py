"""Ignite trainers and evaluators."""

from cosimgen_monai.engines.generator import PairGenerator
from cosimgen_monai.engines.measurer import SetMeasurer
from cosimgen_monai.engines.quality import QualityGates, check_min_certainty
from cosimgen_monai.engines.reproducible_trainer import ReproducibleTrainer
from cosimgen_monai.engines.trainer import CoSimGenTrainer
from cosimgen_monai.engines.upscaler_evaluator import UpscalerEvaluator
from cosimgen_monai.engines.upscaler_trainer import UpscalerTrainer

__all__ = [
    "CoSimGenTrainer",
    "PairGenerator",
    "QualityGates",
    "ReproducibleTrainer",
    "SetMeasurer",
    "UpscalerEvaluator",
    "UpscalerTrainer",
    "check_min_certainty",
]
