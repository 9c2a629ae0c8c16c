"""Gates of a drawn pair."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from cosimgen_monai.engines import QualityGates
from cosimgen_monai.prompts import Request

CARD: dict[str, Any] = {
    "classes": {"names": ["background", "liver", "spleen", "aorta"], "background": 0, "has_void": False},
    "images": {"modality": "CT", "window": [-175.0, 225.0]},
    "statistics": [{"id": 1, "pairs": 9, "area": [0.1, 0.2], "value": [[40.0, 60.0]]}],
}


def faults(liver: int = 150, hu: int = 50, spleen: int = 0, card: dict[str, Any] = CARD, **more: Any) -> list[str]:
    """Judge a pair of 1,000 pixels, of which so many are liver and spleen."""
    label = torch.zeros(1, 25, 40, dtype=torch.uint8)
    label.view(-1)[:liver] = 1
    label.view(-1)[900 : 900 + spleen] = 2
    image = torch.full((3, 25, 40), -0.9)
    image[:, label[0] == 1] = (hu + 175) / 200 - 1
    request = Request(0, "", more.pop("asked", (1,)), "classes", 0, more.pop("refused", ()))
    return list(QualityGates(card)({"request": request, "image": image, "label": label, **more})["faults"])


def test_a_usual_pair_has_none() -> None:
    assert faults() == faults(certainty=0.31) == []


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        ({"asked": (1, 2), "spleen": 3}, ["lacks spleen"]),
        ({"asked": (1, 2), "spleen": 4}, []),  # half of the presence threshold of 8 pixels
        ({"refused": (2,), "spleen": 8}, ["holds spleen"]),
        ({"refused": (2,), "spleen": 7}, []),
        ({"spleen": 100}, []),  # not asked for, not refused
        ({"liver": 49}, ["area of liver"]),
        ({"liver": 50}, []),
        ({"liver": 250}, []),
        ({"liver": 251}, ["area of liver"]),
        ({"hu": 81}, ["value of liver"]),
        ({"hu": 79}, []),
        ({"hu": 19}, ["value of liver"]),
        ({"certainty": 0.29}, ["certainty"]),
        ({"liver": 0, "asked": (1, 3), "certainty": 0.1}, ["lacks liver", "lacks aorta", "certainty"]),
    ],
)
def test_each_gate_says_what_is_wrong(pair: dict[str, Any], expected: list[str]) -> None:
    assert faults(**pair) == expected


def test_a_model_without_statistics_has_no_gate_of_area_and_value() -> None:
    card = {key: value for key, value in CARD.items() if key != "statistics"}
    assert faults(liver=900, hu=200, card=card) == []


def test_each_channel_of_a_colour_picture_counts() -> None:
    card = {
        **CARD,
        "images": {"modality": "RGB", "window": [0.0, 255.0]},
        "statistics": [{"id": 1, "pairs": 9, "area": [0.1, 0.2], "value": [[40, 60], [0, 10], [200, 250]]}],
    }
    label = torch.zeros(1, 10, 10, dtype=torch.uint8)
    label[0, 0] = 1
    picture = torch.zeros(3, 10, 10)
    sample = {"request": Request(0, "", (1,), "classes", 0), "label": label, "image": picture}
    picture[:, 0] = (torch.tensor([50, 5, 230]) / 127.5 - 1)[:, None]
    assert QualityGates(card)(sample)["faults"] == ()
    picture[1, 0] = 40 / 127.5 - 1
    assert QualityGates(card)(sample)["faults"] == ("value of liver",)


@pytest.mark.parametrize("value", [-0.1, 1, "high", True])
def test_a_certainty_that_is_none_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="`min_certainty` must be"):
        QualityGates(CARD, value)
