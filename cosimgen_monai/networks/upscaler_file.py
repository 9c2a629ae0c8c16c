"""The trained upscaler on disk: ``upscaler.pt`` and ``upscaler.json``, as a model's two files."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from cosimgen_monai.networks.espcn import ESPCN
from cosimgen_monai.networks.model_file import TrainedModel, read_model

logger = logging.getLogger(__name__)
_KEY = "upscaler_path"


def read_upscaler(path: str | Path, model: TrainedModel, times: int) -> ESPCN:
    """Read the upscaler that is to enlarge a model's pairs, and check that it can.

    Args:
        path: where ``upscaler.pt`` is.
        model: the diffusion model.
        times: by how much the pairs are to grow.

    Raises:
        FileNotFoundError: if one of the two files is missing.
        ValueError: if they do not belong together or are no upscaler, or if it learned on another number of classes
            than the model's, or one of the two on a void. Another dataset, or other sizes, is a warning. The colours
            may differ: what goes from one to the other are ids.
    """
    upscaler = read_model(path, _KEY, {"espcn": ESPCN})
    card = upscaler.card
    remedy = (
        "give the model of its data (--ckpt_path), train one on the model's (bundle/configs/train_upscaler.json), or "
        "draw without: --upscale 1"
    )
    theirs, own = card["classes"], model.card["classes"]
    if _kinds(theirs) != _kinds(own):
        raise ValueError(
            f"`{_KEY}` {path} enlarges masks of {_kinds(theirs)} ({card['images']['dataset']}), but "
            f"{model.path} draws {_kinds(own)} ({model.card['images']['dataset']}): {remedy}."
        )
    if theirs["names"] != own["names"] or card["images"]["dataset"] != model.card["images"]["dataset"]:
        logger.warning(
            "%s learned on %s, but the pairs are %s: edges and textures may not fit",
            path,
            card["images"]["dataset"],
            model.card["images"]["dataset"],
        )
    needed = [model.card["network"]["image_size"] * 2**k for k in range(times.bit_length())]
    if not set(needed) <= set(card["image_sizes"]):
        logger.warning("%s learned at sizes %s, but is to enlarge through %s", path, card["image_sizes"], needed)
    return upscaler.network()


def _kinds(classes: dict[str, Any]) -> str:
    """Say how many colours a card's classes take."""
    return f"{len(classes['names'])} classes{' and a void' if classes['has_void'] else ''}"
