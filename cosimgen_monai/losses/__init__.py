"""Diffusion, Textron triplet, adversarial and perceptual losses."""

from cosimgen_monai.losses.adversarial import AdversarialLoss
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
    "open_perceptual",
]
