"""The JSON file of class names: what it may say, and what is wrong in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cosimgen_monai.codec import VOID
from cosimgen_monai.data.folder.class_file import read_class_file


def write(folder: Path, content: Any) -> Path:
    path = folder / "classes.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


def test_names_alone_are_values_from_zero(tmp_path: Path) -> None:
    read = read_class_file(write(tmp_path, {"classes": ["nothing", "liver"], "background": "nothing"}))
    assert (read.classes.names, read.classes.background, read.classes.has_void) == (("nothing", "liver"), 0, False)
    assert read.values == {0: 0, 1: 1}


def test_values_and_void(tmp_path: Path) -> None:
    rows = [{"name": "liver", "value": 21}, {"name": "fat", "value": 12}]
    read = read_class_file(write(tmp_path, {"classes": rows, "void": [255, 0]}))
    assert read.values == {21: 0, 12: 1, 255: VOID, 0: VOID}
    assert read.classes.has_void
    assert read.classes.background is None


def test_colours_in_either_form(tmp_path: Path) -> None:
    rows = [{"name": "road", "colour": "#6EC1E4"}, {"name": "water", "colour": [226, 169, 41]}]
    read = read_class_file(write(tmp_path, {"classes": rows, "void": ["000000"]}))
    assert read.colours == {(110, 193, 228): 0, (226, 169, 41): 1, (0, 0, 0): VOID}
    assert not read.values


def test_masks_are_named_after_their_classes_or_otherwise(tmp_path: Path) -> None:
    rows = ["background", "liver", {"name": "right kidney", "mask": "kidney_right"}]
    read = read_class_file(write(tmp_path, {"classes": rows, "background": "background"}), one_mask_a_class=True)
    assert read.masks == {"liver": 1, "kidney_right": 2}


TWO = ["background", "liver"]
FAULTS: dict[str, tuple[Any, bool, str]] = {
    "no JSON": ("{'classes': []}", False, r"classes\.json is no valid JSON: "),
    "a list": (TWO, False, r'classes\.json: expected an object with "classes", a list of names'),
    "a mistyped key": ({"classes": TWO, "backgruond": "x"}, False, r"unknown key 'backgruond'; nearest: 'background'"),
    "one class": ({"classes": ["liver"]}, False, r"classes\.json: A class table holds 2 to 255 classes, got 1"),
    "a name twice": ({"classes": ["liver", "liver"]}, False, r"given more than once: \['liver'\]"),
    "names that differ by a line": (
        {"classes": ["background", "a_b", "a b"], "background": "background"},
        False,
        r"Classes 'a_b' and 'a b' read the same in a prompt, 'a b': rename one",
    ),
    "names that differ by a capital": (
        {"classes": ["liver", "Liver"]},
        False,
        r"Classes 'liver' and 'Liver' read the same",
    ),
    "names that differ by where the side stands": (
        {"classes": ["kidney_left", "left kidney"]},
        False,
        r"Classes 'kidney_left' and 'left kidney' read the same in a prompt, 'left kidney'",
    ),
    "a name without a word": ({"classes": ["a", "+"]}, False, r"Class '\+' holds no letter or digit"),
    "no such background": (
        {"classes": TWO, "background": "back"},
        False,
        r"\"background\" is 'back', which is no class",
    ),
    "a nameless class": ({"classes": ["a", {"value": 1}]}, False, r"a class is a name or .*got \{'value': 1\}"),
    "an unknown word": (
        {"classes": ["a", {"name": "b", "color": "#000000"}]},
        False,
        r"with one of value, colour, mask",
    ),
    "two ways": (
        {"classes": [{"name": "a", "value": 1}, {"name": "b", "colour": "#000000"}]},
        False,
        r"stored in one way, but these give colour and value",
    ),
    "a value less": ({"classes": [{"name": "a", "value": 1}, "b"]}, False, r"class 'b' lacks its value"),
    "a value twice": (
        {"classes": [{"name": "a", "value": 1}, {"name": "b", "value": 1}]},
        False,
        r"1 is given to more than one class or to the void",
    ),
    "a class that is void": ({"classes": TWO, "void": [1]}, False, r"1 is given to more than one class or to the void"),
    "a value in words": (
        {"classes": [{"name": "a", "value": "one"}, {"name": "b", "value": 1}]},
        False,
        "whole number",
    ),
    "no colour": (
        {"classes": [{"name": "a", "colour": "red"}, {"name": "b", "colour": "#000000"}]},
        False,
        r'a colour is "#RRGGBB" or three numbers of 0 to 255, got \'red\'',
    ),
    "a void that is no list": ({"classes": TWO, "void": 255}, False, r'"void" must be a list'),
    "masks without {class}": (
        {"classes": ["a", {"name": "b", "mask": "b"}], "background": "a"},
        False,
        r"classes give a mask file each, so `labels` must hold \{class\}",
    ),
    "values with {class}": (
        {"classes": [{"name": "a", "value": 0}, {"name": "b", "value": 1}], "background": "a"},
        True,
        r"classes give a value, but `labels` names one mask file a class \(\{class\}\)",
    ),
    "masks without background": (
        {"classes": TWO},
        True,
        r"leave pixels in no class: name one class as the \"background\"",
    ),
    "masks with void": ({"classes": TWO, "background": "background", "void": [255]}, True, r'"void" has no meaning'),
    "a mask twice": (
        {"classes": [*TWO, {"name": "b", "mask": "liver"}], "background": "background"},
        True,
        r"mask 'liver' is given to more than one class",
    ),
}


@pytest.mark.parametrize("what", FAULTS)
def test_a_wrong_class_file_is_named(tmp_path: Path, what: str) -> None:
    content, one_mask_a_class, message = FAULTS[what]
    with pytest.raises(ValueError, match=message) as caught:
        read_class_file(write(tmp_path, content), one_mask_a_class)
    assert str(tmp_path / "classes.json") in str(caught.value)


def test_a_missing_class_file_says_what_one_looks_like(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"classes\.json is missing: .*\"classes\": \[.*--class_file"):
        read_class_file(tmp_path / "classes.json")
