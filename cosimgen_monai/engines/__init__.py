"""Ignite trainers and evaluators."""

from cosimgen_monai.engines.generator import PairGenerator
from cosimgen_monai.engines.reproducible_trainer import ReproducibleTrainer
from cosimgen_monai.engines.trainer import CoSimGenTrainer

__all__ = ["CoSimGenTrainer", "PairGenerator", "ReproducibleTrainer"]
