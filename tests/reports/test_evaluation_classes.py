"""Floors of the figures by class: the same entries as the figure beside them."""

from __future__ import annotations

import numpy as np
import pytest

from cosimgen_monai.reports.evaluation.by_class import _agreement_floor, co_occurrence_figures

FIRST = np.array([[1, 1, 0], [1, 0, 1]])
SECOND = np.array([[1, 1, 1], [0, 1, 0]])
REAL = np.concatenate([FIRST, SECOND])


def test_the_co_occurrence_floor_is_over_the_entries_of_its_figure() -> None:
    found = co_occurrence_figures(["a", "b", "c"], REAL, np.array([[1, 1, 0], [1, 0, 0]]), FIRST, SECOND)
    assert found["never_drawn"] == ["c"]
    # rows a and b remain. Real: b 2/3, c 2/3 given a; a 2/3, c 1/3 given b
    assert found["mean_absolute_difference"] == pytest.approx((1 / 6 + 2 / 3 + 1 / 3 + 1 / 3) / 4)
    # halves: b 1/2 and 1, c 1/2 and 1 given a; a 1 and 1/2, c 0 and 1/2 given b
    assert found["floor"] == pytest.approx(1 / 2)


def test_a_half_without_a_class_has_no_co_occurrence_floor() -> None:
    found = co_occurrence_figures(["a", "b", "c"], REAL, REAL, FIRST[:1], np.concatenate([FIRST[1:], SECOND]))
    assert found["mean_absolute_difference"] == 0
    assert (found["floor"], found["floor_lacks"]) == (None, ["c"])


def test_a_half_without_a_class_has_no_agreement_floor() -> None:
    agreed = {"classes": {"a": {"difference": 1.0}, "b": {"difference": 2.0}, "c": {"difference": None}}}
    halves = {"classes": {"a": {"difference": 0.5}, "b": {"difference": None}, "c": {"difference": None}}}
    assert _agreement_floor(agreed, halves) == {"floor": None, "floor_lacks": ["b"]}
    halves["classes"]["b"] = {"difference": 1.5}
    assert _agreement_floor(agreed, halves) == {"floor": 1.0, "floor_lacks": []}
