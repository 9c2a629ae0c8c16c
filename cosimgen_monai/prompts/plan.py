"""The plan of a run in words: what was understood of each prompt, before anything is drawn."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence

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
    wishes = Counter((request.prompt, request.asked, request.refused, request.by) for request in requests)
    known = [set(ids) for ids in set(class_sets)]
    lines = [f"{len(requests)} sample(s), {len(wishes)} wish(es):"]
    for (prompt, asked, refused, by), count in list(wishes.items())[:MAX_LINES]:
        asks_for = ", ".join(classes.names_of(asked))
        words = "" if by == "classes" and not refused else f"{shortened(prompt)!r} "
        line = f"  {count} × {words}(by {by}) asks for {asks_for}"
        if refused:
            line += f"; not for {', '.join(classes.names_of(refused))}"
            line += " (by class, since a text encoder takes no negation)"
        if known and not any(ids >= set(asked) for ids in known):
            line += "; no training image holds these together"
        for word, near in understand(prompt, classes).slips if by != "classes" or refused else ():
            line += f"; {word!r} names no class, nearest: {near!r}"
        lines.append(line)
    if len(wishes) > MAX_LINES:
        lines.append(f"  and {len(wishes) - MAX_LINES} more wishes, all in the manifest")
    samples = Counter(class_id for request in requests for class_id in request.asked)
    named = (f"{classes.names[i]} {count}" for i, count in samples.most_common())
    return [*lines, f"  samples by class: {', '.join(named)}"]


def show_plan(requests: Sequence[Request], classes: ClassTable, class_sets: Sequence[tuple[int, ...]] = ()) -> None:
    """Say what is going to be drawn, see :func:`describe_plan`."""
    logger.info("The plan: %s", "\n".join(describe_plan(requests, classes, class_sets)))
