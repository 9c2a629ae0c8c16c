"""Diffusion, Textron triplet and adversarial losses, and their sum."""

from cosimgen_monai.losses.adversarial import AdversarialLoss
from cosimgen_monai.losses.textron import TextronLoss
from cosimgen_monai.losses.total import CoSimGenLoss
from cosimgen_monai.losses.upscaling import UpscalerLoss

__all__ = [
    "AdversarialLoss",
    "CoSimGenLoss",
    "TextronLoss",
    "UpscalerLoss",
]
