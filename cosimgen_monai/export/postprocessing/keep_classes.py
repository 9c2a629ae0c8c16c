"""Masks that hold what was asked for and nothing else."""

from __future__ import annotations

from typing import Any

import torch

from cosimgen_monai.codec import VOID, ClassTable

KEPT = ("all", "asked")


def exported_card(card: dict[str, Any], keep_classes: str) -> dict[str, Any]:
    """Return a model's file as it holds for what is written: labels have void where unasked classes become it.

    Raises:
        ValueError: if ``keep_classes`` is neither ``all`` nor ``asked``.
    """
    if keep_classes not in KEPT:
        raise ValueError(f"`keep_classes` must be {' or '.join(KEPT)}, got {keep_classes!r}.")
    return {**card, "classes": {**card["classes"], "has_void": True}} if keep_classes == "asked" else card


class KeepClasses:
    """A transform that turns classes nobody asked for into void, which training and metrics leave out.

    Args:
        classes: the model's classes; their background stays.
        keep_classes: ``asked``, or ``all`` to change nothing.
    """

    def __init__(self, classes: ClassTable, keep_classes: str) -> None:
        self.classes = classes
        self.all = keep_classes == "all"

    def __call__(self, sample: dict[str, Any]) -> dict[str, Any]:
        """Change a sample's ``label`` and ``drawn_label`` (1 H W each)."""
        if self.all:
            return sample
        background = self.classes.background
        kept = torch.tensor([*sample["request"].asked, *([] if background is None else [background])])
        labels = {key: sample[key] for key in ("label", "drawn_label")}
        return sample | {
            key: torch.where(torch.isin(label, kept), label, VOID).to(label.dtype) for key, label in labels.items()
        }
