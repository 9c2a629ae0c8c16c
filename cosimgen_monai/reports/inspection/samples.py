"""Samples that show every class: the rarest class first, then whatever lies evenly between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cosimgen_monai.codec import Picture, overlay
from cosimgen_monai.data import CachedPairs, PairSource
from cosimgen_monai.reports.colours import class_colours


@dataclass(frozen=True)
class Sample:
    """One pair to look at.

    Attributes:
        title: the classes in it.
        side: the part it belongs to.
        image: H W 3, 8 bit, as the model sees it.
        label: H W ids.
        overlay: H W 3, 8 bit.
    """

    title: str
    side: str
    image: Picture
    label: Picture
    overlay: Picture


def choose_samples(source: PairSource, pairs: dict[str, CachedPairs], number: int) -> list[Sample]:
    """Choose pairs so that each class is seen, the rarest first; the same data gives the same choice."""
    index = [(side, i) for side, part in pairs.items() for i in range(len(part.rows))]
    if not index:
        return []
    presence = np.concatenate([part.presence for part in pairs.values()]).astype(np.int64)
    chosen: list[int] = []
    for class_id in np.argsort(presence.sum(axis=0), kind="stable"):
        holders = np.flatnonzero(presence[:, class_id])
        if len(holders) and not presence[chosen, class_id].any() and len(chosen) < number:
            chosen.append(int(holders[len(holders) // 2]))
    left = [i for i in range(len(index)) if i not in set(chosen)]
    evenly = np.linspace(0, len(left) - 1, min(number - len(chosen), len(left))).astype(int)
    chosen += [left[i] for i in evenly]
    return [_sample(source, pairs[index[i][0]], *index[i]) for i in sorted(chosen)]


def _sample(source: PairSource, part: CachedPairs, side: str, i: int) -> Sample:
    low, high = source.window
    image = np.moveaxis(np.asarray(part.images[i], dtype=np.float32), 0, -1)
    grey = np.rint((image - low) / (high - low) * 255).clip(0, 255).astype(np.uint8)
    picture = np.repeat(grey, 3, axis=-1) if grey.shape[-1] == 1 else grey
    label = np.asarray(part.labels[i, 0])
    over = overlay(picture, label, class_colours(source.classes), source.classes.background)
    title = ", ".join(source.classes.names_of(np.flatnonzero(part.presence[i]).tolist()))
    return Sample(title, side, picture, label, over)
