"""TGAN: pairs from the text embedding by adversarial training (Reed et al. 2016)."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from cosimgen_monai.baselines.blocks import PairDecoder
from cosimgen_monai.baselines.network import BaselineNetwork


class TGAN(BaselineNetwork):
    """A residual generator of pairs from noise and the text embedding; a request by class is put in words for it.

    Args:
        num_classes: number of classes c.
        num_colours: colours of the palette.
        image_size: height and width of the pair.
        base_channels: channels of the finest level.
        channel_mults: multiplier of the base a level.
        latent_dim: length of the noise.
        embedding_dim: length D of the text embedding.
        sentence_dim: length of the frozen sentence encoder's features.
        patch_size: side of the pixel blocks folded into channels.
        palette_centre: the class whose colour is the cube's centre.
        palette_order: which colour each class takes.
    """

    conditioned_by = "text"

    def __init__(
        self,
        num_classes: int,
        num_colours: int,
        image_size: int,
        base_channels: int = 64,
        channel_mults: Sequence[int] = (1, 2, 4, 8),
        latent_dim: int = 128,
        embedding_dim: int = 256,
        sentence_dim: int = 384,
        patch_size: int = 1,
        palette_centre: int | None = None,
        palette_order: Sequence[int] | None = None,
    ) -> None:
        lengths = (embedding_dim, 0, sentence_dim)
        super().__init__(num_classes, num_colours, image_size, (latent_dim,), *lengths, palette_centre, palette_order)
        self.generator = PairDecoder(image_size, latent_dim + embedding_dim, base_channels, channel_mults, patch_size)

    def draw(self, noise: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        """Draw pairs (B 6 H W, float32) from noise (B latent_dim) under text embeddings (B D)."""
        return self.generator(torch.cat([noise, condition.to(noise.dtype)], dim=1))
