"""Reading a prompt: which classes its words name."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cache

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.prompts.negation import Clause, Item
from cosimgen_monai.prompts.vocabulary import ordinary, phrases_of, spoken_words
from cosimgen_monai.settings import nearest_names

MAX_CHARACTERS = 1000
"""Longest prompt: the sentence encoder reads the first 256 word pieces, and nobody finds a slip in more."""
_SLIP = 0.78


@dataclass(frozen=True)
class Reading:
    """What was understood of a prompt.

    Attributes:
        asked: ids of the classes asked for, ascending.
        refused: ids of the classes that are not wanted, ascending.
        slips: words that name no class but are near to one that does, with the nearest; all others are context.
    """

    asked: tuple[int, ...]
    refused: tuple[int, ...] = ()
    slips: tuple[tuple[str, str], ...] = ()


def understand(prompt: str, classes: ClassTable) -> Reading:
    """Read a prompt.

    At each word the longest phrase that names classes is taken; words that name none are context
    ("A photo of", "contrast-enhanced") and are left to the sentence encoder. What follows "no" or "without", and is
    joined to that by "and" or "or", is not asked for (:mod:`~cosimgen_monai.prompts.negation`).

    Raises:
        ValueError: if the prompt is empty or too long, names no class (the message lists the nearest names), only
            refuses classes, or asks for a class and refuses it.
    """
    if len(prompt) > MAX_CHARACTERS:
        raise ValueError(
            f"A prompt has {len(prompt):,} characters ({shortened(prompt)!r}); {MAX_CHARACTERS:,} are allowed. Ask for "
            "classes in a sentence or two."
        )
    if not prompt.strip():
        raise ValueError(f"A prompt is empty ({prompt[:20]!r}): name the classes to draw, or leave it out.")
    phrases = _phrases_of(classes)
    asked, refused, context = _named(spoken_words(prompt, classes), phrases)
    shown = shortened(prompt)
    if asked & refused:
        both = list(classes.names_of(sorted(asked & refused)))
        raise ValueError(f"The prompt {shown!r} asks for {both} and refuses the same; leave one of the two out.")
    if refused and not asked:
        raise ValueError(
            f"The prompt {shown!r} only says what is not wanted ({', '.join(classes.names_of(sorted(refused)))}); "
            "name the classes to draw."
        )
    if not asked:
        subject = prompt.rsplit(" of ", 1)[-1]
        names = [ordinary(name) for name in classes.names_of(classes.objects)]
        raise ValueError(f"The prompt {shown!r} names no class of this model; {nearest_names(subject, names)}.")
    return Reading(tuple(sorted(asked)), tuple(sorted(refused)), _slips(context, phrases))


_phrases_of = cache(phrases_of)


def read_prompt(prompt: str, classes: ClassTable) -> tuple[int, ...]:
    """Return the ids of the classes that a prompt asks for, in ascending order; see :func:`understand`."""
    return understand(prompt, classes).asked


def shortened(prompt: str, length: int = 120) -> str:
    """Return a prompt that fits into a message."""
    return prompt if len(prompt) <= length else prompt[: length - 1] + "…"


def _slips(context: list[str], phrases: dict[tuple[str, ...], tuple[int, ...]]) -> tuple[tuple[str, str], ...]:
    """Return the words of a prompt that look like a class's name misspelt, with that name's word."""
    known = sorted({word for phrase in phrases for word in phrase if len(word) > 3})
    near = {word: difflib.get_close_matches(word, known, 1, _SLIP) for word in context if len(word) > 3}
    return tuple((word, found[0]) for word, found in near.items() if found and word not in known)


def _named(
    text: list[tuple[str, str]], phrases: dict[tuple[str, ...], tuple[int, ...]]
) -> tuple[set[int], set[int], list[str]]:
    """Return the ids that words ask for, those that they refuse, and the words that name none."""
    longest, spoken = max(map(len, phrases)), [word for word, _ in text]
    items, at = [], 0
    while at < len(text):
        for length in range(min(longest, len(text) - at), 0, -1):
            ids = phrases.get(tuple(spoken[at : at + length]))
            if ids is not None:
                break
        else:
            length, ids = 1, ()
        items.append(Item(" ".join(spoken[at : at + length]), ids, text[at][1]))
        at += length
    asked, refused = Clause(items).wanted()
    return asked, refused, [item.words for item in items if item.is_context]
