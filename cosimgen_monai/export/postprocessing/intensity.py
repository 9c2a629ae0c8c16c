"""Image values as the source has them: HU for CT, 8 bit for photographs."""

from __future__ import annotations

from typing import Any

import torch


class RestoreIntensity:
    """Bring a drawn image from [-1, 1] back to its modality's values, as ``native`` beside ``image``.

    CT becomes int16 HU, H W: the mean of the three grey channels over the training window. HU beyond the window do not
    occur. RGB becomes uint8, 3 H W.

    Args:
        images: what the model's file says of its training images (``modality``, ``window``).
    """

    def __init__(self, images: dict[str, Any]) -> None:
        self.modality: str = images["modality"]
        self.window: tuple[float, float] = images.get("window", (0, 255))

    def __call__(self, sample: dict[str, Any]) -> dict[str, Any]:
        """Add ``native`` to a sample (``image``: 3 H W, [-1, 1])."""
        share = (sample["image"] + 1) / 2
        low, high = self.window
        if self.modality == "CT":
            native = (low + share.mean(dim=0) * (high - low)).round().to(torch.int16)
        else:
            native = (low + share * (high - low)).round().to(torch.uint8)
        return {**sample, "native": native.numpy()}
