"""Generated pairs from best to worst: nearest to the real images first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cosimgen_monai.codec import Picture, overlay, presence_vector, to_8_bit
from cosimgen_monai.export import GeneratedFolder
from cosimgen_monai.metrics import nearest
from cosimgen_monai.reports.colours import class_colours
from cosimgen_monai.reports.evaluation.evaluated_pairs import EvaluatedPairs


@dataclass(frozen=True)
class GalleryPair:
    """One generated pair to look at.

    Attributes:
        title: its name, and what was asked for, or where no manifest says it, what its mask holds.
        distance: to the nearest real image, in the features of the report's main network.
        image: H W 3, 8 bit.
        overlay: the mask laid over it.
    """

    title: str
    distance: float
    image: Picture
    overlay: Picture


def choose_gallery(
    generated: GeneratedFolder, indices: list[int], features: NDArray[Any], real: NDArray[Any], number: int = 24
) -> list[GalleryPair]:
    """Choose pairs evenly from the best to the worst.

    Args:
        generated: the set.
        indices: the pair of each row of the features.
        features: of the generated pairs, N D.
        real: features of the real pairs, M D.
        number: how many.
    """
    distance, _ = nearest(features, real)
    ranked = np.argsort(distance, kind="stable")
    chosen = ranked[np.linspace(0, len(ranked) - 1, min(number, len(ranked))).astype(int)]
    return [_pair(generated, indices[row], float(distance[row])) for row in chosen.tolist()]


@dataclass(frozen=True)
class NearestPair:
    """A generated pair beside the training image that it is nearest to: shown only where real images may be.

    Attributes:
        name: the generated pair's name.
        distance: in the features of the report's main network.
        generated: H W 3, 8 bit.
        training: the same of the training image.
    """

    name: str
    distance: float
    generated: Picture
    training: Picture


def nearest_pairs(pairs: EvaluatedPairs, memorisation: dict[str, Any] | None) -> list[NearestPair]:
    """Return the pictures of the report's rows of nearest training images; none where there is no training set."""
    if pairs.training is None or memorisation is None:
        return []
    found = []
    for row in memorisation["nearest"]:
        drawn = pairs.generated[pairs.generated.names.index(row["generated"])]["image"]
        known = pairs.training[row["training"]]["image"]
        found.append(NearestPair(row["generated"], row["distance"], to_8_bit(drawn.numpy()), to_8_bit(known.numpy())))
    return found


def _pair(generated: GeneratedFolder, index: int, distance: float) -> GalleryPair:
    image, label = generated.pair(index)
    classes = generated.classes
    title = generated.names[index]
    if generated.rows is None:
        present = presence_vector(torch.from_numpy(label)[None, None], classes)[0].nonzero().flatten().tolist()
        title = f"{title}: {', '.join(classes.names_of(present)) or 'no class'} (read from the mask)"
    elif generated.rows[index].get("prompt"):
        title = f"{title}: {generated.rows[index]['prompt']}"
    return GalleryPair(title, distance, image, overlay(image, label, class_colours(classes), classes.background))
