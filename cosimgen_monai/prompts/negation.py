"""What a prompt refuses: how far a "no" or a "without" reaches."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

NEGATIONS = {
    *("no", "not", "without", "excluding", "exclude", "except", "lacking", "lack", "lacks", "minus", "neither", "never")
}
_EXCEPTIONS = {"except", "excluding"}
"""Negations that turn an open one back: ``no organ except the liver``."""
_ALTERNATIVES = {"or", "nor"}
_CARRY_ON = {"and", *_ALTERNATIVES}
_ARTICLES = {"a", "an", "any", "the"}
_STRESSES = {"just", "only"}
"""``not only liver`` refuses nothing."""
_ENDS = {"but", "just", "of", "only", "plus", "with", "one", "two", "three", "several", "some", "many"}
"""Words with which something else begins: ``without contrast but liver``, ``no people and two cars``."""
_RELATION = re.compile(
    r"about|above|across|against|along|among|around|at|behind|below|beneath|beside|between|by|during|for|from|in|inside"
    r"|into|near|next|on|onto|opposite|over|through|under|underneath|upon|when|where|which|while|within|\w+ing"
)
"""With one of these it begins behind a noun of the negation's own: ``a dog without a leash beside a person``."""
_AUXILIARIES = {"did", "do", "does"}
_PASSED_OVER = {
    *("are", "be", "been", "being", "can", "has", "have", "is", "that", "was", "were", "which"),
    *("clearly", "surgically", "well"),
}
"""Words between a class and what is said of it: ``a spleen that is clearly visible``."""
PREDICATES = {
    *("depicted", "identified", "imaged", "included", "present", "seen", "shown", "visible", "visualised"),
    "visualized",
}
ABSENT = {"absent", "excluded", "missing", "removed"}
_COMMA = ","


@dataclass(frozen=True)
class Item:
    """A phrase that names classes, or a word that names none.

    Attributes:
        words: as they were written, in lower case.
        ids: the ids of the classes named, none for a word.
        mark: the punctuation before it: a comma, another mark that parts sentences, or nothing.
    """

    words: str
    ids: tuple[int, ...]
    mark: str = ""

    @property
    def is_context(self) -> bool:
        """Whether it neither names a class nor says how one is meant."""
        return not self.ids and self.words not in NEGATIONS | _CARRY_ON | _ARTICLES | _PASSED_OVER | PREDICATES

    @property
    def is_relation(self) -> bool:
        """Whether it relates what follows to what was before."""
        return _RELATION.fullmatch(self.words) is not None


@dataclass
class _Negation:
    """A negation that is open, and what it has reached so far.

    Attributes:
        word: which it is.
        of_verb: whether it is a verb's: ``does not sit on``.
        last: the word or phrase read last.
        named: whether a class was among what it reached.
        noun: whether a noun that names no class was, or a word that may be one.
        joined: whether "and", "or" or a comma stands before what comes next.
    """

    word: str
    of_verb: bool = False
    last: str = ""
    named: bool = False
    noun: bool = False
    joined: bool = False

    def ends_at(self, item: Item) -> bool:
        if item.ids:
            return self.named and not self.joined  # "without spleen liver": a new item
        if item.words in _ENDS:
            return self.named or self.noun
        if item.words == "and":
            return self.noun and not self.named  # "no hat and a dog"
        return self.noun and item.is_relation  # "no shirt riding a horse"

    def reach(self, item: Item) -> None:
        if item.ids:
            self.named, self.joined = True, False
        elif item.words in _CARRY_ON:
            self.joined = True
        elif item.is_context and not item.is_relation:
            # "not sitting on the sofa" goes on over its verb, "not wearing a helmet on" and "not black on" end
            verb = self.of_verb or item.words.endswith("ing")
            self.noun = self.noun or self.word != "not" or self.last in _ARTICLES or not verb
        self.last = item.words


@dataclass(frozen=True)
class Clause:
    """A prompt as items."""

    items: Sequence[Item]

    def wanted(self) -> tuple[set[int], set[int]]:
        """Return the ids that are asked for, and those that are refused.

        A negation reaches over adjectives ("no visible spleen") to the next class, and on where "and", "or" or "nor"
        joins another; a relation ends it behind a noun that is no class ("no shirt on a horse"), and so does a comma
        ("no contrast, liver"), but within a list whose last item is joined by "or" or "nor" ("without spleen, kidney or
        stomach"). Other punctuation ends it always. "Not visible" and "absent" refuse the class before them, or those
        that "and" or "or" join there.
        """
        asked: set[int] = set()
        refused: set[int] = set()
        negation: _Negation | None = None
        for at, item in enumerate(self.items):
            if negation and item.mark:
                negation.joined = item.mark == _COMMA and negation.named and self._is_list_of_alternatives(at)
                negation = negation if negation.joined else None
            if item.words in NEGATIONS or self._lacks_what_follows(at):
                negation = self._begun(at, negation)
                continue
            if negation and negation.ends_at(item):
                negation = None
            if item.ids:
                (refused if negation or self._is_absent(at) else asked).update(item.ids)
            if negation:
                negation.reach(item)
        return asked, refused

    def _begun(self, at: int, before: _Negation | None) -> _Negation | None:
        """Return the negation that begins at an item, given the one that is open, or nothing where it negates none."""
        word, behind = self.items[at].words, self._behind(at)
        back = before and not before.named and (word in _EXCEPTIONS or not before.last)
        stresses = behind[:1] and behind[0].words in _STRESSES
        of_what_stands_before = at > 0 and not self.items[at].mark and _says_absent(self._behind(at - 1))
        if back or stresses or of_what_stands_before:
            return None
        return _Negation(word, at > 0 and self.items[at - 1].words in _AUXILIARIES)

    def _is_absent(self, at: int) -> bool:
        """Whether it is said behind a class that it is not there: "spleen not visible", "the spleen is absent"."""
        behind = self._behind(at)
        while len(behind) > 1 and behind[0].words in _CARRY_ON and behind[1].ids:  # "spleen and stomach not visible"
            behind = behind[2:]
        return _says_absent(behind)

    def _lacks_what_follows(self, at: int) -> bool:
        """Whether an item is the "absent" of "absent spleen"."""
        return self.items[at].words in ABSENT and any(item.ids for item in self._behind(at)[:1])

    def _behind(self, at: int) -> list[Item]:
        """Return what stands behind an item up to the next mark, without "that is" and the like."""
        found: list[Item] = []
        for item in self.items[at + 1 :]:
            if item.mark:
                break
            if item.words not in _PASSED_OVER:
                found.append(item)
        return found

    def _is_list_of_alternatives(self, start: int) -> bool:
        """Whether the list of classes that goes on at an item, after a comma, ends with "or" or "nor" and one more."""
        for item in self.items[start:]:
            if item.words in _ALTERNATIVES:
                return True
            if item.mark not in ("", _COMMA) or not (item.ids or item.words in _ARTICLES):
                return False
        return False


def _says_absent(items: list[Item]) -> bool:
    """Whether items say of what stands before them that it is not there, and nothing else of it.

    "A bicycle missing a wheel" is there, and so is "a person not seen from the front".
    """
    negated = bool(items) and items[0].words == "not"
    said, onward = items[negated : negated + 1], items[negated + 1 :]
    if not said or said[0].words not in (PREDICATES if negated else ABSENT):
        return False
    follows = onward[0] if onward else None
    ends = follows is None or follows.words in _CARRY_ON | _ENDS
    return ends or (follows is not None and follows.is_relation and follows.words != "from")
