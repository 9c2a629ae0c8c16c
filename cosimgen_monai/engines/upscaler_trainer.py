"""The training of the upscaler: pairs of a high resolution, made smaller, noised, and enlarged again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from monai.inferers import Inferer
from torch.nn.functional import avg_pool2d

from cosimgen_monai.codec import IMAGE_CHANNELS, ClassTable, pack_pair, shrink_label
from cosimgen_monai.engines.reproducible_trainer import ReproducibleTrainer
from cosimgen_monai.losses import UpscalerLoss
from cosimgen_monai.sampling import TrainingNoise, autocast

Pair = tuple[torch.Tensor, torch.Tensor]


class UpscalerTrainer(ReproducibleTrainer):
    """Each iteration enlarges the pairs of a batch at two scales, from half the size and from a quarter.

    At each scale a patch of twice the generator's size is seen: at the smaller one that is the whole picture.

    Args:
        inferer: runs the network on small pairs.
        loss_function: equations 7 to 9.
        classes: the dataset's classes.
        image_size: size of the diffusion model's pairs; the batches' is four times that.
        input_noise: standard deviation of the Gaussian noise on the small image, and on its mask's colours; pairs are
            in [-1, 1]. It stands for what the sampler leaves behind.
        redraw: makes of small pairs what the diffusion model would draw in their place, or ``None`` to take them as
            they are (:class:`cosimgen_monai.sampling.Redraw`).
        training: arguments of :class:`ReproducibleTrainer`.

    Raises:
        ValueError: if the noise is not two deviations of 0 or more.
    """

    SCALES = (1, 2)
    """By how much a batch is made smaller to be the target: 128 → 256 and 64 → 128 for the starter."""

    def __init__(
        self,
        *,
        inferer: Inferer,
        loss_function: UpscalerLoss,
        classes: ClassTable,
        image_size: int,
        input_noise: tuple[float, float] = (0.01, 0.0),
        redraw: Callable[[torch.Tensor, torch.Tensor, TrainingNoise], Pair] | None = None,
        **training: Any,
    ) -> None:
        noise = list(input_noise) if isinstance(input_noise, (list, tuple)) else []
        if len(noise) != 2 or not all(isinstance(sigma, (int, float)) and sigma >= 0 for sigma in noise):
            raise ValueError(f"`input_noise` must be two deviations of 0 or more, got {input_noise!r}.")
        super().__init__(**training)
        self.inferer = inferer
        self.loss_function = loss_function
        self.classes = classes
        self.patch_size = 2 * image_size
        self.input_noise = input_noise
        self.redraw = redraw

    def _learn(self, image: torch.Tensor, label: torch.Tensor, noise: TrainingNoise) -> dict[str, float]:
        """Update by the losses of both scales."""
        parts = self._predict(image, label, noise)[2]
        parts["total"] = self.loss_function.total(parts)
        losses = self._finite(parts)
        self._update(parts["total"], self.optimizer)
        return losses

    def _predict(
        self, image: torch.Tensor, label: torch.Tensor, noise: TrainingNoise
    ) -> tuple[torch.Tensor, torch.Tensor, dict[str, torch.Tensor]]:
        """Return enlarged and true pairs of both scales, 2B 6 S S, and the losses between them."""
        small, large = (torch.cat(pairs) for pairs in zip(*self._scales(image, label, noise), strict=True))
        with autocast(small.device, self.precision):
            enlarged = self.inferer(self._noised(small, noise), self.network)
        return enlarged, large, self.loss_function(enlarged, large)

    def _scales(self, image: torch.Tensor, label: torch.Tensor, noise: TrainingNoise) -> Iterator[Pair]:
        """Yield small and large pairs (B 6 S S and B 6 2S 2S) at each scale."""
        for scale in self.SCALES:
            patch = self._patch(image, label, self.patch_size * scale, noise)
            small, large = (_smaller(*patch, factor) for factor in (2 * scale, scale))
            if self.redraw is not None and scale == max(self.SCALES):
                small = self.redraw(*small, noise)
            yield self._coloured(*small), self._coloured(*large)

    def _patch(self, image: torch.Tensor, label: torch.Tensor, size: int, noise: TrainingNoise) -> Pair:
        """Cut the same random square out of all pairs, at an offset that halves twice."""
        step = 2 * max(self.SCALES)
        spare = (image.shape[-1] - size) // step
        top, left = (step * noise.shared_integers(spare + 1, 2)).tolist()
        window = (..., slice(top, top + size), slice(left, left + size))
        return image[window], label[window]

    def _coloured(self, image: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        return pack_pair(image, label, self.network.palette, self.classes.num_classes)

    def _noised(self, small: torch.Tensor, noise: TrainingNoise) -> torch.Tensor:
        deviation = torch.tensor(self.input_noise, device=small.device).repeat_interleave(IMAGE_CHANNELS)
        return small + deviation[:, None, None] * noise.normal(small)


def _smaller(image: torch.Tensor, label: torch.Tensor, factor: int) -> Pair:
    """Make pairs ``factor`` times smaller: the image by the mean, the label by the majority of each block."""
    return avg_pool2d(image, factor) if factor > 1 else image, shrink_label(label, factor)
