"""Wishes: what somebody asked for, in words or by class, before it becomes samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.prompts.prompt_file import SUFFIXES, Asked, read_prompt_file
from cosimgen_monai.prompts.reading import Reading, shortened, understand
from cosimgen_monai.prompts.writing import write_prompt


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asked for once; attributes as of :class:`Request`, and how often, where that was said."""

    prompt: str
    asked: tuple[int, ...]
    by: str
    refused: tuple[int, ...] = ()
    count: int | None = None


def read_wishes(classes: ClassTable, prompts: Any, class_names: Any, template: str) -> list[Wish]:
    """Understand the keys ``prompts`` and ``classes``; see :func:`plan_requests`.

    Raises:
        ValueError: if a prompt or class names nothing the model knows, or the two contradict each other.
    """
    return _side_by_side(classes, _as_prompts(prompts), _as_class_lists(class_names), template)


def _side_by_side(classes: ClassTable, prompts: list[Asked], class_lists: list[list[str]], template: str) -> list[Wish]:
    if not prompts:
        asked = [classes.ids_of(names) for names in class_lists]
        return [Wish(write_prompt(ids, classes, template), ids, "classes") for ids in asked]
    readings = {prompt: understand(prompt, classes) for prompt, _ in prompts}
    if not class_lists:
        return [
            Wish(prompt, readings[prompt].asked, _driver(readings[prompt], "text"), readings[prompt].refused, count)
            for prompt, count in prompts
        ]
    if len(prompts) != len(class_lists):
        raise ValueError(
            f"`prompts` ({len(prompts)}) and `classes` ({len(class_lists)}) go together one by one; "
            "give as many of each, or only one of the two."
        )
    return [
        Wish(
            prompt,
            _agreed(prompt, readings[prompt], names, classes),
            _driver(readings[prompt], "both"),
            readings[prompt].refused,
            count,
        )
        for (prompt, count), names in zip(prompts, class_lists, strict=True)
    ]


def _driver(reading: Reading, by: str) -> str:
    """Return what drives the model: the classes alone where some are refused, since "no spleen" embeds as a spleen."""
    return "classes" if reading.refused else by


def _agreed(prompt: str, reading: Reading, names: list[str], classes: ClassTable) -> tuple[int, ...]:
    """Return the classes of a request that has both; the words may leave a class out, but not add or refuse one."""
    asked = classes.ids_of(names)
    for ids, does in ((set(reading.asked) - set(asked), "also names"), (set(reading.refused) & set(asked), "refuses")):
        if ids:
            raise ValueError(
                f"The prompt {shortened(prompt)!r} and the classes {names} contradict each other: the prompt {does} "
                f"{list(classes.names_of(sorted(ids)))}."
            )
    return asked


def _as_prompts(prompts: Any) -> list[Asked]:
    """Understand the ``prompts`` key: nothing, one prompt, a list, or a file."""
    if prompts is None:
        return []
    if isinstance(prompts, str) and prompts.lower().endswith(SUFFIXES):
        return read_prompt_file(prompts)
    if isinstance(prompts, str):
        prompts = [prompts]
    if not isinstance(prompts, (list, tuple)) or not prompts or not all(isinstance(p, str) for p in prompts):
        raise ValueError(
            f"`prompts` must be a prompt, a list of prompts or a {', '.join(SUFFIXES)} file of them, got {prompts!r}."
        )
    return [(prompt, None) for prompt in prompts]


def _as_class_lists(class_names: Any) -> list[list[str]]:
    """Understand the ``classes`` key: nothing, one list of names, or a list of such lists."""
    if class_names is None:
        return []
    if isinstance(class_names, (list, tuple)) and class_names and all(isinstance(n, str) for n in class_names):
        class_names = [class_names]
    ok = isinstance(class_names, (list, tuple)) and all(
        isinstance(names, (list, tuple)) and names and all(isinstance(n, str) for n in names) for names in class_names
    )
    if not ok or not class_names:
        raise ValueError(f"`classes` must be a list of lists of class names, got {class_names!r}.")
    return [list(names) for names in class_names]
