"""A sheet of enlarged pairs at each validation: the small pair, bicubic and nearest, the upscaler, the truth."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from ignite.engine import Engine, Events
from PIL import Image, ImageDraw, ImageFont
from torch.nn.functional import interpolate

from cosimgen_monai.codec import Picture, colour_label, display_colours, to_8_bit
from cosimgen_monai.processes import gather_lists, rank
from cosimgen_monai.settings import atomic_write

COLUMNS = ("small", "bicubic, nearest", "upscaler", "truth")


class UpscalerSheet:
    """Draw the first pairs of a validation to ``<folder>/epoch-NNNN.png``, images above masks, at the pixel.

    Args:
        folder: where the sheets go.
        palette: the palette.
        num_samples: pairs a sheet.
    """

    def __init__(self, folder: str | Path, palette: torch.Tensor, num_samples: int = 4) -> None:
        self.folder = Path(folder)
        self.colours = display_colours(palette)
        self.num_samples = num_samples
        self.pairs: list[list[list[Picture]]] = []

    def attach(self, engine: Engine) -> None:
        """Attach to an evaluator."""
        engine.add_event_handler(Events.STARTED, self.pairs.clear)
        engine.add_event_handler(Events.ITERATION_COMPLETED, self._collect)
        engine.add_event_handler(Events.COMPLETED, self._draw)

    def _collect(self, engine: Engine) -> None:
        output: Any = engine.state.output
        for i in range(min(len(output["image"]), self.num_samples - len(self.pairs))):
            one = {name: tensor[i : i + 1].cpu() for name, tensor in output.items()}
            size = list(one["image"].shape[-2:])
            small, label = one["small_image"], one["small_label"]
            bicubic = interpolate(small, size, mode="bicubic", align_corners=False).clamp(-1, 1)
            images = [interpolate(small, size, mode="nearest"), bicubic, one["image"], one["true_image"]]
            labels = [interpolate(label, size, mode="nearest")] * 2 + [one["label"], one["true_label"]]
            pictures = [to_8_bit(image[0].numpy()) for image in images]
            self.pairs.append([pictures, [colour_label(mask[0, 0].numpy(), self.colours) for mask in labels]])

    def _draw(self, engine: Engine) -> None:
        pairs = gather_lists(self.pairs)[: self.num_samples]
        if rank() > 0:
            return
        with atomic_write(self.folder / f"epoch-{engine.state.epoch:04d}.png") as draft:
            columns_sheet([row for pair in pairs for row in pair], COLUMNS).save(draft)


def columns_sheet(rows: Sequence[Sequence[Picture]], titles: Sequence[str], gap: int = 4) -> Image.Image:
    """Lay out rows of equally large pictures (H W 3) under the titles of their columns."""
    height, width = rows[0][0].shape[:2]
    head = 22
    sheet = Image.new("RGB", (len(titles) * (width + gap), head + len(rows) * (height + gap)), "white")
    for k, title in enumerate(titles):
        font = ImageFont.load_default(size=13)
        ImageDraw.Draw(sheet).text((k * (width + gap) + 2, 3), title, fill="black", font=font)
    for line, row in enumerate(rows):
        for k, picture in enumerate(row):
            sheet.paste(
                Image.fromarray(np.ascontiguousarray(picture)), (k * (width + gap), head + line * (height + gap))
            )
    return sheet
