"""Drawn pairs at two or four times their size: the ESPCN, applied once or twice (paper section 3.6)."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn.functional import interpolate

from cosimgen_monai.codec import decode_nearby, encode_frgb, merge_splinters, restore_thin
from cosimgen_monai.networks import ESPCN, TrainedModel, read_upscaler
from cosimgen_monai.sampling.precision import autocast
from cosimgen_monai.settings import check_counts

logger = logging.getLogger(__name__)

TIMES = (1, 2, 4)


def check_upscale(value: Any) -> int:
    """Return the key ``upscale``, or raise ``ValueError`` where it is not 1, 2 or 4."""
    if isinstance(value, bool) or value not in TIMES:
        raise ValueError(f"`upscale` must be 1 (off), 2 or 4, got {value!r}.")
    return int(value)


class Upscaler:
    """Enlarge pairs by two, once or twice.

    The label is coloured, image and colours go through the network once or twice, and the colours are decoded among the
    classes that stand nearby in the label as it was drawn, so that no class appears where it was not. In between,
    colours stay as they are: what they say of borders within a pixel is not lost. Thin structures that the network
    swallowed come back, and splinters are merged into what surrounds them.

    Args:
        network: the trained ESPCN.
        times: 1 (nothing is done), 2 or 4.
        speck_size: pieces smaller than so many drawn pixels that were not there before are splinters, and go.
        reach: how far away a class may come from, in drawn pixels.
        tile_size: pairs larger than this (low-resolution pixels a side) go through the network in tiles, with the same
            result; ``None`` for whole pairs, and for tiles only where the memory does not hold them.
        precision: of the network, see :class:`SamplingInferer`.

    Raises:
        ValueError: if ``times`` is none of the three, or the tiles' size is no number of pixels.
    """

    def __init__(
        self,
        network: ESPCN,
        times: int = 4,
        speck_size: int = 1,
        reach: int = 1,
        tile_size: int | None = None,
        precision: str = "float32",
    ) -> None:
        self.network: Any = network.eval()
        self.times = check_upscale(times)
        if tile_size is not None:
            check_counts(tile_size=tile_size)
        self.speck_size = speck_size
        self.reach = reach
        self.tile_size = tile_size
        self.precision = precision

    @torch.no_grad()
    def __call__(self, image: torch.Tensor, label: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Enlarge pairs.

        Args:
            image: B 3 H W, [-1, 1].
            label: uint8 ids, B 1 H W.

        Returns:
            image (B 3 tH tW, clamped) and label (uint8, B 1 tH tW), t = ``times``, on the input's device.
        """
        network = self.network
        palette, drawn = network.palette, label.to(network.palette.device)
        pair = torch.cat([image.to(palette.device), encode_frgb(drawn, palette, network.num_classes)], dim=1)
        for _ in range(self.times.bit_length() - 1):
            pair = self._network(pair)
        if not torch.isfinite(pair).all():
            raise ValueError("The upscaler's output is not finite: its weights, or the pair, hold NaN or infinity.")
        decoded = decode_nearby(pair[:, 3:], palette, network.num_classes, drawn, self.reach)
        return pair[:, :3].clamp(-1, 1).to(image.device), self._merged(decoded, drawn).to(image.device)

    def _merged(self, label: torch.Tensor, drawn: torch.Tensor) -> torch.Tensor:
        """Return labels (B 1 tH tW) without splinters and with all thin structures of the drawn ones (B 1 H W)."""
        min_pixels = self.times**2 * self.speck_size
        parent = interpolate(drawn, scale_factor=float(self.times), mode="nearest")
        merged = [
            merge_splinters(restore_thin(one[0], low[0]), its_parent[0], min_pixels)
            for one, low, its_parent in zip(label.cpu().numpy(), drawn.cpu().numpy(), parent.cpu().numpy(), strict=True)
        ]
        return torch.from_numpy(np.stack(merged))[:, None]

    def _network(self, pair: torch.Tensor) -> torch.Tensor:
        """Run the network, in tiles where asked or where the memory is too small for the whole."""
        tile = self.tile_size or max(pair.shape[-2:])
        while True:
            try:
                return self._tiled(pair, tile)
            except torch.OutOfMemoryError:
                if tile <= 32:
                    raise
                tile = -(-tile // 2)
                logger.warning("not enough memory to upscale whole pairs; going on in tiles of %d", tile)

    def _tiled(self, pair: torch.Tensor, tile: int) -> torch.Tensor:
        height, width, halo = *pair.shape[-2:], self.network.reach
        large = torch.empty(*pair.shape[:2], 2 * height, 2 * width, device=pair.device)
        for top in range(0, height, tile):
            for left in range(0, width, tile):
                bottom, right = min(top + tile, height), min(left + tile, width)
                first, start = max(top - halo, 0), max(left - halo, 0)
                with autocast(pair.device, self.precision):
                    piece = self.network(pair[..., first : bottom + halo, start : right + halo]).float()
                inner = piece[..., 2 * (top - first) :, 2 * (left - start) :]
                inner = inner[..., : 2 * (bottom - top), : 2 * (right - left)]
                large[..., 2 * top : 2 * bottom, 2 * left : 2 * right] = inner
        return large


def open_upscaler(
    path: str | Path, model: TrainedModel, times: Any, device: torch.device, **options: Any
) -> Upscaler | None:
    """Return the upscaler for a model's pairs, or ``None`` where ``times`` is 1 and they stay as they are.

    Args:
        path: where ``upscaler.pt`` is.
        model: the diffusion model.
        times: the key ``upscale``: 1, 2 or 4.
        device: where to run.
        options: further arguments of :class:`Upscaler`.

    Raises:
        FileNotFoundError: if a file is missing.
        ValueError: if an option is wrong, or the upscaler cannot enlarge this model's pairs.
    """
    if check_upscale(times) == 1:
        return None
    return Upscaler(read_upscaler(path, model, times).to(device), times, **options)
