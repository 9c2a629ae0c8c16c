"""Reading a prompt: which classes its words name."""

from __future__ import annotations

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.prompts.vocabulary import phrases_of, words
from cosimgen_monai.settings import nearest_names


def read_prompt(prompt: str, classes: ClassTable) -> tuple[int, ...]:
    """Return the ids of the classes that a prompt names, in ascending order.

    At each word the longest phrase that names classes is taken; words that name none are context
    ("A photo of", "contrast-enhanced") and are left to the sentence encoder.

    Raises:
        ValueError: if the prompt names no class; the message lists the nearest names.
    """
    phrases = phrases_of(classes)
    longest = max(map(len, phrases))
    text, at = words(prompt), 0
    found: set[int] = set()
    while at < len(text):
        for length in range(min(longest, len(text) - at), 0, -1):
            ids = phrases.get(tuple(text[at : at + length]))
            if ids is not None:
                found.update(ids)
                at += length
                break
        else:
            at += 1
    if not found:
        subject = prompt.rsplit(" of ", 1)[-1]
        hint = nearest_names(subject, classes.names_of(classes.objects))
        raise ValueError(f"The prompt {prompt!r} names no class of this model; {hint}.")
    return tuple(sorted(found))
