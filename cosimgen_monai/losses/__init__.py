"""Diffusion, Textron triplet, adversarial and perceptual losses."""

from cosimgen_monai.losses.adversarial import AdversarialLoss
from cosimgen_monai.losses.batch_mean import mean_where
from cosimgen_monai.losses.perceptual import PerceptualLoss, open_perceptual
from cosimgen_monai.losses.textron import TextronLoss
from cosimgen_monai.losses.total import CoSimGenLoss
from cosimgen_monai.losses.upscaling import UpscalerLoss

__all__ = [
    "AdversarialLoss",
    "CoSimGenLoss",
    "PerceptualLoss",
    "TextronLoss",
    "UpscalerLoss",
    "mean_where",
    "open_perceptual",
]
