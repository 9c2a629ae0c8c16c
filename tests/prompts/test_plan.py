"""What was understood is said before anything is drawn."""

from __future__ import annotations

from cosimgen_monai.data import BTCV
from cosimgen_monai.prompts import describe_plan, plan_requests

CLASSES = BTCV("unread").classes


def lines(*prompts: str, number: int = 4) -> list[str]:
    return describe_plan(plan_requests(CLASSES, number, 0, prompts=list(prompts)), CLASSES, [(1, 6), (6, 8)])


def test_each_wish_is_shown_with_what_was_understood() -> None:
    head, first, second, classes = lines("the liver but no spleen", "spleens and livr and aorta", number=3)
    assert head == "3 sample(s), 2 wish(es):"
    assert first.startswith("  2 × 'the liver but no spleen' (by classes) asks for liver; not for spleen")
    assert "asks for spleen, aorta; no training image holds these together; 'livr' names no class" in second
    assert second.endswith("nearest: 'liver'")
    assert classes == "  samples by class: liver 2, spleen 1, aorta 1"


def test_classes_that_training_holds_in_company_only_are_said_to_be_better_asked_in_words() -> None:
    def shown(**asked: object) -> str:
        return describe_plan(plan_requests(CLASSES, 1, 0, **asked), CLASSES, [(1, 6), (6, 8), (8,)])[1]  # type: ignore[arg-type]

    assert "training images hold these with others only: ask for those too, or in words" in shown(class_names=["liver"])
    assert "others only" not in shown(prompts="the liver")
    assert "others only" not in shown(class_names=["aorta"])


def test_a_long_plan_is_cut() -> None:
    shown = lines(*(f"liver number {i}" for i in range(500)), number=500)
    assert len(shown) < 30
    assert "and 480 more wishes" in shown[-2]
