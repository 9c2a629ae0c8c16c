"""Text, class and timestep encoders, Spectron, U-Net, discriminator, the whole model."""

from cosimgen_monai.networks.cosimgen import CoSimGen
from cosimgen_monai.networks.discriminator import PairDiscriminator
from cosimgen_monai.networks.encoders import ClassEncoder, TextEncoder, TimestepEncoder
from cosimgen_monai.networks.initialisation import initialise, origin
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

__all__ = [
    "ARCHITECTURES",
    "ChannelAddition",
    "ClassEncoder",
    "CoSimGen",
    "ConditionalUNet",
    "PairDiscriminator",
    "SentenceEncoder",
    "Spectron",
    "TextEncoder",
    "TimestepEncoder",
    "TrainedModel",
    "check_size",
    "initialise",
    "load_tensors",
    "origin",
    "read_model",
    "save_model",
    "sha256_of",
]
