"""The colours in which pages and pictures show classes, whatever the palette of a model."""

from __future__ import annotations

from cosimgen_monai.codec import ClassTable, display_colours, fibonacci_palette


def class_colours(classes: ClassTable) -> list[tuple[int, int, int]]:
    """Return the colour of each class, and last the void's where there is one."""
    return display_colours(fibonacci_palette(classes.num_colours, centre=classes.background))


def colours_by_name(classes: ClassTable) -> dict[str, str]:
    """Return the colour of each class as ``#rrggbb`` by its name, the void's last where there is one."""
    names = [*classes.names, *(["void"] if classes.has_void else [])]
    return {name: _hex(colour) for name, colour in zip(names, class_colours(classes), strict=True)}


def _hex(colour: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
