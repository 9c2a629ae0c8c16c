"""Drawn pairs at two or four times their size, as a step of the postprocessing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cosimgen_monai.networks import sha256_of
from cosimgen_monai.sampling import Upscaler


class Upscale:
    """Enlarge a sample's ``image`` (3 H W) and ``label`` (1 H W).

    Args:
        upscaler: the upscaler; ``None`` leaves samples as they were drawn.
        path: the upscaler's file, whose hash a manifest names.
    """

    def __init__(self, upscaler: Upscaler | None, path: str | Path) -> None:
        self.upscaler = upscaler
        self.path = Path(path)

    def __call__(self, sample: dict[str, Any]) -> dict[str, Any]:
        """Return the sample with ``image`` and ``label`` enlarged."""
        if self.upscaler is None:
            return sample
        image, label = self.upscaler(sample["image"][None], sample["label"][None])
        return {**sample, "image": image[0], "label": label[0]}

    def to_json(self) -> dict[str, Any]:
        """Return what a manifest says of it."""
        if self.upscaler is None:
            return {"upscale": 1, "upscaler_sha256": ""}
        return {"upscale": self.upscaler.times, "upscaler_sha256": sha256_of(self.path)}
