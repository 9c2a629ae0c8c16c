"""Reading a prompt: which classes its words name."""

from __future__ import annotations

import logging

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.prompts.vocabulary import ordinary, phrases_of, words
from cosimgen_monai.settings import nearest_names

logger = logging.getLogger(__name__)
NEGATIONS = {"no", "not", "without", "excluding", "lacking"}
_CARRY_ON = {"and", "or", "nor"}
_ARTICLES = {"a", "an", "any", "the"}


def read_prompt(prompt: str, classes: ClassTable) -> tuple[int, ...]:
    """Return the ids of the classes that a prompt asks for, in ascending order.

    At each word the longest phrase that names classes is taken; words that name none are context
    ("A photo of", "contrast-enhanced") and are left to the sentence encoder. What follows "no" or "without", and is
    joined to that by "and" or "or", is not asked for.

    Raises:
        ValueError: if the prompt names no class (the message lists the nearest names), only refuses classes, or asks
            for a class and refuses it.
    """
    asked, refused = _named(words(prompt), phrases_of(classes))
    if asked & refused:
        both = list(classes.names_of(sorted(asked & refused)))
        raise ValueError(f"The prompt {prompt!r} asks for {both} and refuses the same; leave one of the two out.")
    if refused and not asked:
        raise ValueError(
            f"The prompt {prompt!r} only says what is not wanted ({', '.join(classes.names_of(sorted(refused)))}); "
            "name the classes to draw."
        )
    if not asked:
        subject = prompt.rsplit(" of ", 1)[-1]
        names = [ordinary(name) for name in classes.names_of(classes.objects)]
        raise ValueError(f"The prompt {prompt!r} names no class of this model; {nearest_names(subject, names)}.")
    if refused:
        left_out = ", ".join(classes.names_of(sorted(refused)))
        logger.warning("%r does not ask for %s; the text encoder sees the words all the same.", prompt, left_out)
    return tuple(sorted(asked))


def _named(text: list[str], phrases: dict[tuple[str, ...], tuple[int, ...]]) -> tuple[set[int], set[int]]:
    """Return the ids that words ask for, and those that they refuse."""
    longest = max(map(len, phrases))
    asked: set[int] = set()
    refused: set[int] = set()
    at, negated, after_class = 0, False, False
    while at < len(text):
        for length in range(min(longest, len(text) - at), 0, -1):
            ids = phrases.get(tuple(text[at : at + length]))
            if ids is not None:
                negated = negated and not after_class  # "without spleen, liver": a new item
                (refused if negated else asked).update(ids)
                at, after_class = at + length, True
                break
        else:
            word = text[at]
            if word in NEGATIONS:
                negated, after_class = True, False
            elif word in _CARRY_ON:
                after_class = False
            elif word not in _ARTICLES:
                negated = False
            at += 1
    return asked, refused
