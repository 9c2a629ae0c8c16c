"""What must be known to read a report's figures, in words for the page and the terminal."""

from __future__ import annotations

from collections.abc import Sequence

UNASKED = "the folder has no manifest; prompts read from the masks themselves would be met by definition"
"""Why nothing is said of what was asked for."""


def remarks(never_drawn: Sequence[str], too_few_real: Sequence[str], floor_lacks: Sequence[str]) -> list[str]:
    """Return a remark on each kind of class that a mean, or its floor, goes without.

    Args:
        never_drawn: classes that the generated set lacks.
        too_few_real: classes that the real set hardly holds.
        floor_lacks: classes that one half of the real set lacks, so that there is no floor.
    """
    known = [(never_drawn, "without {} (never drawn)"), (too_few_real, "without {} (too few real images)")]
    known.append((floor_lacks, "no floor: one half of the real images has none, or too few, with {}"))
    return [words.format(", ".join(names)) for names, words in known if names]
