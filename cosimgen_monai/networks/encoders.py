"""The three encoders of the paper's section 3.3: classes, text and timestep, each to a D-dimensional embedding."""

from __future__ import annotations

import torch
from monai.networks.nets.diffusion_model_unet import get_timestep_embedding
from torch import nn


def _projection(in_dim: int, out_dim: int) -> nn.Sequential:
    """Return the "series of linear transformations" that ends each encoder."""
    return nn.Sequential(nn.Linear(in_dim, out_dim), nn.SiLU(), nn.Linear(out_dim, out_dim))


class ClassEncoder(nn.Module):
    """Presence vector to class embedding (section 3.3.2).

    Args:
        num_classes: number of classes c.
        feature_dim: length d of a class's learnable row.
        embedding_dim: length D of the embedding.
    """

    def __init__(self, num_classes: int, feature_dim: int, embedding_dim: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(num_classes, feature_dim))
        self.projection = _projection(feature_dim, embedding_dim)

    def forward(self, presence: torch.Tensor) -> torch.Tensor:
        """Map presence vectors M (B c) to class embeddings (B D)."""
        masked = presence[:, :, None] * self.weight  # C_masked = M ⊙ W
        return self.projection(masked.sum(dim=1))


class TextEncoder(nn.Module):
    """Sentence features of the frozen transformer to text embedding (section 3.3.1).

    Args:
        sentence_dim: length of the sentence encoder's features (384 for all-MiniLM-L6-v2).
        embedding_dim: length D of the embedding.
    """

    def __init__(self, sentence_dim: int, embedding_dim: int) -> None:
        super().__init__()
        # unit-length sentence features of 384 numbers are around 0.05 each: bring them to unit variance
        self.scale = float(sentence_dim) ** 0.5
        self.projection = _projection(sentence_dim, embedding_dim)

    def forward(self, sentence: torch.Tensor) -> torch.Tensor:
        """Map sentence features (B sentence_dim) to text embeddings (B D)."""
        return self.projection(sentence * self.scale)


class TimestepEncoder(nn.Module):
    """Timestep to timestep embedding: sinusoidal features, then linear layers (section 3.3.3).

    Args:
        feature_dim: length of the sinusoidal features.
        embedding_dim: length D of the embedding.
    """

    def __init__(self, feature_dim: int, embedding_dim: int) -> None:
        super().__init__()
        self.feature_dim = feature_dim
        self.projection = _projection(feature_dim, embedding_dim)

    def forward(self, timesteps: torch.Tensor) -> torch.Tensor:
        """Map timesteps (B) to timestep embeddings (B D)."""
        return self.projection(get_timestep_embedding(timesteps, self.feature_dim))
