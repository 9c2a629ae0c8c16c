"""The plan of a run in words: what was understood of each prompt, before anything is drawn."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.prompts.reading import shortened, understand
from cosimgen_monai.prompts.requests import Request

logger = logging.getLogger(__name__)

MAX_LINES = 20


def describe_plan(
    requests: Sequence[Request], classes: ClassTable, class_sets: Sequence[tuple[int, ...]] = ()
) -> list[str]:
    """Return a run's plan as lines: each wish with its number of samples, then each class with its own.

    Args:
        requests: the run's samples.
        classes: the model's classes.
        class_sets: class sets of the training images; wishes for company that none of them holds are marked.
    """
    wishes = Counter(replace(request, index=0, seed=0) for request in requests)
    known = set(class_sets)
    lines = [f"{len(requests)} sample(s), {len(wishes)} wish(es):"]
    for wish, count in list(wishes.items())[:MAX_LINES]:
        asks_for = ", ".join(classes.names_of(wish.asked))
        words = "" if wish.by == "classes" and not wish.refused else f"{shortened(wish.prompt)!r} "
        notes = wish_notes(wish, classes, known)
        lines.append("; ".join([f"  {count} × {words}(by {wish.by}) asks for {asks_for}", *notes]))
    if len(wishes) > MAX_LINES:
        lines.append(f"  and {len(wishes) - MAX_LINES} more wishes, all in the manifest")
    samples = Counter(class_id for request in requests for class_id in request.asked)
    named = (f"{classes.names[i]} {count}" for i, count in samples.most_common())
    return [*lines, f"  samples by class: {', '.join(named)}"]


def wish_notes(request: Request, classes: ClassTable, class_sets: Iterable[tuple[int, ...]] = ()) -> list[str]:
    """Return what to know of a request beside what it asks for: refused classes, rare company, slips of the pen.

    Args:
        request: the request.
        classes: the model's classes.
        class_sets: class sets of the training images; none is known where it is empty.
    """
    notes = []
    if request.refused:
        refused = ", ".join(classes.names_of(request.refused))
        notes.append(f"not for {refused} (by class, since a text encoder takes no negation)")
    known = [set(ids) for ids in class_sets]
    if known and not any(ids >= set(request.asked) for ids in known):
        notes.append("no training image holds these together")
    elif known and set(request.asked) not in known and request.by == "classes":
        notes.append("training images hold these with others only: ask for those too, or in words")
    reads_words = request.by != "classes" or request.refused
    slips = understand(request.prompt, classes).slips if reads_words else ()
    return notes + [f"{word!r} names no class, nearest: {near!r}" for word, near in slips]


def show_plan(requests: Sequence[Request], classes: ClassTable, class_sets: Sequence[tuple[int, ...]] = ()) -> None:
    """Say what is going to be drawn, see :func:`describe_plan`."""
    logger.info("The plan: %s", "\n".join(describe_plan(requests, classes, class_sets)))
