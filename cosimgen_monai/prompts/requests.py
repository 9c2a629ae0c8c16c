"""Requests: what somebody asked for, one row a sample, each with its own seed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.prompts.mix import draw_mix
from cosimgen_monai.prompts.wishes import Wish, read_wishes
from cosimgen_monai.prompts.writing import TEMPLATE, write_prompt
from cosimgen_monai.settings import check_counts, derive_seed

DEFAULT_NUM_SAMPLES = 16


@dataclass(frozen=True, slots=True)
class Request:
    """One sample to draw.

    Attributes:
        index: number of the sample in its run.
        prompt: the prompt, as asked, or as the classes read in words.
        asked: ids of the classes asked for.
        by: what drives the model: ``text``, ``classes`` or ``both``.
        seed: the sample's own seed.
        refused: ids of the classes that the prompt does not want.
    """

    index: int
    prompt: str
    asked: tuple[int, ...]
    by: str
    seed: int
    refused: tuple[int, ...] = ()


def plan_requests(
    classes: ClassTable,
    num_samples: int | None,
    seed: int,
    prompts: Any = None,
    class_names: Any = None,
    class_sets: Sequence[tuple[int, ...]] = (),
    template: str = TEMPLATE,
    mix: Any = None,
) -> list[Request]:
    """Plan the samples of a run.

    Wishes with counts come as often as they say, one after the other; wishes without take turns until there are
    ``num_samples``; a mix is drawn.

    Args:
        classes: the model's classes.
        num_samples: number of samples; ``None`` for what the prompt file's counts sum to, else 16.
        seed: seed of the run; each sample's seed is derived from it and the sample's number.
        prompts: a prompt, a list of prompts, or a file of them (:func:`read_prompt_file`).
        class_names: a list of lists of class names. With prompts too, the n-th list goes with the n-th prompt.
        class_sets: class sets of the training images, each as often as it occurred.
        template: the prompt's template for requests by class.
        mix: see :func:`draw_mix`; ``None`` where prompts or classes are given, else ``training``.

    Raises:
        ValueError: if a prompt or class names nothing the model knows, the wishes contradict each other or the number
            of samples, that number is not positive, or there is nothing to draw from.
    """
    if num_samples is not None:
        check_counts(num_samples=num_samples)
    wishes = read_wishes(classes, prompts, class_names, template)
    if wishes and mix is not None:
        raise ValueError("`mix` and `prompts` or `classes` both say what to draw: give one of them.")
    number = DEFAULT_NUM_SAMPLES if num_samples is None else num_samples
    if any(wish.count is not None for wish in wishes):
        turns = _by_count(wishes, num_samples)
    elif wishes:
        turns = _in_turn(wishes, number)
    elif mix is None and not class_sets:
        raise ValueError("There is nothing to ask for: give `prompts` or `classes`; no class sets are known.")
    else:
        sets = draw_mix("training" if mix is None else mix, classes, class_sets, number, seed)
        wish_of = {ids: Wish(write_prompt(ids, classes, template), ids, "classes") for ids in sets}
        turns = [wish_of[ids] for ids in sets]
    return [
        Request(i, wish.prompt, wish.asked, wish.by, derive_seed("sample", seed, i), wish.refused)
        for i, wish in enumerate(turns)
    ]


def _by_count(wishes: list[Wish], num_samples: int | None) -> list[Wish]:
    turns = [wish for wish in wishes for _ in range(1 if wish.count is None else wish.count)]
    if num_samples not in (None, len(turns)):
        raise ValueError(
            f"The prompt file's counts sum to {len(turns)} samples, but `num_samples` is {num_samples}: leave one out."
        )
    return turns


def _in_turn(wishes: list[Wish], num_samples: int) -> list[Wish]:
    if len(wishes) > num_samples:
        raise ValueError(
            f"{len(wishes)} prompts or class lists need --num_samples {len(wishes)} at least, got {num_samples}."
        )
    return [wishes[i % len(wishes)] for i in range(num_samples)]


def fingerprint(requests: Sequence[Request]) -> str:
    """Return the SHA-256 of a run's requests: a prompt file that changed is another run."""
    digest = hashlib.sha256()
    for request in requests:
        digest.update(repr(request).encode())
    return digest.hexdigest()


def requests_of_sets(
    class_sets: Sequence[tuple[int, ...]], classes: ClassTable, num_samples: int, seed: int, template: str = TEMPLATE
) -> list[Request]:
    """Draw class sets at random and ask for each by class and by text in turn, for validation and evaluation."""
    drawn = plan_requests(classes, num_samples, seed, class_sets=class_sets, template=template)
    return [Request(r.index, r.prompt, r.asked, ("classes", "text")[r.index % 2], r.seed) for r in drawn]
