"""What is compared with what: the real pairs, their two halves, the training pairs, the generated ones."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cosimgen_monai.baselines import ARCHITECTURES
from cosimgen_monai.data import PairSource, RealPairs, cache_pairs
from cosimgen_monai.export import GeneratedFolder
from cosimgen_monai.export.provenance import check_held_out, check_model, check_trained_pairs
from cosimgen_monai.metrics import num_scales
from cosimgen_monai.networks import TrainedModel, read_model
from cosimgen_monai.settings import derive_seed

logger = logging.getLogger(__name__)
REAL_PARTS = ("val", "train", "all")
MIN_GENERATED = 8
"""Fewest generated pairs: half of them make a subset of the kernel distance."""
MIN_HALF = 6
"""Fewest real pairs a half: density and coverage look at five neighbours of each."""


@dataclass(frozen=True)
class EvaluatedPairs:
    """The sets of an evaluation.

    Attributes:
        real: the real pairs compared with.
        halves: indices of two halves of them, which give the floors.
        halves_by: what the halves keep together: the dataset's group, or a single image.
        generated: the generated pairs.
        order: their indices in random order.
        training: the training pairs, for memorisation; ``None`` where no real pair is held out from training.
    """

    real: RealPairs
    halves: tuple[list[int], list[int]]
    halves_by: str
    generated: GeneratedFolder
    order: list[int]
    training: RealPairs | None


def open_pairs(
    source: PairSource,
    parts: dict[str, list[dict[str, str]]],
    split: str,
    real_part: str,
    generated_dir: str | Path,
    image_size: int,
    cache_dir: str | Path,
    val_share: float = 0.2,
    seed: int = 0,
    ckpt_path: str | Path | None = None,
) -> EvaluatedPairs:
    """Open the sets of an evaluation.

    Args:
        source: the dataset.
        parts: its items under ``train`` and ``val``.
        split: how they were split; with ``all`` nothing is held out.
        real_part: the real pairs to compare with: ``val`` (no model has seen them), ``train`` or ``all``.
        generated_dir: where the generated pairs are.
        image_size: the size at which sets are compared.
        cache_dir: where pairs at that size are kept.
        val_share: the share of the groups that was held out.
        seed: seed of the split, of the halves and of the order.
        ckpt_path: the model that drew the generated pairs, to check that it did, was trained on the same split, and by
            its palette; or ``None``.

    Raises:
        ValueError: if ``real_part`` is unknown, a set holds too few images, the sets are of different classes or
            palettes, or the model is of others, drew another set or was trained on another split or other pairs.
    """
    num_scales(image_size)  # refuses a size at which no figure of diversity exists
    if real_part not in REAL_PARTS:
        raise ValueError(f"`real_part` must be one of {', '.join(REAL_PARTS)}, got {real_part!r}.")
    model = None if ckpt_path is None else read_model(ckpt_path, architectures=ARCHITECTURES)
    generated = _open_generated(source, generated_dir, image_size, model)
    if model is not None and real_part == "val":
        check_held_out(model.card, source.name, {"split": split, "val_share": val_share, "seed": seed}, model.path)
    items = parts["train"] + parts["val"] if real_part == "all" and split != "all" else parts[_side(real_part)]
    real = RealPairs(cache_pairs(source, items, image_size, cache_dir), source.window)
    check_number_of_real(len(real), real_part, source.name)
    held_out = real_part == "val" and split != "all"
    training = cache_pairs(source, parts["train"], image_size, cache_dir) if held_out else None
    if model is not None and training is not None:
        check_trained_pairs(model.card, source.name, len(training.rows), image_size, model.path)
    halves, by = _halves(real.groups, source.group_name, seed)
    order = np.random.default_rng(derive_seed("evaluation", seed)).permutation(len(generated)).tolist()
    trained = None if training is None else RealPairs(training, source.window)
    return EvaluatedPairs(real, halves, by, generated, order, trained)


def _open_generated(
    source: PairSource, generated_dir: str | Path, image_size: int, model: TrainedModel | None
) -> GeneratedFolder:
    """Open the generated pairs, by the palette of the model that drew them where it is given."""
    fit, palette = source.card().get("fit", "squash"), None if model is None else model.state["palette"]
    generated = GeneratedFolder(generated_dir, source.classes, image_size, fit, palette)
    if model is not None:
        check_model(model.card, source.classes, source.card(), generated.rows, model.path)
    _check_number(len(generated), MIN_GENERATED, f"`generated_dir` {generated_dir}", "Generate more: --num_samples.")
    return generated


def _side(real_part: str) -> str:
    return "train" if real_part == "all" else real_part


def check_number_of_real(number: int, real_part: str, dataset: str) -> None:
    """Raise ``ValueError`` where a part of a dataset holds too few pairs for two halves."""
    remedy = "" if real_part == "all" else "Take more: --real_part all, or --val_share."
    _check_number(number, 2 * MIN_HALF, f"The {real_part} part of {dataset}", remedy)


def _check_number(number: int, needed: int, what: str, remedy: str) -> None:
    if number < needed:
        raise ValueError(f"{what} holds {number} pair(s), too few to compare: {needed} are needed. {remedy}".rstrip())


def _halves(groups: list[str], group_name: str, seed: int) -> tuple[tuple[list[int], list[int]], str]:
    """Return two halves in random order; no group is in both where whole groups halve the pairs nearly evenly."""
    rng = np.random.default_rng(derive_seed("halves", seed))
    order = rng.permutation(len(groups)).tolist()
    first: list[int] = []
    second: list[int] = []
    members: dict[str, list[int]] = {name: [] for name in sorted(set(groups))}
    for i in order:
        members[groups[i]].append(i)
    names = list(members)
    shuffled = [names[k] for k in rng.permutation(len(names)).tolist()]
    for name in sorted(shuffled, key=lambda name: -len(members[name])):  # the largest first, to the emptier half
        (first if len(first) <= len(second) else second).extend(members[name])
    if min(len(first), len(second)) >= max(0.4 * len(groups), MIN_HALF):
        return (_shuffled(first, rng), _shuffled(second, rng)), group_name
    half = len(order) // 2
    return (order[:half], order[half:]), "image"


def _shuffled(indices: list[int], rng: np.random.Generator) -> list[int]:
    return rng.permutation(indices).tolist()
