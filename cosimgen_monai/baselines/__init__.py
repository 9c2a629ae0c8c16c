"""CVAE, Pix2PixGAN and TGAN, adapted to pairs, and SRGAN: what CoSimGen is compared with."""

from collections.abc import Mapping
from types import MappingProxyType

import torch

from cosimgen_monai.baselines.cvae import CVAE
from cosimgen_monai.baselines.cvae_trainer import CVAETrainer
from cosimgen_monai.baselines.evidence import EvidenceLoss
from cosimgen_monai.baselines.gan_loss import GANLoss
from cosimgen_monai.baselines.gan_trainer import GANTrainer
from cosimgen_monai.baselines.inferer import OnePassInferer, inferer_of
from cosimgen_monai.baselines.patch_discriminator import PatchDiscriminator
from cosimgen_monai.baselines.pix2pix import Pix2Pix
from cosimgen_monai.baselines.projection_discriminator import ProjectionDiscriminator
from cosimgen_monai.baselines.srgan import SRResNet
from cosimgen_monai.baselines.srgan_trainer import SRGANTrainer
from cosimgen_monai.baselines.tgan import TGAN
from cosimgen_monai.networks import CoSimGen

ARCHITECTURES: Mapping[str, type[torch.nn.Module]] = MappingProxyType(
    {"cosimgen": CoSimGen, "cvae": CVAE, "pix2pix": Pix2Pix, "tgan": TGAN}
)
"""The networks that ``generating`` can draw from, by the name in a model's file."""

__all__ = [
    "ARCHITECTURES",
    "CVAE",
    "TGAN",
    "CVAETrainer",
    "EvidenceLoss",
    "GANLoss",
    "GANTrainer",
    "OnePassInferer",
    "PatchDiscriminator",
    "Pix2Pix",
    "ProjectionDiscriminator",
    "SRGANTrainer",
    "SRResNet",
    "inferer_of",
]
