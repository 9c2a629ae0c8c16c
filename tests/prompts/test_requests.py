"""A request becomes rows, each with its own seed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cosimgen_monai.data import BTCV
from cosimgen_monai.prompts import Request, plan_requests, requests_of_sets

CLASSES = BTCV("unread").classes
SPLEEN, LIVER, STOMACH = 1, 6, 7
SETS = [(1, 6), (6,), (8,), (1, 6, 7, 8)]


def plan(num_samples: int = 4, seed: int = 0, **wishes: Any) -> list[Request]:
    return plan_requests(CLASSES, num_samples, seed, **wishes)


@pytest.mark.parametrize(
    "wishes", [{"prompts": ["liver", "both kidneys"]}, {"class_names": ["liver"]}, {"class_sets": SETS}]
)
def test_a_longer_plan_begins_with_the_shorter(wishes: dict[str, Any]) -> None:
    assert plan(16, **wishes)[:8] == plan(8, **wishes)


def test_every_sample_has_its_own_seed() -> None:
    rows = [row for seed in range(3) for row in plan(200, seed, prompts="liver")]
    assert len({row.seed for row in rows}) == 600
    assert [row.index for row in rows[:200]] == list(range(200))


def test_prompts_take_turns_as_asked() -> None:
    rows = plan(5, prompts=["A photo of Liver!", "spleen and stomach"])
    assert [row.prompt for row in rows] == ["A photo of Liver!", "spleen and stomach"] * 2 + ["A photo of Liver!"]
    assert [row.asked for row in rows[:2]] == [(LIVER,), (SPLEEN, STOMACH)]
    assert {row.by for row in rows} == {"text"}


@pytest.mark.parametrize("class_names", [["liver", "spleen"], [["liver", "spleen"]], (("spleen", "liver"),)])
def test_classes_are_one_list_or_a_list_of_lists(class_names: Any) -> None:
    assert {(row.prompt, row.asked, row.by) for row in plan(class_names=class_names)} == {
        ("A photo of spleen, liver", (SPLEEN, LIVER), "classes")
    }


def test_prompts_and_classes_go_together_one_by_one() -> None:
    rows = plan(2, prompts=["an enlarged liver", "stomach"], class_names=[["liver", "spleen"], ["stomach"]])
    assert [(row.prompt, row.asked, row.by) for row in rows] == [
        ("an enlarged liver", (SPLEEN, LIVER), "both"),
        ("stomach", (STOMACH,), "both"),
    ]


def test_prompts_come_from_a_text_file(tmp_path: Path) -> None:
    file = tmp_path / "prompts.txt"
    file.write_text("a photo of liver\n\n  \n$spleen\n", "utf-8")
    assert [row.prompt for row in plan(2, prompts=str(file))] == ["a photo of liver", "$spleen"]
    file.write_text("\n", "utf-8")
    with pytest.raises(ValueError, match=rf"{file} holds no prompt"):
        plan(prompts=str(file))
    with pytest.raises(ValueError, match=r"absent\.txt does not exist"):
        plan(prompts=str(tmp_path / "absent.txt"))


def test_class_sets_are_drawn_as_often_as_they_stand() -> None:
    rows = plan(2000, class_sets=[(6,)] * 3 + [(1, 7)])
    assert {row.asked for row in rows} == {(6,), (1, 7)}
    assert sum(row.asked == (6,) for row in rows) / 2000 == pytest.approx(0.75, abs=0.05)
    assert {row.by for row in rows} == {"classes"}
    assert {row.prompt for row in rows} == {"A photo of liver", "A photo of spleen, stomach"}
    assert [row.asked for row in plan(20, 1, class_sets=SETS)] != [row.asked for row in plan(20, 2, class_sets=SETS)]


def test_validation_asks_by_class_and_by_text_in_turn() -> None:
    rows = requests_of_sets(SETS, CLASSES, 6, seed=0)
    assert [row.by for row in rows] == ["classes", "text"] * 3
    assert {row.asked for row in rows} <= set(SETS)


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        ({"prompts": ["liver and aorta"], "class_names": [["liver"]]}, r"contradict each other.*\['aorta'\]"),
        ({"prompts": ["liver", "aorta"], "class_names": [["liver"]]}, r"`prompts` \(2\) and `classes` \(1\)"),
        ({"prompts": ["liver", "livr"]}, "'livr' names no class.*'liver'"),
        ({"class_names": [["livr"]]}, "Unknown class 'livr'; nearest: 'liver'"),
        ({"class_names": [["background"]]}, "Unknown class 'background'"),
        ({"prompts": 3}, "`prompts` must be a prompt, a list of prompts"),
        ({"prompts": []}, "`prompts` must be"),
        ({"prompts": ["liver", None]}, "`prompts` must be"),
        ({"class_names": "liver"}, "`classes` must be a list of lists"),
        ({"class_names": [["liver"], "spleen"]}, "`classes` must be"),
        ({"class_names": []}, "`classes` must be"),
        ({"class_names": [[]]}, "`classes` must be"),
        ({"num_samples": 0, "prompts": "liver"}, "`num_samples`"),
        ({"num_samples": 2.0, "prompts": "liver"}, "`num_samples`"),
        ({"num_samples": True, "prompts": "liver"}, "`num_samples`"),
        ({}, "nothing to ask for: give `prompts` or `classes`"),
        ({"class_names": ["liver"], "template": "A photo"}, "`prompt_template`"),
    ],
)
def test_wrong_requests_say_what_is_wrong(wishes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plan(**wishes)
