"""A JSON file of class names: what the values, colours or mask files of somebody's own labels mean.

The shortest form lists the names; class ``i`` is stored as the value ``i``::

    {"classes": ["background", "liver", "spleen"], "background": "background"}

Each class may instead say how masks store it, all of them in the same one of three ways: ``value`` (a grey value,
palette index or voxel), ``colour`` (``"#6EC1E4"`` or ``[110, 193, 228]``), or ``mask`` (the name of its own mask file,
where every class has one)::

    {"classes": [{"name": "road", "colour": "#6EC1E4"}, {"name": "building", "colour": "#3C1098"}], "void": ["#000000"]}
    {"classes": ["background", {"name": "right kidney", "mask": "kidney_right"}], "background": "background"}

``background`` names the class that stands for nothing of interest; leave it out where every class is an object.
``void`` lists values or colours of pixels that belong to no class (unlabelled, ignored). Of mask files that overlap,
the class listed later wins; pixels in none are background, which such a list must have.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cosimgen_monai.codec import VOID, ClassTable
from cosimgen_monai.data.readers.readable import check_readable
from cosimgen_monai.prompts.vocabulary import check_spoken
from cosimgen_monai.settings import nearest_names

Colour = tuple[int, int, int]
_KINDS = ("value", "colour", "mask")


@dataclass(frozen=True)
class ClassFile:
    """The classes, and how labels store them.

    Attributes:
        classes: names, background and void.
        values: id (or ``VOID``) of each stored value; empty where labels are stored otherwise.
        colours: id (or ``VOID``) of each colour; empty where labels are stored otherwise.
        masks: id of each mask file's name; empty where labels are stored otherwise.
    """

    classes: ClassTable
    values: dict[int, int]
    colours: dict[Colour, int]
    masks: dict[str, int]

    def to_json(self) -> dict[str, Any]:
        """Return what decides how a label is read."""
        colours = [[*colour, i] for colour, i in self.colours.items()]
        return {"values": list(self.values.items()), "colours": colours, "masks": list(self.masks.items())}


def read_class_file(path: Path, one_mask_a_class: bool = False) -> ClassFile:
    """Read a class file.

    Args:
        path: the file.
        one_mask_a_class: whether every class has a mask file of its own.

    Raises:
        FileNotFoundError: if it is missing.
        PermissionError: if it may not be read.
        ValueError: naming the file and what is wrong in it.
    """
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is missing: a JSON file that names the classes, such as "
            '{"classes": ["background", "liver"], "background": "background"}. Write it, or name it with --class_file.'
        )
    check_readable(path)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is no valid JSON: {error}.") from error
    try:
        return _parse(content, one_mask_a_class)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path}: {error}") from error


def _parse(content: Any, one_mask_a_class: bool) -> ClassFile:
    known = {"classes", "background", "void"}
    if not isinstance(content, dict) or not isinstance(content.get("classes"), list):
        raise ValueError('expected an object with "classes", a list of names.')
    if unknown := sorted(content.keys() - known):
        raise ValueError(f"unknown key {unknown[0]!r}; {nearest_names(unknown[0], known)}.")
    rows = [{"name": row} if isinstance(row, str) else row for row in content["classes"]]
    for row in rows:
        if not isinstance(row, dict) or not isinstance(row.get("name"), str) or row.keys() - {"name", *_KINDS}:
            raise ValueError(f'a class is a name or {{"name": …}} with one of {", ".join(_KINDS)}; got {row!r}.')
    names = tuple(row["name"] for row in rows)
    background = content.get("background")
    if background is not None and background not in names:
        raise ValueError(f'"background" is {background!r}, which is no class; {nearest_names(str(background), names)}.')
    void = content.get("void", [])
    if not isinstance(void, list):
        raise ValueError(f'"void" must be a list of values or colours, got {void!r}.')
    kind = _kind(rows, one_mask_a_class)
    index = None if background is None else names.index(background)
    classes = ClassTable(names, background=index, has_void=bool(void))
    check_spoken(classes)
    if kind == "mask":
        return ClassFile(classes, {}, {}, _masks(rows, index, void))
    read = _colour if kind == "colour" else _value
    stored = [row.get(kind, i) for i, row in enumerate(rows)]
    table = _table([read(value) for value in stored], [read(value) for value in void])
    return ClassFile(classes, *((table, {}) if kind == "value" else ({}, table)), {})


def _kind(rows: list[dict[str, Any]], one_mask_a_class: bool) -> str:
    """Return how the classes are stored, or raise where they differ in it or from where the labels lie."""
    given = {kind for row in rows for kind in _KINDS if kind in row}
    if len(given) > 1:
        raise ValueError(f"classes are stored in one way, but these give {' and '.join(sorted(given))}.")
    if one_mask_a_class:
        if given - {"mask"}:
            raise ValueError(f"classes give a {given.pop()}, but `labels` names one mask file a class ({{class}}).")
        return "mask"
    if given == {"mask"}:
        raise ValueError("classes give a mask file each, so `labels` must hold {class} where its name stands.")
    kind = next(iter(given), "value")
    lacking = [row["name"] for row in rows if given and kind not in row]
    if lacking:
        raise ValueError(f"class {lacking[0]!r} lacks its {kind}: give it for every class, or for none.")
    return kind


def _masks(rows: list[dict[str, Any]], background: int | None, void: list[Any]) -> dict[str, int]:
    if background is None:
        raise ValueError('mask files leave pixels in no class: name one class as the "background".')
    if void:
        raise ValueError('"void" has no meaning where every class has a mask file; leave it out.')
    masks = [row.get("mask", row["name"]) for row in rows]
    doubled = sorted({mask for mask in masks if masks.count(mask) > 1})
    if doubled:
        raise ValueError(f"mask {doubled[0]!r} is given to more than one class.")
    return {mask: i for i, mask in enumerate(masks) if i != background}


def _table(stored: list[Any], void: list[Any]) -> dict[Any, int]:
    both = stored + void
    doubled = [value for value in both if both.count(value) > 1]
    if doubled:
        raise ValueError(f"{doubled[0]} is given to more than one class or to the void.")
    return {**{value: i for i, value in enumerate(stored)}, **dict.fromkeys(void, VOID)}


def _value(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"a value is a whole number, got {value!r}.")
    return value


def _colour(value: Any) -> Colour:
    if isinstance(value, str) and (match := re.fullmatch(r"#?([0-9a-fA-F]{6})", value)):
        red, green, blue = bytes.fromhex(match[1])
        return red, green, blue
    if isinstance(value, list) and len(value) == 3 and all(isinstance(v, int) and 0 <= v <= 255 for v in value):
        return value[0], value[1], value[2]
    raise ValueError(f'a colour is "#RRGGBB" or three numbers of 0 to 255, got {value!r}.')
