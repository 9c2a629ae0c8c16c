"""Ignite handlers: sample sheets, EMA, resume, progress."""

from cosimgen_monai.handlers.best_model import BestModel
from cosimgen_monai.handlers.checkpoint import Checkpoint
from cosimgen_monai.handlers.ema import ExponentialMovingAverage
from cosimgen_monai.handlers.progress import SamplingProgress, TrainingProgress
from cosimgen_monai.handlers.sample_sheet import SampleSheet
from cosimgen_monai.handlers.sheet import SheetRow, draw_sheet, draw_strips, verdict
from cosimgen_monai.handlers.upscaler_sheet import UpscalerSheet, columns_sheet
from cosimgen_monai.handlers.validation import Validation

__all__ = [
    "BestModel",
    "Checkpoint",
    "ExponentialMovingAverage",
    "SampleSheet",
    "SamplingProgress",
    "SheetRow",
    "TrainingProgress",
    "UpscalerSheet",
    "Validation",
    "columns_sheet",
    "draw_sheet",
    "draw_strips",
    "verdict",
]
