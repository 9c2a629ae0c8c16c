"""The classes of a dataset: their names, the background and the void."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cosimgen_monai.settings import nearest_names

VOID = 255
"""The id of a pixel that belongs to no class (unlabelled, ignored): VOC's 255."""


@dataclass(frozen=True)
class ClassTable:
    """Names of the classes in the order of their ids, 0 to c - 1.

    Args:
        names: one name a class; class ``i`` has id ``i`` in every label.
        background: the class that stands for "nothing of interest". It has a colour, but is no part of a prompt,
            a presence vector or a rate. ``None`` where every class is an object.
        has_void: whether labels may hold ``VOID`` pixels.

    Raises:
        ValueError: if there are fewer than two classes, a name is doubled or holds a semicolon or a line break, or the
            background is no class.
    """

    names: tuple[str, ...]
    background: int | None = None
    has_void: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(self.names))
        if not 2 <= len(self.names) <= VOID:
            raise ValueError(f"A class table holds 2 to {VOID} classes, got {len(self.names)}: {self.names}.")
        doubled = sorted({name for name in self.names if self.names.count(name) > 1})
        if doubled:
            raise ValueError(f"Class names must differ; given more than once: {doubled}.")
        if parted := [name for name in self.names if any(mark in name for mark in ";\n\r")]:
            raise ValueError(f"Class names hold no semicolon or line break, which part them in lists; got {parted}.")
        if self.background is not None and self.background not in range(len(self.names)):
            raise ValueError(f"`background` must be a class id below {len(self.names)}, got {self.background}.")

    @property
    def num_classes(self) -> int:
        """Number of classes c, the background counted, the void not."""
        return len(self.names)

    @property
    def num_colours(self) -> int:
        """Number of colours a palette needs: one a class, and one for the void where there is one."""
        return self.num_classes + int(self.has_void)

    @property
    def objects(self) -> tuple[int, ...]:
        """Ids of the classes that can be asked for: all but the background."""
        return tuple(i for i in range(self.num_classes) if i != self.background)

    def ids_of(self, names: Iterable[str]) -> tuple[int, ...]:
        """Return the ids of classes given by name, in ascending order.

        Raises:
            ValueError: if a name is no class that can be asked for; the message lists the nearest names.
        """
        askable = {self.names[i]: i for i in self.objects}
        ids = set()
        for name in names:
            if name not in askable:
                raise ValueError(f"Unknown class {name!r}; {nearest_names(name, askable)}.")
            ids.add(askable[name])
        return tuple(sorted(ids))

    def names_of(self, ids: Iterable[int]) -> tuple[str, ...]:
        """Return the names of class ids."""
        return tuple(self.names[i] for i in ids)

    def to_json(self) -> dict[str, Any]:
        """Return the table as it stands in a model's JSON file."""
        return {"names": list(self.names), "background": self.background, "has_void": self.has_void}
