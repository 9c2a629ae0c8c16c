"""Spectron: the condition added over space, the timestep over channels (paper section 3.4, equations 1 and 2)."""

from __future__ import annotations

import torch
from torch import nn


class Spectron(nn.Module):
    """Spatio-spectral embedding fusion at one resolution.

    Args:
        channels: channels c of the features.
        size: height and width of the features.
        embedding_dim: length D of the embeddings.
    """

    def __init__(self, channels: int, size: int, embedding_dim: int) -> None:
        super().__init__()
        self.size = size
        self.to_space = nn.Linear(embedding_dim, size * size)
        self.to_channels = nn.Linear(embedding_dim, channels)

    def forward(self, f: torch.Tensor, condition: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        """Fuse features (B c h w) with the condition and timestep embeddings (B D each)."""
        f = f + self.to_space(condition).view(-1, 1, self.size, self.size)  # (1)
        return f + self.to_channels(time)[:, :, None, None]  # (2)


class ChannelAddition(nn.Module):
    """The usual fusion, for the ablation: both embeddings added along the channels.

    Args:
        channels: channels c of the features.
        size: height and width of the features (not used: a channel holds one number).
        embedding_dim: length D of the embeddings.
    """

    def __init__(self, channels: int, size: int, embedding_dim: int) -> None:
        super().__init__()
        self.condition_to_channels = nn.Linear(embedding_dim, channels)
        self.to_channels = nn.Linear(embedding_dim, channels)

    def forward(self, f: torch.Tensor, condition: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        """Fuse features (B c h w) with the condition and timestep embeddings (B D each)."""
        return f + (self.condition_to_channels(condition) + self.to_channels(time))[:, :, None, None]


FUSIONS: dict[str, type[nn.Module]] = {"spectron": Spectron, "channel_addition": ChannelAddition}
"""The fusions by the name of the ``fusion`` key."""
