"""Diffusion, Textron triplet and adversarial losses, and their sum."""

from cosimgen_monai.losses.adversarial import AdversarialLoss
from cosimgen_monai.losses.textron import TextronLoss
from cosimgen_monai.losses.total import CoSimGenLoss

__all__ = ["AdversarialLoss", "CoSimGenLoss", "TextronLoss"]
