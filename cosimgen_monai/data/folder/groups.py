"""What a split of anybody's folder keeps together: a patient, a video, a tile."""

from __future__ import annotations

import re


def group_of(path: str, stem: str, pattern: str | None) -> str:
    """Return an item's group: what a regular expression finds in its image's path, else a part of its stem.

    Args:
        path: the image's path below the dataset's folder.
        stem: the stem.
        pattern: the expression, or ``None`` for the stem's first folder (``{group}``, where the templates have it), or
            the whole stem where it has none.

    Raises:
        ValueError: if the expression is none, or finds nothing.
    """
    if pattern is None:  # the first folder of several: studies of one patient stay together
        return stem.partition("/")[0]
    try:
        match = re.search(pattern, path)
    except re.error as error:
        raise ValueError(f"`group` {pattern!r} is no regular expression: {error}.") from error
    if match is None:
        raise ValueError(f"`group` {pattern!r} finds nothing in {path}: every image needs its group.")
    return match[1] if match.re.groups else match[0]
