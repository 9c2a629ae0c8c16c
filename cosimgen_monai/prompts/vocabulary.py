"""The words that people use for a class: synonyms, sides and plurals."""

from __future__ import annotations

import re

from cosimgen_monai.codec import ClassTable

SYNONYMS: dict[str, tuple[str, ...]] = {
    "aorta": ("abdominal aorta",),
    "esophagus": ("oesophagus", "gullet"),
    "gallbladder": ("gall bladder",),
    "inferior vena cava": ("IVC", "vena cava"),
    "left adrenal gland": ("left adrenal", "left suprarenal gland"),
    "portal and splenic vein": ("portal vein and splenic vein", "portal vein", "splenic vein"),
    "right adrenal gland": ("right adrenal", "right suprarenal gland"),
}
"""Other words for a class, by its name in the class table. A synonym of one dataset does not disturb another."""

_SIDES = ("left ", "right ")


def words(text: str) -> list[str]:
    """Split text into lower-case words; punctuation parts words and is dropped."""
    return re.findall(r"[^\W_]+", text.lower())


def plural(phrase: str) -> str:
    """Return the plural of a class name: ``kidney`` -> ``kidneys``, ``bus`` -> ``buses``."""
    if re.search(r"(s|x|ch|sh)$", phrase):
        return phrase + "es"
    return phrase[:-1] + "ies" if re.search(r"[^aeiou]y$", phrase) else phrase + "s"


def phrases_of(classes: ClassTable) -> dict[tuple[str, ...], tuple[int, ...]]:
    """Return every phrase that names classes, as words, with the ids that it names.

    ``right kidney`` names one class, ``kidneys`` (and a bare ``kidney``) both sides, ``left and right kidney`` too.
    """
    # a class's own name beats the synonyms and plurals of the others
    phrases: dict[tuple[str, ...], tuple[int, ...]]
    phrases = {tuple(words(classes.names[i])): (i,) for i in classes.objects}
    sides: dict[str, list[int]] = {}
    for class_id in classes.objects:
        name = classes.names[class_id]
        for phrase in (name, *SYNONYMS.get(name, ())):
            for form in (phrase, phrase + "s", plural(phrase)):  # "stomachs" is regular, "stomaches" is not
                phrases.setdefault(tuple(words(form)), (class_id,))
            if phrase.startswith(_SIDES):
                sides.setdefault(phrase.split(" ", 1)[1], []).append(class_id)
    for organ, ids in sides.items():
        for form in (organ, plural(organ)):
            for lead in ("", "left and right ", "right and left ", "left/right ", "right/left "):
                phrases.setdefault(tuple(words(lead + form)), tuple(sorted(set(ids))))
    return phrases
