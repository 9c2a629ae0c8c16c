"""The whole model: three encoders, the conditional U-Net and the palette of its masks."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from cosimgen_monai.codec import PAIR_CHANNELS, fibonacci_palette
from cosimgen_monai.networks.encoders import ClassEncoder, TextEncoder, TimestepEncoder
from cosimgen_monai.networks.unet import ConditionalUNet


class CoSimGen(nn.Module):
    """CoSimGen's diffusion model (paper section 3, figure 2): a noisy pair in, the prediction of its noise out.

    Args:
        num_classes: number of classes c; length of a presence vector.
        num_colours: colours of the palette: c, or c + 1 where the dataset has void pixels.
        image_size: height and width of the pair.
        base_channels: channels of the U-Net's first level.
        channel_mults: multiplier of the base a level.
        num_res_blocks: residual blocks a level.
        embedding_dim: length D of the embeddings.
        class_feature_dim: length d of a class's learnable row.
        sentence_dim: length of the frozen sentence encoder's features.
        fusion: ``spectron`` (equations 1 and 2) or ``channel_addition`` (ablation).
        patch_size: side of the pixel blocks folded into channels before the first convolution.
        palette_epsilon: offset of the palette's outermost points from the poles.
        palette_cube: whether the palette is pushed out to the colour cube.
        palette_centre: the class whose colour is the cube's centre, see :func:`fibonacci_palette` (paper: none).
        palette_order: which colour each class takes, see :func:`colour_order` (paper: its own number's).
    """

    conditioned_by = None  # classes, text or both, as each request wants

    def __init__(
        self,
        num_classes: int,
        num_colours: int,
        image_size: int,
        base_channels: int = 64,
        channel_mults: Sequence[int] = (1, 2, 4, 8),
        num_res_blocks: int = 2,
        embedding_dim: int = 256,
        class_feature_dim: int = 256,
        sentence_dim: int = 384,
        fusion: str = "spectron",
        patch_size: int = 1,
        palette_epsilon: float = 0.36,
        palette_cube: bool = True,
        palette_centre: int | None = None,
        palette_order: Sequence[int] | None = None,
    ) -> None:
        super().__init__()
        self.num_classes = num_classes
        self.image_size = image_size
        self.palette: torch.Tensor
        palette = fibonacci_palette(num_colours, palette_epsilon, palette_cube, palette_centre, palette_order)
        self.register_buffer("palette", palette)
        self.class_encoder = ClassEncoder(num_classes, class_feature_dim, embedding_dim)
        self.text_encoder = TextEncoder(sentence_dim, embedding_dim)
        self.timestep_encoder = TimestepEncoder(base_channels, embedding_dim)
        self.null_embedding = nn.Parameter(torch.zeros(1, embedding_dim))
        self.unet = ConditionalUNet(
            PAIR_CHANNELS, image_size, base_channels, channel_mults, num_res_blocks, embedding_dim, fusion, patch_size
        )

    def parameter_groups(self) -> list[dict[str, list[nn.Parameter]]]:
        """Return two optimiser groups: U-Net and timestep encoder, and what makes the condition.

        Gradients are clipped group by group: the triplet loss reaches the second group alone, and its gradient, many
        times the diffusion loss's at first, would else shrink every step of the U-Net.
        """
        denoiser = [*self.unet.parameters(), *self.timestep_encoder.parameters()]
        own = {id(parameter) for parameter in denoiser}
        return [{"params": denoiser}, {"params": [p for p in self.parameters() if id(p) not in own]}]

    def condition(
        self, presence: torch.Tensor | None = None, sentence: torch.Tensor | None = None, batch_size: int = 1
    ) -> torch.Tensor:
        """Return the condition embedding (B D) of classes, of text, or of both (their mean); the null one of neither.

        Args:
            presence: presence vectors, B c.
            sentence: sentence features, B sentence_dim.
            batch_size: B where neither is given.
        """
        if presence is not None and sentence is not None:
            return (self.class_encoder(presence) + self.text_encoder(sentence)) / 2
        if presence is not None:
            return self.class_encoder(presence)
        if sentence is not None:
            return self.text_encoder(sentence)
        return self.null_embedding.expand(batch_size, -1)

    def denoise(self, pair: torch.Tensor, timesteps: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        """Predict for noisy pairs (B 6 H W) at timesteps (B) under condition embeddings (B D): B 6 H W, float32."""
        prediction: torch.Tensor = self.unet(pair, condition, self.timestep_encoder(timesteps))
        return prediction.float()

    def forward(
        self,
        pair: torch.Tensor,
        timesteps: torch.Tensor | None = None,
        presence: torch.Tensor | None = None,
        sentence: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Predict for noisy pairs under classes, text, both, or neither.

        Args:
            pair: noisy pairs, B 6 H W.
            timesteps: timesteps, B; 0 where not given.
            presence: presence vectors, B c.
            sentence: sentence features, B sentence_dim.

        Returns:
            The prediction (noise, velocity or clean pair, as the model was trained), B 6 H W, float32.
        """
        if timesteps is None:
            timesteps = torch.zeros(pair.shape[0], device=pair.device)
        return self.denoise(pair, timesteps, self.condition(presence, sentence, pair.shape[0]))
