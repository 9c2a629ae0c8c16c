"""Do a text and its classes have one place in the embedding: what the triplet loss is for (the paper's figure 8)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cosimgen_monai.metrics.neighbours import distances, nearest


def embedding_alignment(text: NDArray[Any], classes: NDArray[Any]) -> dict[str, float]:
    """Compare text embeddings with the class embeddings of the same class sets.

    What it cannot tell: whether the U-Net draws what an embedding asks for.

    Args:
        text: one text embedding a class set, K D.
        classes: the class embedding of each, K D.

    Returns:
        ``retrieval_accuracy``: share of texts whose nearest class embedding is their own; ``chance``, 1 / K;
        ``distance_ratio``: mean Euclidean distance of matched pairs over that of unmatched pairs (below 1: matched
        ones are nearer; NaN where all embeddings are one); ``n``, K.

    Raises:
        ValueError: if there are fewer than two class sets, or the two differ in shape.
    """
    if text.shape != classes.shape or len(text) < 2:
        raise ValueError(f"Two class sets are needed and as many texts, got {text.shape} and {classes.shape}.")
    _, found = nearest(text, classes)
    number = len(text)
    total = sum(float(block.sum()) for blocks in distances(text, classes) for block in blocks)
    matched = float(np.linalg.norm(text.astype(np.float64) - classes.astype(np.float64), axis=1).sum())
    unmatched = (total - matched) / (number * (number - 1))
    return {
        "retrieval_accuracy": float((found == np.arange(number)).mean()),
        "chance": 1 / number,
        "distance_ratio": matched / number / unmatched if unmatched > 0 else float("nan"),
        "n": number,
    }
