"""How often real images with the asked classes hold others: what an unrequested rate is to be read against."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def real_unrequested_rate(
    asked: Sequence[Sequence[int]], presence: NDArray[Any], objects: Sequence[int]
) -> tuple[float | None, int]:
    """Return the mean of P(class present | all asked classes present) in real images, over samples and unasked classes.

    The paper has no such figure: it is this project's own, as the unrequested rate is. What it cannot tell: anything of
    a set that no real image holds whole, which it leaves out; and of one that few hold, not much.

    Args:
        asked: ids asked for, sample by sample.
        presence: zeros and ones of real images, N x c.
        objects: ids of the classes that can be asked for.

    Returns:
        the rate (``None`` where no real image holds any asked set), and the number of (sample, class) pairs behind it.
    """
    total, pairs = 0.0, 0
    known: dict[tuple[int, ...], NDArray[np.float64] | None] = {}
    for ids in map(tuple, asked):
        if ids not in known:
            holders = presence[presence[:, list(ids)].all(axis=1)]
            known[ids] = holders.mean(axis=0) if len(holders) else None
        rates = known[ids]
        unasked = [i for i in objects if i not in ids]
        if rates is not None:
            total += float(rates[unasked].sum())
            pairs += len(unasked)
    return (total / pairs if pairs else None), pairs
