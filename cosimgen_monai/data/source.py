"""What a dataset offers: the one interface that transforms, cache and model know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from cosimgen_monai.codec import ClassTable


class PairSource(Protocol):
    """A dataset of image-label pairs; one file each.

    Attributes:
        name: the dataset's name, as it stands in a model's file.
        modality: ``CT`` (images in HU) or ``RGB`` (8-bit images).
        group_name: what a group is: a patient, a video, a tile. Splits never part a group.
        classes: the dataset's classes.
        window: values that a model sees as -1 and 1: HU for CT, 0 and 255 for RGB.
        on_fault: what becomes of an item that cannot be read: ``raise`` (an error) or ``skip`` (left out and listed).
    """

    name: str
    modality: str
    group_name: str
    classes: ClassTable
    window: tuple[float, float]
    on_fault: str

    def items(self) -> list[dict[str, str]]:
        """List the files as dicts of ``image``, ``label``, ``group``, and ``part`` where there are official lists."""

    def read(self, item: dict[str, str], image_size: int) -> Iterator[dict[str, Any]]:
        """Read an item's pairs at the training size: ``image`` (C H W), ``label`` (1 H W, uint8 ids), ``group``."""

    def describe(self, item: dict[str, str]) -> dict[str, Any]:
        """Read an item at native size: ``size``, ``spacing`` in mm (``None`` for pictures) and ``value_range``.

        Raises:
            UnknownValuesError: if its label holds values in no table.
            ValueError: if it cannot be read otherwise.
        """

    def settings(self) -> dict[str, Any]:
        """Return what shapes a cached pair, beside the files."""

    def card(self) -> dict[str, Any]:
        """Return what a model's file says of its training data."""
