"""CVAE: a conditional variational autoencoder of pairs (Sohn et al. 2015)."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import nn

from cosimgen_monai.baselines.blocks import ModulatedBlock, Modulation, PairDecoder, convolution
from cosimgen_monai.baselines.network import BaselineNetwork
from cosimgen_monai.codec import PAIR_CHANNELS


class CVAE(BaselineNetwork):
    """Pair and condition to a latent Gaussian, latent and condition back to the pair; drawn with z from N(0, 1).

    Args:
        num_classes: number of classes c.
        num_colours: colours of the palette.
        image_size: height and width of the pair.
        base_channels: channels of the finest level.
        channel_mults: multiplier of the base a level.
        latent_dim: length of z.
        embedding_dim: length D of the condition embedding.
        class_feature_dim: length d of a class's learnable row.
        sentence_dim: length of the frozen sentence encoder's features.
        patch_size: side of the pixel blocks folded into channels.
        palette_centre: the class whose colour is the cube's centre.
        palette_order: which colour each class takes.
    """

    def __init__(
        self,
        num_classes: int,
        num_colours: int,
        image_size: int,
        base_channels: int = 64,
        channel_mults: Sequence[int] = (1, 2, 4, 8),
        latent_dim: int = 128,
        embedding_dim: int = 256,
        class_feature_dim: int = 256,
        sentence_dim: int = 384,
        patch_size: int = 1,
        palette_centre: int | None = None,
        palette_order: Sequence[int] | None = None,
    ) -> None:
        lengths = (embedding_dim, class_feature_dim, sentence_dim)
        super().__init__(num_classes, num_colours, image_size, (latent_dim,), *lengths, palette_centre, palette_order)
        self.decoder = PairDecoder(image_size, latent_dim + embedding_dim, base_channels, channel_mults, patch_size)
        channels = [base_channels * mult for mult in channel_mults]
        self.fold = nn.PixelUnshuffle(patch_size)
        self.first = convolution(PAIR_CHANNELS * patch_size**2, channels[0])
        self.blocks = nn.ModuleList(
            ModulatedBlock(c_in, c_out, embedding_dim, "down") for c_in, c_out in itertools.pairwise(channels)
        )
        self.last_modulation = Modulation(channels[-1], embedding_dim)
        features, side, _ = self.decoder.shape
        self.to_latent = nn.Linear(features * side**2, 2 * latent_dim)
        self.to(memory_format=torch.channels_last)  # the layout in which convolutions run faster

    def encode(self, pair: torch.Tensor, condition: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return mean and log variance (B latent_dim each, float32) of q(z | pair, condition)."""
        h = self.first(self.fold(pair))
        for block in self.blocks:
            h = block(h, condition)
        h = F.silu(self.last_modulation(h, condition))
        mean, log_variance = self.to_latent(h.flatten(1)).float().chunk(2, dim=1)
        return mean, log_variance.clamp(-10, 10)

    def draw(self, noise: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        """Draw pairs (B 6 H W, float32) from latents (B latent_dim) under condition embeddings (B D)."""
        return self.decoder(torch.cat([noise, condition.to(noise.dtype)], dim=1))
