"""Training and validation parts of a dataset; a group (patient, video, tile) is never on both sides."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np

from cosimgen_monai.data.source import PairSource
from cosimgen_monai.settings import derive_seed, is_number

logger = logging.getLogger(__name__)

Items = list[dict[str, str]]
Parts = dict[str, Items]
"""Items under ``train`` and ``val``."""


def split_items(
    source: PairSource, split: str = "group", val_share: float = 0.2, seed: int = 0, train_share: float = 1.0
) -> Parts:
    """Split a dataset's items by group.

    Args:
        source: the dataset.
        split: ``group`` draws whole groups for validation; ``official`` takes the dataset's own lists (``part`` of its
            items); ``all`` puts every item on both sides, for data that cannot be split (one patient), and says so.
        val_share: share of the groups that validate, at least one.
        seed: seed of the draws.
        train_share: share of the training groups that is kept, at least one; validation is the same at any share.

    Returns:
        Item lists under ``train`` and ``val``.

    Raises:
        ValueError: if an option is wrong, or a side would be empty.
    """
    check_train_share(train_share, split)
    if split == "all":
        return _all_on_both_sides(source)
    if split == "official":
        parts = _official_parts(source)
    elif split == "group":
        parts = _drawn_parts(source, val_share, seed)
    else:
        raise ValueError(f"`split` must be 'group', 'official' or 'all', got {split!r}.")
    check_groups(parts, source.group_name)
    return {**parts, "train": share_of_groups(parts["train"], train_share, seed)}


def check_train_share(train_share: Any, split: str = "group", key: str = "train_share") -> None:
    """Raise ``ValueError`` where a share of the training groups is none, or nothing is held out from it."""
    if not is_number(train_share) or not 0 < train_share <= 1:
        raise ValueError(f"`{key}` must be above 0 and at most 1 (every training group), got {train_share!r}.")
    if train_share < 1 and split == "all":
        raise ValueError(f"`{key}` {train_share} needs a split that holds groups out; --split all holds none out.")


def share_of_groups(items: Items, share: float, seed: int) -> Items:
    """Return the items of a share of their groups, drawn by seed; a smaller share lies within a larger one."""
    groups = sorted({item["group"] for item in items})
    drawn = np.random.default_rng(derive_seed("train share", seed)).permutation(groups)
    kept = set(drawn[: max(1, round(share * len(groups)))].tolist())
    return [item for item in items if item["group"] in kept]


def check_groups(parts: dict[str, list[dict[str, Any]]], group_name: str = "group") -> None:
    """Raise ``ValueError`` where a side is empty or a group stands on both sides."""
    for side in ("train", "val"):
        if not parts[side]:
            raise ValueError(f"The {side} split is empty.")
    both = {item["group"] for item in parts["train"]} & {item["group"] for item in parts["val"]}
    if both:
        raise ValueError(f"These {group_name}s are on both sides of the split: {sorted(both)}.")


def _all_on_both_sides(source: PairSource) -> Parts:
    items = source.items()
    logger.warning(
        "SPLIT ALL: training and validation use the SAME %d item(s). "
        "No figure of this run says anything about unseen data.",
        len(items),
    )
    return {"train": items, "val": items}


def _drawn_parts(source: PairSource, val_share: float, seed: int) -> Parts:
    """Draw whole groups for validation."""
    if not (is_number(val_share) and 0 < val_share < 1):
        raise ValueError(f"`val_share` must lie between 0 and 1, got {val_share!r}.")
    items = source.items()
    groups = sorted({item["group"] for item in items})
    num_val = max(1, round(val_share * len(groups)))
    if num_val >= len(groups):
        raise ValueError(
            f"{source.name} holds {len(groups)} {source.group_name}(s), too few to hold {num_val} out: the split would "
            "be empty on one side. Use --split all to train and validate on the same items; of a folder of your own, "
            "--group says what belongs together."
        )
    held_out = set(np.random.default_rng(seed).permutation(groups)[:num_val].tolist())
    return {
        "train": [item for item in items if item["group"] not in held_out],
        "val": [item for item in items if item["group"] in held_out],
    }


def _official_parts(source: PairSource) -> Parts:
    """Split by the items' ``part``; those in no list are left out, and counted."""
    items = source.items()
    remedy = "Use --split group to draw the parts, or --split all to train and validate on the same items."
    parts = {side: [item for item in items if item.get("part") == side] for side in ("train", "val")}
    if not any(parts.values()):
        raise ValueError(f"`split` is official, but {source.name} has no official lists here. {remedy}")
    for side, listed in parts.items():
        if not listed:
            raise ValueError(
                f"`split` is official, but {source.name}'s official list of the {side} part is missing or empty. "
                f"{remedy}"
            )
    left_out = len(items) - sum(map(len, parts.values()))
    if left_out:
        logger.warning("%d item(s) of %s are in no official list and are left out.", left_out, source.name)
    return parts
