"""Samples as a generator hands them to the writers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from ignite.engine import Engine
from monai.transforms import Compose

from cosimgen_monai.codec import ClassTable, fibonacci_palette
from cosimgen_monai.export import (
    BackgroundWriting,
    ContactSheet,
    Manifest,
    RestoreIntensity,
    RestoreShape,
    Thumbnails,
    open_writers,
)
from cosimgen_monai.prompts import Request

CT_IMAGES = {
    "dataset": "phantom",
    "modality": "CT",
    "terms": "Apache-2.0",
    "window": [-175.0, 250.0],
    "field_of_view": 400.0,
}
RGB_IMAGES = {"dataset": "VOC", "modality": "RGB", "terms": "see VOC"}
SIZE = 48


@pytest.fixture
def ct_card() -> dict[str, Any]:
    names = ["background", "liver", "spleen", "aorta"]
    classes = {"names": names, "background": 0, "has_void": False}
    return {"classes": classes, "images": CT_IMAGES, "slice_spacing": 5.0}


@pytest.fixture
def rgb_card() -> dict[str, Any]:
    classes = {"names": ["background", "cat", "dog"], "background": 0, "has_void": True}
    return {"classes": classes, "images": RGB_IMAGES, "slice_spacing": None}


@pytest.fixture
def frames_card() -> dict[str, Any]:
    """Frames squashed to a square, no background: id 0 is a class like the others."""
    classes = {"names": ["fat", "liver", "grasper"], "background": None, "has_void": True}
    images = {"dataset": "CholecSeg8k", "modality": "RGB", "terms": "CC BY-NC-SA 4.0", "window": [0.0, 255.0]}
    return {
        "classes": classes,
        "images": {**images, "fit": "squash", "native_size": [480, 960]},
        "slice_spacing": None,
    }


@pytest.fixture
def make_samples() -> Callable[..., list[dict[str, Any]]]:
    """Return a maker of samples, ``native`` included, one a prompt."""

    def make(card: dict[str, Any], *prompts: str, first: int = 0) -> list[dict[str, Any]]:
        samples = []
        for index, prompt in enumerate(prompts or ("A photo of a", "A photo of b", "A photo of c"), start=first):
            random = torch.Generator().manual_seed(index)
            image = torch.rand(3, SIZE, SIZE, generator=random) * 2 - 1
            if card["images"]["modality"] == "CT":
                image = image[:1].repeat(3, 1, 1)
            label = torch.zeros(1, SIZE, SIZE, dtype=torch.uint8)
            label[0, 4:20, 8:16] = 1  # a block off the middle: a flip would show
            label[0, 30:41, 22:47] = 2
            if card["classes"]["has_void"]:
                label[0, -2:] = 255
            request = Request(index, prompt, (1,), "text", 100 + index)
            samples.append({"request": request, "image": image, "label": label, "drawn_label": label})
        restore = Compose([RestoreShape(card["images"]), RestoreIntensity(card["images"])])
        return [restore(sample) for sample in samples]

    return make


@pytest.fixture
def write() -> Callable[..., Manifest]:
    """Return a function that runs all writers over samples, in batches of two, into a folder."""

    def run(
        folder: Path, card: dict[str, Any], samples: list[dict[str, Any]], formats: Sequence[str] = ("nifti", "png")
    ) -> Manifest:
        classes = ClassTable(**card["classes"])
        palette = fibonacci_palette(classes.num_colours)
        manifest = Manifest(folder / "manifest.csv", classes, {"sampler": "ddim", "steps": 3})
        engine = Engine(lambda _, batch: batch)
        writers = open_writers(list(formats), folder, card, palette, manifest)
        thumbnails = Thumbnails(folder / "thumbnails", card, palette, manifest)
        writing = BackgroundWriting([*writers, thumbnails], manifest)
        for handler in [writing, manifest, *writers, ContactSheet(folder, manifest, thumbnails, list(formats))]:
            handler.attach(engine)
        engine.run([samples[i : i + 2] for i in range(0, len(samples), 2)])
        return manifest

    return run
