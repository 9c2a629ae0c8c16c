"""What all baselines share with CoSimGen: palette, class and text encoders, and how they are drawn from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
from torch import nn

from cosimgen_monai.codec import fibonacci_palette
from cosimgen_monai.networks import ClassEncoder, TextEncoder


class BaselineNetwork(nn.Module, ABC):
    """A generator that draws a pair in one pass from noise and a condition embedding.

    Args:
        num_classes: number of classes c; length of a presence vector.
        num_colours: colours of the palette: c, or c + 1 where the dataset has void pixels.
        image_size: height and width of the pair.
        noise_shape: shape of one sample's noise.
        embedding_dim: length D of the condition embedding.
        class_feature_dim: length d of a class's learnable row.
        sentence_dim: length of the frozen sentence encoder's features.
        palette_centre: the class whose colour is the cube's centre, as CoSimGen's.
        palette_order: which colour each class takes, as CoSimGen's.
    """

    conditioned_by: str | None = None
    """What drives it whatever a request names: ``text`` (its prompt) or ``classes``; ``None``: as it names."""

    def __init__(
        self,
        num_classes: int,
        num_colours: int,
        image_size: int,
        noise_shape: tuple[int, ...],
        embedding_dim: int,
        class_feature_dim: int,
        sentence_dim: int,
        palette_centre: int | None,
        palette_order: Sequence[int] | None,
    ) -> None:
        super().__init__()
        self.num_classes = num_classes
        self.image_size = image_size
        self.noise_shape = noise_shape
        self.palette: torch.Tensor
        self.register_buffer("palette", fibonacci_palette(num_colours, centre=palette_centre, order=palette_order))
        if self.conditioned_by != "text":
            self.class_encoder = ClassEncoder(num_classes, class_feature_dim, embedding_dim)
        if self.conditioned_by != "classes":
            self.text_encoder = TextEncoder(sentence_dim, embedding_dim)

    def condition(self, presence: torch.Tensor | None = None, sentence: torch.Tensor | None = None) -> torch.Tensor:
        """Return the condition embedding (B D) of classes, of text, or of both (their mean).

        Args:
            presence: presence vectors, B c.
            sentence: sentence features, B sentence_dim.

        Raises:
            ValueError: if neither is given; no baseline has a null condition.
        """
        embeddings = []
        if presence is not None:
            embeddings.append(self.class_encoder(presence))
        if sentence is not None:
            embeddings.append(self.text_encoder(sentence))
        if not embeddings:
            raise ValueError("A baseline has no null condition: give classes or text.")
        return torch.stack(embeddings).mean(dim=0)

    @abstractmethod
    def draw(self, noise: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        """Draw pairs (B 6 H W, float32) from noise (B ``noise_shape``) under condition embeddings (B D)."""
