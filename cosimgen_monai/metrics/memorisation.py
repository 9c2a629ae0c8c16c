"""Memorisation: are generated images nearer to training images than images of new patients are?

That held-out images calibrate the distance to training ones is the idea of the data-copying test of Meehan et al.
2020; percentile and share are this project's own, and the paper has no such check.

What it cannot tell: copies that the features do not recognise, such as a mirrored or recoloured image; parts of an
image; and, where held-out images resemble training ones (neighbouring slices, one video), anything at all. Of few
images chance alone may flag a set (:func:`share_by_chance`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import betabinom

from cosimgen_monai.metrics.neighbours import copy_distance, nearest
from cosimgen_monai.metrics.proportions import wilson_interval

PERCENTILE = 1.0
MAX_SHARE = 0.05
"""The share of suspects, and of copies of held-out images, above which a set is flagged."""
NUM_LISTED = 16
"""How many of the nearest are listed."""


def memorisation(generated: NDArray[Any], held_out: NDArray[Any], training: NDArray[Any]) -> dict[str, Any]:
    """Compare distances generated → training with distances held-out → training, in feature space.

    With d(x) the distance of x to its nearest training image, a generated image x is suspect where d(x) is at or below
    the first percentile of d over the held-out images. More than 5 % of suspects flags the set, and so do more than 5 %
    of copies of held-out images, which are no new images either. Where held-out images are training ones too, the
    percentile is 0.

    Args:
        generated: features, N D.
        held_out: features of real images in no training group.
        training: features of the training images.

    Returns:
        ``share_suspect`` and its ``share_interval`` (95 %), ``share_by_chance``, the shares of ``copies`` of training
        images and of ``copies_of_held_out`` ones, which of the two flags the set (``flagged_suspects``,
        ``flagged_copies_of_held_out``), the ``threshold``, both medians, and ``nearest``: rows of ``generated`` and
        ``training`` (indices) and their ``distance``, the nearest first.

    Raises:
        ValueError: if a set is empty.
    """
    if min(sizes := (len(generated), len(held_out), len(training))) < 1:
        raise ValueError(f"Memorisation needs generated, held-out and training images, got {sizes}.")
    distance, index = nearest(generated, training)
    usual, _ = nearest(held_out, training)
    threshold = float(np.percentile(usual, PERCENTILE))
    alike = copy_distance(training)
    suspects = int((distance <= threshold + alike).sum())
    share, of_held_out = suspects / len(distance), float((nearest(generated, held_out)[0] <= alike).mean())
    return {
        "share_suspect": share,
        "share_interval": wilson_interval(suspects, len(distance)),
        "share_by_chance": share_by_chance(len(distance), len(usual)),
        "copies": float((distance <= alike).mean()),
        "copies_of_held_out": of_held_out,
        "flagged_suspects": share > MAX_SHARE,
        "flagged_copies_of_held_out": of_held_out > MAX_SHARE,
        "threshold": threshold,
        "median_generated": float(np.median(distance)),
        "median_held_out": float(np.median(usual)),
        "nearest": _listed(distance, index),
    }


def _listed(distance: NDArray[Any], index: NDArray[Any]) -> list[dict[str, Any]]:
    first = np.argsort(distance, kind="stable")[:NUM_LISTED].tolist()
    return [{"generated": i, "training": int(index[i]), "distance": round(float(distance[i]), 6)} for i in first]


def share_by_chance(num_generated: int, num_held_out: int) -> float:
    """Return the share of suspects that as many new images would exceed in one set of twenty.

    Of few held-out images the percentile lies near the least distance, and a good part of as many new images below it.
    With new and held-out images alike, the share below the n held-out ones' r-th smallest distance follows a beta
    distribution of r and n + 1 - r, and the number of N new ones a beta-binomial; the percentile lies at r = 1 +
    (n - 1) / 100. As if images were independent: slices of one patient are not, and chance gives more.

    Args:
        num_generated: N.
        num_held_out: n.
    """
    rank = 1 + (num_held_out - 1) * PERCENTILE / 100
    return float(betabinom(num_generated, rank, num_held_out + 1 - rank).ppf(0.95)) / num_generated
