"""PNG pairs: the image, the label as an index PNG with the palette, and the overlay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from ignite.engine import Engine, Events
from numpy.typing import NDArray
from PIL import Image

from cosimgen_monai.codec import VOID, ClassTable, display_colours, overlay, to_8_bit
from cosimgen_monai.export.manifest import sample_id
from cosimgen_monai.settings import atomic_write


class PngWriter:
    """Write each sample as ``images/<id>.png``, ``labels/<id>.png`` and ``overlays/<id>.png``.

    A label's pixel values are the class ids; its palette holds the model's colours. CT images are 8-bit grey over the
    training window.

    Args:
        folder: where the pictures go.
        classes: the model's classes.
        palette: the model's palette.
    """

    def __init__(self, folder: str | Path, classes: ClassTable, palette: torch.Tensor) -> None:
        self.folder = Path(folder)
        self.classes = classes
        self.colours = display_colours(palette)

    def attach(self, engine: Engine) -> None:
        """Attach to a generator, before its manifest."""
        engine.add_event_handler(Events.ITERATION_COMPLETED, self._write)

    def _write(self, engine: Engine) -> None:
        output: Any = engine.state.output
        for sample in output:
            name, label = sample_id(sample["request"]), sample["label"][0].numpy()
            rgb = to_8_bit(sample["image"].numpy())
            grey = sample["native"].ndim == 2
            image = to_8_bit(sample["image"].mean(dim=0, keepdim=True).numpy())[..., 0] if grey else rgb
            self._save("images", name, Image.fromarray(image))
            self._save("labels", name, self._indexed(label))
            self._save("overlays", name, Image.fromarray(overlay(rgb, label, self.colours, self.classes.background)))

    def _indexed(self, label: NDArray[np.uint8]) -> Image.Image:
        table: list[Any] = [(0, 0, 0)] * 256
        table[: self.classes.num_classes] = self.colours[: self.classes.num_classes]
        if self.classes.has_void:
            table[VOID] = self.colours[-1]
        picture = Image.fromarray(label)
        picture.putpalette([value for colour in table for value in colour])
        return picture

    def _save(self, kind: str, name: str, picture: Image.Image) -> None:
        with atomic_write(self.folder / kind / f"{name}.png") as draft:
            picture.save(draft)
