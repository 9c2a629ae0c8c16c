"""Requests: what somebody asked for, one row a sample, each with its own seed."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.prompts.reading import read_prompt
from cosimgen_monai.prompts.writing import TEMPLATE, write_prompt
from cosimgen_monai.settings import check_counts, derive_seed

logger = logging.getLogger(__name__)

Wish = tuple[str, tuple[int, ...], str]
"""A prompt, the ids of the classes that it asks for, and what drives the model: ``text``, ``classes`` or ``both``."""


@dataclass(frozen=True)
class Request:
    """One sample to draw.

    Attributes:
        index: number of the sample in its run.
        prompt: the prompt, as asked, or as the classes read in words.
        asked: ids of the classes asked for.
        by: what drives the model: ``text``, ``classes`` or ``both``.
        seed: the sample's own seed.
    """

    index: int
    prompt: str
    asked: tuple[int, ...]
    by: str
    seed: int


def plan_requests(
    classes: ClassTable,
    num_samples: int,
    seed: int,
    prompts: Any = None,
    class_names: Any = None,
    class_sets: Sequence[tuple[int, ...]] = (),
    template: str = TEMPLATE,
) -> list[Request]:
    """Plan the samples of a run; wishes take turns until there are ``num_samples``.

    Args:
        classes: the model's classes.
        num_samples: number of samples.
        seed: seed of the run; each sample's seed is derived from it and the sample's number.
        prompts: a prompt, a list of prompts, or a text file of one prompt a line.
        class_names: a list of lists of class names. With prompts too, the n-th list goes with the n-th prompt.
        class_sets: class sets to draw from at random where neither is given.
        template: the prompt's template for requests by class.

    Raises:
        ValueError: if a prompt or class names nothing the model knows, the two contradict each other, or the number
            of samples is not positive, or there is nothing to draw from.
    """
    check_counts(num_samples=num_samples)
    wishes = _wishes(classes, _as_prompts(prompts), _as_class_lists(class_names), template)
    if not wishes:
        if not class_sets:
            raise ValueError("There is nothing to ask for: give `prompts` or `classes`; no class sets are known.")
        rng = np.random.default_rng(derive_seed("class sets", seed))
        drawn = [class_sets[i] for i in rng.integers(len(class_sets), size=num_samples)]
        wishes = [(write_prompt(ids, classes, template), ids, "classes") for ids in drawn]
    if len(wishes) > num_samples:
        raise ValueError(
            f"{len(wishes)} prompts or class lists need --num_samples {len(wishes)} at least, got {num_samples}."
        )
    turns = [wishes[i % len(wishes)] for i in range(num_samples)]
    return [
        Request(i, prompt, asked, by, derive_seed("sample", seed, i)) for i, (prompt, asked, by) in enumerate(turns)
    ]


def fingerprint(requests: Sequence[Request]) -> str:
    """Return the SHA-256 of a run's requests: a prompt file that changed is another run."""
    return hashlib.sha256(repr(list(requests)).encode()).hexdigest()


def requests_of_sets(
    class_sets: Sequence[tuple[int, ...]], classes: ClassTable, num_samples: int, seed: int, template: str = TEMPLATE
) -> list[Request]:
    """Draw class sets at random and ask for each by class and by text in turn, for validation and evaluation."""
    drawn = plan_requests(classes, num_samples, seed, class_sets=class_sets, template=template)
    return [Request(r.index, r.prompt, r.asked, ("classes", "text")[r.index % 2], r.seed) for r in drawn]


def _wishes(classes: ClassTable, prompts: list[str], class_lists: list[list[str]], template: str) -> list[Wish]:
    if not prompts:
        asked = [classes.ids_of(names) for names in class_lists]
        return [(write_prompt(ids, classes, template), ids, "classes") for ids in asked]
    if not class_lists:
        asked = [read_prompt(prompt, classes) for prompt in prompts]
        for prompt, ids in zip(prompts, asked, strict=True):
            logger.info("%r asks for: %s", prompt, ", ".join(classes.names_of(ids)))
        return [(prompt, ids, "text") for prompt, ids in zip(prompts, asked, strict=True)]
    if len(prompts) != len(class_lists):
        raise ValueError(
            f"`prompts` ({len(prompts)}) and `classes` ({len(class_lists)}) go together one by one; "
            "give as many of each, or only one of the two."
        )
    return [
        (prompt, _agreed(prompt, names, classes), "both") for prompt, names in zip(prompts, class_lists, strict=True)
    ]


def _agreed(prompt: str, names: list[str], classes: ClassTable) -> tuple[int, ...]:
    """Return the classes of a request that has both; the words may leave a class out, but not add one."""
    asked = classes.ids_of(names)
    extra = set(read_prompt(prompt, classes)) - set(asked)
    if extra:
        raise ValueError(
            f"The prompt {prompt!r} and the classes {names} contradict each other: the prompt also names "
            f"{list(classes.names_of(sorted(extra)))}."
        )
    return asked


def _as_prompts(prompts: Any) -> list[str]:
    """Understand the ``prompts`` key: nothing, one prompt, a list, or a text file."""
    if prompts is None:
        return []
    if isinstance(prompts, str):
        file = Path(prompts) if prompts.endswith(".txt") else None
        if file is not None and not file.is_file():
            raise ValueError(f"The prompt file {file} does not exist.")
        prompts = [line for line in file.read_text("utf-8").splitlines() if line.strip()] if file else [prompts]
        if not prompts:
            raise ValueError(f"The prompt file {file} holds no prompt: write one a line.")
    if not isinstance(prompts, (list, tuple)) or not prompts or not all(isinstance(p, str) for p in prompts):
        raise ValueError(f"`prompts` must be a prompt, a list of prompts or a .txt file of them, got {prompts!r}.")
    return list(prompts)


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
