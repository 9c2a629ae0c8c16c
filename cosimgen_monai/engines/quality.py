"""Gates of a drawn pair: are the asked classes there, and is each as large and as bright as in training?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cosimgen_monai.codec import ClassTable, class_areas
from cosimgen_monai.metrics import PresenceRates
from cosimgen_monai.settings import is_number

LARGEST = 1.25
"""How much larger than the largest in training a class may be; as to small ones, half counts as found."""
BRIGHTNESS = 0.05
"""How far beyond training's range a class's mean value may lie, as a share of the window."""
MIN_CERTAINTY = 0.3


class QualityGates:
    """A transform that adds ``faults`` to a sample, what is wrong with it in words, one a gate and class.

    - ``lacks``: a class that was asked for is not there; ``holds``: one that was refused is.
    - ``area of``: a class is smaller than half the smallest or larger than 1.25 times the largest in training.
    - ``value of``: the image under a class's mask is darker or brighter than in training, by 5 % of the window.
    - ``certainty``: the mask's colours lie between classes (:func:`decode_certainty` below 0.3; the shipped
      weights draw 0.56 on average).

    Args:
        card: the model's file; without ``statistics`` in it, there is no gate of area and value.
        min_certainty: the least certainty.

    Raises:
        ValueError: as :func:`check_min_certainty`.
    """

    def __init__(self, card: dict[str, Any], min_certainty: float = MIN_CERTAINTY) -> None:
        self.classes = ClassTable(**card["classes"])
        self.statistics = {entry["id"]: entry for entry in card.get("statistics", ())}
        self.grey = card["images"]["modality"] == "CT"
        self.low, self.high = card["images"].get("window", (0, 255))
        check_min_certainty(min_certainty)
        self.min_certainty = min_certainty

    def __call__(self, sample: dict[str, Any]) -> dict[str, Any]:
        """Judge a sample as it was drawn: ``request``, ``image`` (3 H W), ``label`` (1 H W), maybe ``certainty``."""
        return {**sample, "faults": tuple(self._faults(sample))}

    def _faults(self, sample: dict[str, Any]) -> Iterator[str]:
        request, label, names = sample["request"], sample["label"], self.classes.names
        areas = class_areas(label[None], self.classes.num_classes)[0]
        found = PresenceRates(self.classes, label.numel()).found(request.asked, areas)
        yield from (f"lacks {names[i]}" for i in request.asked if i not in found)
        yield from (f"holds {names[i]}" for i in request.refused if i in found)
        for class_id in found:
            if usual := self.statistics.get(class_id):
                smallest, largest = usual["area"]
                if not smallest / 2 <= areas[class_id] / label.numel() <= largest * LARGEST:
                    yield f"area of {names[class_id]}"
                if not self._usual_value(sample, class_id, usual["value"]):
                    yield f"value of {names[class_id]}"
        if not sample.get("certainty", 1.0) >= self.min_certainty:
            yield "certainty"

    def _usual_value(self, sample: dict[str, Any], class_id: int, usual: list[list[float]]) -> bool:
        image = sample["image"].mean(dim=0, keepdim=True) if self.grey else sample["image"]
        share = (image[:, sample["label"][0] == class_id].mean(dim=1) + 1) / 2
        means = (self.low + share * (self.high - self.low)).tolist()
        slack = BRIGHTNESS * (self.high - self.low)
        return all(low - slack <= mean <= high + slack for mean, (low, high) in zip(means, usual, strict=True))


def check_min_certainty(min_certainty: float) -> None:
    """Raise ``ValueError`` where ``min_certainty`` is no number from 0 to below 1."""
    if not is_number(min_certainty) or not 0 <= min_certainty < 1:
        raise ValueError(f"`min_certainty` must be a number from 0 (no gate) to below 1, got {min_certainty!r}.")
