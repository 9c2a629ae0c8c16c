"""Mixes of class sets: the training's own, one that lifts rare classes, or shares that somebody gives."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.settings import derive_seed, is_number

ClassSet = tuple[int, ...]


def draw_mix(
    mix: Any, classes: ClassTable, class_sets: Sequence[ClassSet], num_samples: int, seed: int
) -> list[ClassSet]:
    """Return the class set of each sample.

    Args:
        mix: ``training`` draws the training's class sets as often as they occurred; ``balanced`` the same sets, each in
            proportion to the rarity of its rarest class; a dict gives shares of class sets ("liver, spleen": 0.3),
            which are kept to the sample.
        classes: the model's classes.
        class_sets: the class sets of the training images, each as often as it occurred.
        num_samples: number of samples.
        seed: the run's seed.

    Raises:
        ValueError: if the mix is none of these, names unknown classes, or its shares do not sum to 1.
    """
    rng = np.random.default_rng(derive_seed("class sets", seed))
    if isinstance(mix, dict):
        shares = _shares(mix, classes)
        sets = list(shares)
        counts = apportion(list(shares.values()), num_samples)
        order = rng.permutation(np.repeat(np.arange(len(sets)), counts))
        return [sets[i] for i in order]
    if mix not in ("training", "balanced"):
        raise ValueError(
            "`mix` must be training, balanced, or shares of class sets such as "
            f"{{'liver, spleen': 0.3, 'aorta': 0.7}}; got {mix!r}."
        )
    if not class_sets:
        raise ValueError(f"`mix` {mix}: the model's file lists no class sets; give `prompts`, `classes` or shares.")
    if mix == "training":
        return [class_sets[i] for i in rng.integers(len(class_sets), size=num_samples)]
    weights = rarity(class_sets)
    return [class_sets[i] for i in rng.choice(len(class_sets), size=num_samples, p=weights / weights.sum())]


def rarity(class_sets: Sequence[ClassSet]) -> np.ndarray:
    """Return 1 / f(c) of the rarest class c of each set, f(c) being the share of the sets that hold c.

    Repeat-factor sampling (Gupta, Dollár and Girshick 2019, LVIS, section 4.1) at full strength. Only sets that the
    training holds are drawn, so no class comes in company that the model has not seen.
    """
    count = Counter(class_id for ids in class_sets for class_id in ids)
    return np.array([max((len(class_sets) / count[i] for i in ids), default=0.0) for ids in class_sets])


def apportion(shares: Sequence[float], total: int) -> list[int]:
    """Return whole numbers in proportion to shares that sum to 1, by the largest remainders (Hamilton)."""
    exact = [share * total for share in shares]
    counts = [math.floor(value + 1e-9) for value in exact]
    by_remainder = sorted(range(len(shares)), key=lambda i: (counts[i] - exact[i], i))
    for i in by_remainder[: total - sum(counts)]:
        counts[i] += 1
    return counts


def _shares(mix: dict[Any, Any], classes: ClassTable) -> dict[ClassSet, float]:
    shares: dict[ClassSet, float] = {}
    for names, share in mix.items():
        parts = [part.strip() for part in names.split(",")] if isinstance(names, str) else list(names)
        try:
            ids = classes.ids_of(part for part in parts if part)
        except ValueError as error:
            raise ValueError(f"`mix` {names!r}: {error}") from error
        number = is_number(share)
        if not number or not 0 < share <= 1:
            raise ValueError(f"`mix` gives {names!r} the share {share!r}; a share is a number above 0, at most 1.")
        if not ids or ids in shares:
            raise ValueError(f"`mix` names {'no class' if not ids else 'the same classes twice'}: {names!r}.")
        shares[ids] = float(share)
    if not math.isclose(sum(shares.values()), 1, abs_tol=1e-6):
        raise ValueError(f"`mix`: the shares sum to {sum(shares.values()):g}, not to 1.")
    return shares
