"""Ids for nnU-Net by its documented rules: background 0, consecutive, ``ignore`` last."""

from __future__ import annotations

import numpy as np
import pytest

from cosimgen_monai.codec import VOID, ClassTable
from cosimgen_monai.export import NnUNetLabels


@pytest.mark.parametrize("has_void", [False, True])
@pytest.mark.parametrize("background", [None, 0, 2])
@pytest.mark.parametrize("num_classes", [2, 5, 254, 255])
def test_nnunets_rules_hold(num_classes: int, background: int | None, has_void: bool) -> None:
    if background == 2 and num_classes == 2:
        pytest.skip("no such class")
    classes = ClassTable([f"class {i}" for i in range(num_classes)], background, has_void)
    labels = NnUNetLabels(classes)
    ids = list(labels.names.values())
    assert labels.names["background"] == 0
    assert ids == list(range(len(ids)))
    drawn = np.array([[*range(num_classes), *([VOID] if has_void else [])]], np.uint8)
    written = labels(drawn)[0]
    for class_id in classes.objects:
        assert written[class_id] == labels.names[f"class {class_id}"] > 0
    if background is not None:
        assert written[background] == 0
    if has_void:
        assert written[-1] == labels.names["ignore"] == max(ids)
    assert len(set(written.tolist())) == drawn.size  # no two classes become one


def test_ids_of_a_table_with_background_0_stay() -> None:
    labels = NnUNetLabels(ClassTable(("background", "cat", "dog"), 0, has_void=True))
    assert labels.names == {"background": 0, "cat": 1, "dog": 2, "ignore": 3}
    written = labels(np.array([[0, 1, 2, VOID]], np.uint8))
    assert written.tolist() == [[0, 1, 2, 3]]
    assert written.dtype == np.uint8


def test_names_that_nnunet_keeps_for_itself_are_marked() -> None:
    labels = NnUNetLabels(ClassTable(("background", "ignore"), None, has_void=True))
    assert labels.names == {"background": 0, "background (class)": 1, "ignore (class)": 2, "ignore": 3}
