"""Classes, prompts and pairs of a size that trains in seconds, for the fixtures of several rooms."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import torch

from cosimgen_monai.codec import ClassTable, presence_vector
from cosimgen_monai.data import CachedPairs
from cosimgen_monai.networks import CoSimGen, TrainedModel

TINY_CLASSES = ClassTable(("background", "liver", "spleen", "aorta"), background=0)

TINY_SETS = [{"ids": [1], "count": 3}, {"ids": [1, 2], "count": 5}, {"ids": [2, 3], "count": 1}]


def tiny_network(**options: Any) -> CoSimGen:
    """Build a network of a few thousand weights, none of them zero."""
    torch.manual_seed(0)
    size = {"image_size": 16, "base_channels": 8, "channel_mults": (1, 2), "num_res_blocks": 1}
    dims = {"embedding_dim": 16, "class_feature_dim": 8, "sentence_dim": 8}
    network = CoSimGen(TINY_CLASSES.num_classes, TINY_CLASSES.num_colours, **{**size, **dims, **options})
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    return network


def tiny_model(network: torch.nn.Module, **card: object) -> TrainedModel:
    """Return a network of ``tiny_network`` as read from disk."""
    options = {"num_classes": 4, "num_colours": 4, "image_size": 16, "base_channels": 8, "channel_mults": [1, 2]}
    options |= {"num_res_blocks": 1, "embedding_dim": 16, "class_feature_dim": 8, "sentence_dim": 8}
    facts = {"network": options, "classes": TINY_CLASSES.to_json(), "class_sets": TINY_SETS, "null_share": 0.1}
    facts |= {"prompt_template": "A photo of {classes}", "schedule": {"num_train_timesteps": 100}}
    return TrainedModel({**facts, **card}, network.state_dict(), Path("model.pt"))


def embed_prompts(prompts: Sequence[str]) -> torch.Tensor:
    """Stand in for the sentence encoder: 8 numbers of unit length, a function of the prompt."""
    rows = [torch.randn(8, generator=torch.Generator().manual_seed(crc32(prompt.encode()))) for prompt in prompts]
    return torch.nn.functional.normalize(torch.stack(rows), dim=1)


def tiny_pairs(num_pairs: int) -> CachedPairs:
    """Draw pairs of 16 x 16: a block of one or two organs on noise."""
    rng = np.random.default_rng(0)
    labels = np.zeros((num_pairs, 1, 16, 16), np.uint8)
    for i in range(num_pairs):
        labels[i, 0, 2:8, 2:8] = 1 + i % 3
        labels[i, 0, 10:14, 10:14] = rng.integers(0, 4)
    images = (labels * 60 + rng.integers(-20, 20, labels.shape)).astype(np.int16)
    presence = presence_vector(torch.from_numpy(labels), TINY_CLASSES).numpy().astype(np.uint8)
    return CachedPairs(images, labels, [{"group": str(i)} for i in range(num_pairs)], presence)
