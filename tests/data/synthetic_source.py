"""A source whose pairs are drawn, not read, for tests of what comes after reading."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from cosimgen_monai.codec import ClassTable


class DrawnFrames:
    """Frames of noise with one square; an item is two files of a few bytes in a folder."""

    name = "Drawn"
    modality = "RGB"
    group_name = "frame"
    window = (0.0, 255.0)
    on_fault = "raise"
    classes = ClassTable(("background", "square"), background=0)

    def __init__(self, folder: Path, num_items: int, seconds: float = 0.0) -> None:
        self.folder = folder
        self.num_items = num_items
        self.seconds = seconds
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("image", "label"):
            if not (folder / name).exists():
                (folder / name).touch()

    def items(self) -> list[dict[str, str]]:
        files = {"image": str(self.folder / "image"), "label": str(self.folder / "label")}
        return [{**files, "group": str(i)} for i in range(self.num_items)]

    def read(self, item: dict[str, str], image_size: int) -> Iterator[dict[str, Any]]:
        time.sleep(self.seconds)
        rng = np.random.default_rng(int(item["group"]))
        label = np.zeros((1, image_size, image_size), np.uint8)
        label[:, : image_size // 2, : image_size // 2] = 1
        image = np.frombuffer(rng.bytes(3 * image_size**2), np.uint8).reshape(3, image_size, image_size)
        yield {"image": image, "label": label, "group": item["group"]}

    def settings(self) -> dict[str, Any]:
        return {}

    def card(self) -> dict[str, Any]:
        return {}
