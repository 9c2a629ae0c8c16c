"""The report of a utility study: words that follow the figures, and what is not known said so."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from tiny_parts import TINY_CLASSES

from cosimgen_monai.reports.utility.page import utility_page
from cosimgen_monai.reports.utility.report import utility_summary
from cosimgen_monai.reports.utility.verdict import utility_verdict
from cosimgen_monai.utility import Arm, StudyResults
from cosimgen_monai.utility.results import ShareResults

ARMS = [Arm("real", 1.0), Arm("both", 0.5), Arm("rare", 0.5, mix="balanced")]
GROUPS = [f"patient-{i // 4}" for i in range(48)]
SETTINGS = {"image_size": 16, "steps": 10, "batch_size": 4, "num_seeds": 2, "generated_per_real": 1, "network": "UNet"}
SETTINGS |= {"generator_is_given": False}


def counts(quality: float, held: tuple[int, ...] = (1, 2, 3), number: int = len(GROUPS)) -> np.ndarray:
    """Counts of two seeds, of about a Dice."""
    rng = np.random.default_rng(0)
    found = np.zeros((2, number, 3, 4), np.int64)
    for i in held:
        found[:, :, 1:, i] = 1000
        found[:, :, 0, i] = 1000 * quality + rng.integers(-50, 50, (2, number))
    return found


def report_of(
    groups: list[str] = GROUPS, held: tuple[int, ...] = (1, 2, 3), generated: float = 0.63, **quality: float
) -> dict[str, Any]:
    source: Any = SimpleNamespace(name="tiny", group_name="patient", classes=TINY_CLASSES)
    presence = np.zeros((20, 4), np.uint8)
    presence[:, 1], presence[:8, 2], presence[:3, 3] = 1, 1, 1
    by_arm = {arm.name: counts(quality.get(arm.name, 0.7), held, len(groups)) for arm in ARMS}
    share = ShareResults(0.25, 5, presence, 20, by_arm, counts(generated, held, 20))
    return StudyResults(source, ARMS, groups, [share], 1, 500, 0, SETTINGS).report()


@pytest.mark.parametrize("real", [0.0, None])
@pytest.mark.parametrize("held", [(1, 2, 3), (1,)])
def test_what_cannot_be_divided_is_no_figure_and_the_report_is_still_written(
    real: float | None, held: tuple[int, ...]
) -> None:
    """A segmenter that finds nothing, or finds it in one patient of many; a generator that draws no tested class."""
    source: Any = SimpleNamespace(name="tiny", group_name="patient", classes=TINY_CLASSES)
    by_arm = {arm.name: counts(0.7, held) for arm in ARMS}
    for found in by_arm.values():
        found[:, :, 0] = 0
        if real is None:
            found[:, :1, 0] = 700  # in one slice of one patient: some resamples hold none
    drawn = counts(0.6, held, 20) if real is not None else np.zeros((2, 20, 3, 4), np.int64)
    for on_generated in (drawn, counts(0.6, held, 20)):
        share = ShareResults(0.1, 5, np.ones((20, 4), np.uint8), 20, by_arm, on_generated)
        report = StudyResults(source, ARMS, GROUPS, [share], 1, 500, 0, SETTINGS).report()
        json.dumps(report, allow_nan=False)
        assert "nan" not in utility_page(report).lower().replace("finance", "")
        assert words_of(report)


def words_of(report: dict[str, Any]) -> list[tuple[str, str]]:
    return [(mark, words) for mark, words in utility_verdict(report)]


def test_a_gain_a_loss_and_nothing_are_called_so() -> None:
    words = words_of(report_of(both=0.8, rare=0.6))
    assert words[0][0] == "good"
    assert "both reaches a mean Dice of 0.80" in words[0][1]
    assert "generated pairs help, +0.1" in words[0][1]
    assert words[1][0] == "bad"
    assert "make it worse" in words[1][1]
    assert words[2][0] == "bad"
    assert "rarest classes (aorta)" in words[2][1]
    assert "no gain can be shown, +0.000" in words_of(report_of())[0][1]


def test_the_ratio_is_held_against_its_target() -> None:
    good, bad = (next(w for w in words_of(report_of(generated=g)) if "keeps" in w[1]) for g in (0.63, 0.35))
    assert (good[0], bad[0]) == ("good", "bad")
    assert "keeps 0.90 of its held-out Dice" in good[1]
    assert "keeps 0.50" in bad[1]


def test_a_class_without_test_pixels_is_named_and_nothing_is_nan() -> None:
    report = report_of(held=(1, 2))
    assert report["not_held_out"] == ["aorta"]
    assert ("open", "No held-out pair holds aorta: nothing is said of them.") in words_of(report)
    json.dumps(report, allow_nan=False)
    page = utility_page(report)
    assert "nan" not in page.lower()
    assert "In no held-out pair, so without a figure: aorta." in page


def test_a_single_group_is_resampled_by_pair_and_that_is_said() -> None:
    report = report_of(groups=["one"] * 12)
    assert report["resampled"] == "pair"
    assert any("Only one patient is held out" in words for _, words in words_of(report))
    assert report_of()["resampled"] == "patient"


@pytest.mark.parametrize(
    ("num_seeds", "said"),
    [
        (1, "Each arm has one segmenter"),
        (2, "Each arm has only 2 segmenters, which makes the intervals wide: --num_seeds adds more of them."),
        (5, ""),
    ],
)
def test_few_segmenters_are_said_to_be_few(num_seeds: int, said: str) -> None:
    report = {**report_of(), "num_seeds": num_seeds}
    found = [words for mark, words in words_of(report) if mark == "open" and "segmenter" in words]
    assert [words.startswith(said) for words in found] == ([True] if said else [])
    assert ("of the one over the seeds" in utility_page(report)) == (num_seeds > 1)


def test_what_one_patient_alone_holds_is_in_no_mean_and_called_no_gain() -> None:
    source: Any = SimpleNamespace(name="tiny", group_name="patient", classes=TINY_CLASSES)
    presence = np.zeros((20, 4), np.uint8)
    presence[:, 1], presence[:8, 2], presence[:3, 3] = 1, 1, 1
    by_arm = {arm.name: counts(0.7) for arm in ARMS}
    by_arm["rare"][:, :, 0, 3] += 200  # aorta, the rarest class, gains where it is
    for found in by_arm.values():
        found[:, 4:, :, 3] = 0  # and it is in the first patient only
    share = ShareResults(0.25, 5, presence, 20, by_arm, counts(0.6, number=20))
    report = StudyResults(source, ARMS, GROUPS, [share], 1, 500, 0, SETTINGS).report()
    arm = report["shares"][0]["arms"]["rare"]
    assert report["held_out_with"] == {"liver": 12, "spleen": 12, "aorta": 1}
    assert report["shares"][0]["rare"] == ["spleen"]
    assert arm["difference"]["classes"]["aorta"]["value"] == pytest.approx(0.2)
    assert arm["difference"]["classes"]["aorta"]["low"] is None
    assert arm["difference"]["mean"]["value"] == 0
    assert not [words for mark, words in words_of(report) if mark == "good" and "generated pairs help" in words]
    assert ("open", "A single held-out patient holds aorta: in no mean, and without an interval.") in words_of(report)
    page = utility_page(report)
    assert "In one held-out patient alone, so in no mean: aorta." in page
    assert "<td>aorta</td><td>3</td><td>1</td>" in page


def test_no_interval_of_dice_leaves_what_dice_can_be() -> None:
    by_arm = report_of(real=0.96)["shares"][0]["arms"]  # two seeds: a wide interval
    for figure in (by_arm["real"]["dice"]["mean"], *by_arm["real"]["dice"]["classes"].values()):
        assert 0 <= figure["low"] < figure["value"] < figure["high"] <= 1
    assert 1 in [figure["high"] for figure in by_arm["real"]["dice"]["classes"].values()]


def test_a_mean_over_classes_is_known_no_better_than_the_class_that_fewest_patients_hold() -> None:
    source: Any = SimpleNamespace(name="tiny", group_name="patient", classes=TINY_CLASSES)
    presence = np.zeros((20, 4), np.uint8)
    presence[:, 1], presence[:8, 2], presence[:3, 3] = 1, 1, 1
    by_arm = {arm.name: counts(0.7) for arm in ARMS}
    by_arm["rare"][:, :4, 0, 3] += 60  # aorta, the rarest, is in two patients
    by_arm["rare"][:, 4:8, 0, 3] += 80
    for found in by_arm.values():
        found[:, 8:, :, 3] = 0
    share = ShareResults(0.25, 5, presence, 20, by_arm, counts(0.6, number=20))
    report = StudyResults(source, ARMS, GROUPS, [share], 1, 500, 0, SETTINGS).report()
    difference = report["shares"][0]["arms"]["rare"]["difference"]
    assert report["shares"][0]["rare"] == ["aorta"]
    assert difference["rare"] == difference["classes"]["aorta"]
    assert difference["rare"]["low"] < 0 < difference["rare"]["value"]


def test_where_each_class_is_in_one_patient_alone_nothing_is_said_and_all_is_written() -> None:
    report = report_of(groups=["one"])
    json.dumps(report, allow_nan=False)
    assert "nan" not in utility_page(report).lower().replace("finance", "")
    assert "real against" not in utility_summary(report)
    assert "nothing can be said, since no class is held by two held-out groups" in words_of(report)[0][1]


def test_a_segmenter_that_finds_nothing_with_one_seed_gives_no_interval_and_no_nan() -> None:
    source: Any = SimpleNamespace(name="tiny", group_name="patient", classes=TINY_CLASSES)
    by_arm = {arm.name: counts(0.7) for arm in ARMS}
    by_arm["real"][0, :, 0] = 0
    share = ShareResults(0.25, 5, np.ones((20, 4), np.uint8), 20, by_arm, counts(0.6, number=20))
    report = StudyResults(source, ARMS, GROUPS, [share], 1, 500, 0, SETTINGS).report()
    json.dumps(report, allow_nan=False)
    assert report["shares"][0]["on_generated"]["ratio"]["low"] is None


def test_the_page_says_how_many_pairs_of_a_batch_are_real() -> None:
    page = utility_page(report_of())
    assert "<td>real</td><td>4 of 4</td>" in page
    assert "<td>both</td><td>2 of 4</td>" in page


def test_no_group_is_named_in_what_is_written() -> None:
    report = report_of()
    for text in (json.dumps(report), utility_page(report), utility_summary(report)):
        assert "patient-" not in text


def test_the_table_holds_every_arm_and_class() -> None:
    lines = utility_summary(report_of(both=0.8)).splitlines()
    both = next(line for line in lines if line.startswith("  both"))
    assert "0.799" in both or "0.800" in both
    assert [line.split()[0] for line in lines if line.startswith("  ")] == [
        "arm",
        "real",
        "both",
        "rare",
        "class",
        "liver",
        "spleen",
        "aorta",
    ]
