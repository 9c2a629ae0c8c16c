"""Text, class and timestep encoders, Spectron, U-Net, discriminator, the whole model; feature networks."""

from cosimgen_monai.networks.cosimgen import CoSimGen
from cosimgen_monai.networks.discriminator import PairDiscriminator
from cosimgen_monai.networks.encoders import ClassEncoder, TextEncoder, TimestepEncoder
from cosimgen_monai.networks.espcn import ESPCN, icnr
from cosimgen_monai.networks.features import LPIPS, FeatureNetwork, feature_network
from cosimgen_monai.networks.group_norm import GroupNorm
from cosimgen_monai.networks.initialisation import ancestors, initialise, origin
from cosimgen_monai.networks.model_file import (
    ARCHITECTURES,
    TrainedModel,
    load_tensors,
    read_model,
    save_model,
    sha256_of,
)
from cosimgen_monai.networks.sentence_encoder import SentenceEncoder
from cosimgen_monai.networks.spectron import ChannelAddition, Spectron
from cosimgen_monai.networks.unet import ConditionalUNet, check_size
from cosimgen_monai.networks.upscaler_file import read_upscaler

__all__ = [
    "ARCHITECTURES",
    "ESPCN",
    "LPIPS",
    "ChannelAddition",
    "ClassEncoder",
    "CoSimGen",
    "ConditionalUNet",
    "FeatureNetwork",
    "GroupNorm",
    "PairDiscriminator",
    "SentenceEncoder",
    "Spectron",
    "TextEncoder",
    "TimestepEncoder",
    "TrainedModel",
    "ancestors",
    "check_size",
    "feature_network",
    "icnr",
    "initialise",
    "load_tensors",
    "origin",
    "read_model",
    "read_upscaler",
    "save_model",
    "sha256_of",
]
