"""The training of the CVAE."""

from __future__ import annotations

from typing import Any

import torch

from cosimgen_monai.baselines.trainer import BaselineTrainer
from cosimgen_monai.sampling import TrainingNoise, autocast
from cosimgen_monai.settings import check_proportions


class CVAETrainer(BaselineTrainer):
    """Each iteration: encode the pairs, draw a latent of each, decode it, and step on the evidence lower bound.

    Args:
        text_share: share of the samples that the text embedding drives, the class embedding the others.
        options: see :class:`BaselineTrainer`.

    Raises:
        ValueError: if the share is out of range.
    """

    def __init__(self, *args: Any, text_share: float = 0.5, **options: Any) -> None:
        check_proportions(text_share=text_share)
        super().__init__(*args, **options)
        self.text_share = text_share

    def _learn(self, image: torch.Tensor, label: torch.Tensor, noise: TrainingNoise) -> dict[str, float]:
        """Train on one batch."""
        pair, presence, sentence = self._batch(image, label, noise)
        by_text = noise.chosen(self.text_share, len(pair))[:, None]
        with autocast(image.device, self.precision):
            text, classes = self.network.text_encoder(sentence), self.network.class_encoder(presence)
            condition = torch.where(by_text, text, classes)
            mean, log_variance = self.network.encode(pair, condition)
            latent = mean + (log_variance / 2).exp() * noise.normal(mean)
            drawn = self.network.draw(latent, condition)
        parts = {
            "reconstruction": self.loss_function.reconstruction(drawn, pair),
            "kl": self.loss_function.divergence(mean, log_variance),
        }
        parts["total"] = self.loss_function.total(parts, self.state.iteration, pair[0].numel())
        losses = self._finite(parts)
        self._update(parts["total"], self.optimizer)
        return losses
