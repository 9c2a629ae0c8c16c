"""The words that people use for a class: ordinary names, synonyms, sides and plurals."""

from __future__ import annotations

import re
from functools import cache

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.prompts.negation import ABSENT, NEGATIONS, PREDICATES
from cosimgen_monai.prompts.synonyms import IRREGULAR, ORDINARY, SYNONYMS

_SIDES = ("left ", "right ")
_ORDERS = (("left", "right"), ("right", "left"))
_SHORT = {
    r"\bw/o\b": "without",
    r"\bw/": "with ",
    r"\bcan(?:no|')t\b": "can not",
    r"n't\b": " not",
    r"\b(?:instead of|rather than|free of|(?:in the )?absence of)\b": "without",
    r"\b(?:other than|with the exception of)\b": "except",
    r"\b(?:in front|on top) of\b": "by",
    r"\bin full\b": "fully",
    r"\bno-(\w+(?:-\w+)*)": r"no \1,",
    r"\s*[&+]\s*": " and ",
    r"\s*/\s*": " or ",
    r"\b(no|without)\s+(?:any\s+)?(?:evidence|signs?|traces?|hints?|part) of\b": r"\1",
}
"""Short ways to say no and to join, and the words for them; ``no-contrast liver`` is liver."""
_LISTED = re.compile(
    rf"\b({'|'.join(sorted(NEGATIONS | ABSENT))})(\s+(?:{'|'.join(sorted(PREDICATES))}))?\s*:([^.;:\n]*)"
)
"""``Not visible: spleen, stomach``, a list that is refused whole."""
_COMMAS = ",，、"
_NO_MARK = r"[^\S\n]|(?<=\w)-(?=\w)|[_*'\"“”‘]"
"""What parts words and no more: spaces within a line, hyphens within a word, quotes."""


def words(text: str) -> list[str]:
    """Split text into lower-case words; punctuation parts words and is dropped."""
    return re.findall(r"[^\W_]+", text.lower())


def spoken_words(prompt: str, classes: ClassTable) -> list[tuple[str, str]]:
    """Return a prompt's words, each with the punctuation before it: a comma, ``;`` for any other, or nothing.

    A side that stands behind its organ goes before it: ``kidney (left)``, ``left-sided kidney``, ``kidney on the
    left``. Short negations are written out: ``w/o``, ``doesn't``, ``instead of``.
    """
    text = _LISTED.sub(
        lambda found: f"{found[1]}{found[2] or ''} {found[3].replace(',', ' or ')}", _written_out(prompt)
    )
    for pattern, side_first in _side_patterns(classes):
        text = pattern.sub(side_first, text)
    runs = re.findall(r"([\W_]*)([^\W_]+)", re.sub(_NO_MARK, " ", text))
    return [(word, _mark(run.replace(" ", ""))) for run, word in runs]


def _written_out(text: str) -> str:
    """Return text in lower case, its short ways written out."""
    text = text.lower().replace("’", "'")
    for short, long in _SHORT.items():
        text = re.sub(short, long, text)
    return text


def _mark(run: str) -> str:
    """Return the punctuation between two words as one mark: none, a comma where it holds nothing else, or ``;``."""
    return ";" if run.strip(_COMMAS) else "," if run else ""


@cache
def _side_patterns(classes: ClassTable) -> list[tuple[re.Pattern[str], str]]:
    """Return how a side may stand behind or beside its organ, and the order to bring both into."""
    forms = {form.lower() for organ in sides_of(classes) for form in (organ, plural(organ))}
    if not forms:
        return []
    organ = "|".join(re.escape(form).replace(r"\ ", r"\s+") for form in sorted(forms, key=len, reverse=True))
    other_side = r"\s*(?:,|and|or)\s*(?:the\s+)?(?:left|right)\b"
    written = {
        rf"\b(left|right)[\s-]+sided\s+({organ})\b": r"\1 \2",
        rf"\b({organ})\s*\(\s*(left|right)\s*\)": r"\2 \1",
        rf"\b({organ})\s+(?:on|at|to)\s+the\s+(left|right)\b(?!\s+(?:{organ})|{other_side})": r"\2 \1",
        rf"\b({organ})\s+(left|right)(?=\s*(?:[,;.)]|$))": r"\2 \1",
    }
    return [(re.compile(pattern), order) for pattern, order in written.items()]


def ordinary(name: str) -> str:
    """Return a class name in ordinary words: ``pottedplant``, ``PottedPlant`` and ``potted_plant`` -> ``potted plant``.

    A side goes first (``kidney_right`` -> ``right kidney``); abbreviations (``IVC``, ``L-hook``) keep their capitals.
    """
    if name.lower() in ORDINARY:
        return ORDINARY[name.lower()]
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name.replace("_", " "))
    spoken = [word.lower() if word.isalpha() and word[1:].islower() else word for word in parted.split()]
    if len(spoken) > 1 and spoken[-1].lower() in ("left", "right"):
        spoken = [spoken[-1].lower(), *spoken[:-1]]
    return " ".join(spoken)


def check_spoken(classes: ClassTable) -> None:
    """Raise ``ValueError`` where two classes read the same in a prompt, or one has no word to be asked for by."""
    spoken: dict[tuple[str, ...], str] = {}
    for name in classes.names_of(classes.objects):
        said = tuple(words(ordinary(name)))
        if not said:
            raise ValueError(f"Class {name!r} holds no letter or digit, so that no prompt can ask for it: rename it.")
        if said in spoken:
            raise ValueError(
                f"Classes {spoken[said]!r} and {name!r} read the same in a prompt, {' '.join(said)!r}: rename one."
            )
        spoken[said] = name


def plural(phrase: str) -> str:
    """Return the plural of a class name: ``kidney`` -> ``kidneys``, ``bus`` -> ``buses``, ``person`` -> ``people``."""
    if phrase in IRREGULAR:
        return IRREGULAR[phrase][0]
    head, _, last = phrase.rpartition(" ")
    if last in IRREGULAR:
        return f"{head} {IRREGULAR[last][0]}"
    if re.search(r"(s|x|ch|sh)$", phrase):
        return phrase + "es"
    return phrase[:-1] + "ies" if re.search(r"[^aeiou]y$", phrase) else phrase + "s"


def sides_of(classes: ClassTable) -> dict[str, tuple[int, ...]]:
    """Return the words for organs that have sides, each with the ids of its sides."""
    sides: dict[str, set[int]] = {}
    for class_id in classes.objects:
        name = ordinary(classes.names[class_id])
        for phrase in (name, *SYNONYMS.get(name, ())):
            if phrase.startswith(_SIDES):
                sides.setdefault(phrase.split(" ", 1)[1], set()).add(class_id)
    return {organ: tuple(sorted(ids)) for organ, ids in sides.items()}


def phrases_of(classes: ClassTable) -> dict[tuple[str, ...], tuple[int, ...]]:
    """Return every phrase that names classes, as words, with the ids that it names.

    ``right kidney`` names one class, ``kidneys`` (and a bare ``kidney``) both sides, ``left and right kidney`` too.

    Raises:
        ValueError: if two classes read the same.
    """
    check_spoken(classes)
    # a class's own name beats the synonyms and plurals of the others
    phrases: dict[tuple[str, ...], tuple[int, ...]]
    phrases = {tuple(words(classes.names[i])): (i,) for i in classes.objects}
    spoken = {i: ordinary(classes.names[i]) for i in classes.objects}
    for class_id, name in spoken.items():
        phrases.setdefault(tuple(words(name)), (class_id,))
    for class_id, name in spoken.items():
        separate = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", classes.names[class_id])  # "kidney right" of kidneyRight
        for phrase in (name, *SYNONYMS.get(name, ()), separate):
            # "stomachs" is regular, "stomaches" is not
            for form in (phrase, phrase + "s", plural(phrase), *IRREGULAR.get(phrase, ())):
                phrases.setdefault(tuple(words(form)), (class_id,))
                phrases.setdefault(tuple(words(_written_out(form))), (class_id,))  # "bone / cartilage"
    for organ, ids in sides_of(classes).items():
        for form in (organ, plural(organ)):
            for lead in ("", *(f"{a} {join} {b} " for join in ("and", "or", "") for a, b in _ORDERS)):
                phrases.setdefault(tuple(words(lead + form)), ids)
    phrases.pop((), None)
    return phrases
