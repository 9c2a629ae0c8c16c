"""What a prompt refuses: how far a "no" or a "without" reaches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

NEGATIONS = {"no", "not", "without", "excluding", "except", "lacking", "minus", "neither"}
_ALTERNATIVES = {"or", "nor"}
_CARRY_ON = {"and", *_ALTERNATIVES}
_ARTICLES = {"a", "an", "any", "the"}
_STRESSES = {"just", "only"}
"""``not only liver`` refuses nothing."""
_ENDS = {"but", "just", "of", "only", "plus", "showing", "with"}
"""Words with which something else begins: ``without contrast showing liver``."""
_COMMA = ","


@dataclass(frozen=True)
class Item:
    """A phrase that names classes, or a word that names none.

    Attributes:
        words: as they were written, in lower case.
        ids: the ids of the classes named, none for a word.
        mark: the punctuation before it: a comma, another mark, or nothing.
    """

    words: str
    ids: tuple[int, ...]
    mark: str = ""

    @property
    def is_context(self) -> bool:
        """Whether it neither names a class nor says how one is meant."""
        return not self.ids and self.words not in NEGATIONS | _CARRY_ON | _ARTICLES


@dataclass(frozen=True)
class Clause:
    """A prompt as items."""

    items: Sequence[Item]

    def wanted(self) -> tuple[set[int], set[int]]:
        """Return the ids that are asked for, and those that are refused.

        A negation reaches over adjectives ("no visible spleen") to the next class, and on where "and", "or" or "nor"
        joins another; a comma ends it ("no contrast, liver"), but within a list whose last item is joined by "or" or
        "nor" ("without spleen, kidney or stomach"). Other punctuation ends it always.
        """
        asked: set[int] = set()
        refused: set[int] = set()
        negated, named, joined, begun = False, False, False, False
        for at, item in enumerate(self.items):
            if item.mark and not (item.mark == _COMMA and named and self._is_list_of_alternatives(at)):
                negated = False
            elif item.mark:
                joined = True
            if item.ids:
                negated = negated and (joined or not named)  # "without spleen liver": a new item
                (refused if negated else asked).update(item.ids)
                named, joined, begun = True, False, True
            elif item.words in NEGATIONS:
                negated, named, joined, begun = not self._is_stress(at), False, False, False
            elif item.words in _CARRY_ON:
                joined = True
            elif item.words not in _ARTICLES:
                negated = negated and not (begun and item.words in _ENDS)
                begun = True
        return asked, refused

    def _is_list_of_alternatives(self, start: int) -> bool:
        """Whether the list that goes on at an item, after a comma, ends with "or" or "nor" and one more."""
        for item in self.items[start:]:
            if item.words in _ALTERNATIVES:
                return True
            if item.mark not in ("", _COMMA) or item.words in NEGATIONS | _ENDS | {"and"}:
                return False
        return False

    def _is_stress(self, at: int) -> bool:
        return any(item.words in _STRESSES for item in self.items[at + 1 : at + 2])
