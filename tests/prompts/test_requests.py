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


COUNTED = [
    ("asked.txt", "liver, spleen\t2\nno spleen, aorta\t3\nstomach\n"),
    ("asked.csv", 'prompt,count\n"liver, spleen",2\n"no spleen, aorta",3\nstomach,\n'),
    ("asked.csv", '\ufeffcount,prompt\r\n2,"liver, spleen"\r\n3,"no spleen, aorta"\r\n1,stomach\r\n'),
    ("asked.json", '{"liver, spleen": 2, "no spleen, aorta": 3, "stomach": 1}'),
    (
        "asked.json",
        '[{"prompt": "liver, spleen", "count": 2}, {"prompt": "no spleen, aorta", "count": 3}, "stomach"]',
    ),
]


@pytest.mark.parametrize(("name", "text"), COUNTED)
def test_a_files_counts_are_kept(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    rows = plan(None, prompts=str(tmp_path / name))
    assert [row.prompt for row in rows] == ["liver, spleen"] * 2 + ["no spleen, aorta"] * 3 + ["stomach"]
    assert [row.refused for row in rows] == [()] * 2 + [(SPLEEN,)] * 3 + [()]
    assert [row.by for row in rows] == ["text"] * 2 + ["classes"] * 3 + ["text"]  # "no spleen" embeds as a spleen
    assert plan(6, prompts=str(tmp_path / name)) == rows
    with pytest.raises(ValueError, match="counts sum to 6 samples, but `num_samples` is 10"):
        plan(10, prompts=str(tmp_path / name))


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("asked.txt", "liver\t0\n", "asks for '0' samples of 'liver'"),
        ("asked.txt", "liver\t-2\n", "asks for '-2' samples of 'liver'"),
        ("asked.txt", "liver\tmany\n", "asks for 'many' samples"),
        ("asked.csv", "words,count\nliver,2\n", r"columns \['words', 'count'\]; expected prompt"),
        ("asked.csv", "prompt,count\n", "holds no prompt"),
        ("asked.csv", 'prompt,count\n"",2\n', "A prompt is empty"),
        ("asked.json", "[", "is no JSON"),
        ("asked.json", "3", "holds no prompt"),
        ("asked.json", '[{"text": "liver"}]', r"holds \{'text': 'liver'\}"),
        ("asked.json", '{"liver": 1.5}', "asks for 1.5 samples"),
        ("asked.json", '{"liver": true}', "asks for True samples"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(ValueError, match=message):
        plan(None, prompts=str(tmp_path / name))


def test_a_file_that_is_no_utf_8_is_named(tmp_path: Path) -> None:
    (tmp_path / "asked.txt").write_bytes("Größe: liver".encode("latin-1"))
    with pytest.raises(ValueError, match=r"asked\.txt is no UTF-8 text"):
        plan(None, prompts=str(tmp_path / "asked.txt"))


def test_sixteen_samples_are_drawn_where_nothing_says_how_many() -> None:
    assert len(plan(None, prompts="liver")) == len(plan(None, class_sets=SETS)) == 16


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
        ({"prompts": ["no liver, spleen"], "class_names": [["liver", "spleen"]]}, r"contradict.*refuses \['liver'\]"),
        ({"prompts": ["liver"], "mix": "training", "class_sets": SETS}, "`mix` and `prompts` .* give one of them"),
        ({"mix": "even", "class_sets": SETS}, "`mix` must be training, balanced, or shares"),
        ({"mix": "balanced"}, "lists no class sets"),
        ({"mix": {"liver": 0.5, "spleen": 0.4}}, "shares sum to 0.9, not to 1"),
        ({"mix": {"livr": 1}}, "`mix` 'livr': Unknown class 'livr'; nearest: 'liver'"),
        ({"mix": {"liver": -1, "spleen": 2}}, "'liver' the share -1"),
        ({"mix": {"liver": "half", "spleen": 0.5}}, "'liver' the share 'half'"),
        ({"mix": {"liver,spleen": 0.5, "spleen, liver": 0.5}}, "the same classes twice"),
        ({"mix": {"": 1}}, "names no class"),
    ],
)
def test_wrong_requests_say_what_is_wrong(wishes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plan(**wishes)
