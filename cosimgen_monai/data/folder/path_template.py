"""Where files lie, as a path with named parts: ``images/{stem}.*`` and ``labels/{stem}.*`` pair by what they share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from cosimgen_monai.data.readers.dicom_series import DICOM_SUFFIXES
from cosimgen_monai.data.readers.volume import VOLUME_SUFFIXES

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp")
FILE_SUFFIXES = PICTURE_SUFFIXES + VOLUME_SUFFIXES
_PARTS = {"group": "[^/]+?", "stem": ".+?", "class": "[^/]+?", "slice": r"\d+"}


@dataclass(frozen=True)
class PathTemplate:
    """A path below the dataset's folder, with ``/`` on every system.

    ``{stem}`` is what an image and its label have in common, and may span folders; ``{group}``, where given, is the
    part of it that a split keeps together (a patient, a tile), and spans none. ``{class}`` is a class's own mask file,
    ``{slice}`` the number of a slice that has a file of its own; both stand in the file's name. ``*`` is anything
    within a name, and a last ``.*`` any known suffix.

    Args:
        key: the key that holds the template, for messages.
        text: the template.

    Raises:
        ValueError: if it lacks ``{stem}``, or names a part that is unknown or out of place.
    """

    key: str
    text: str

    def __post_init__(self) -> None:
        if not isinstance(self.text, str):
            raise ValueError(
                f"`{self.key}` must be a path with {{stem}} in it, such as 'images/{{stem}}.*' or './{{stem}}', got "
                f"{self.text!r}."
            )
        unknown = sorted(set(re.findall(r"\{(.*?)\}", self.text)) - _PARTS.keys())
        if unknown or "{stem}" not in self.text:
            fault = f"has the unknown part {{{unknown[0]}}}" if unknown else "lacks {stem}"
            raise ValueError(
                f"`{self.key}` {self.text!r} {fault}: give a path below the dataset's folder such as "
                "'images/{stem}.*', with {stem} where an image and its label agree."
            )
        folder, _, name = self.text.rpartition("/")
        for part in ("{class}", "{slice}"):
            if part in folder or name.count(part) > 1:
                raise ValueError(f"`{self.key}` {self.text!r}: {part} must stand once, in the file's name.")

    def has(self, part: str) -> bool:
        """Whether the template has a part."""
        return f"{{{part}}}" in self.text

    def match(self, path: str) -> dict[str, str] | None:
        """Return the parts of a path (relative, with ``/``) that fits, else ``None``; a group goes before the stem."""
        match = self._pattern.fullmatch(path)
        if match is None:
            return None
        parts = match.groupdict()
        if "group" in parts:
            parts["stem"] = f"{parts['group']}/{parts['stem']}"
        return parts

    def fill(self, stem: str) -> str:
        """Return the template with the stem (and group) that :meth:`match` gives put in."""
        group, _, rest = stem.partition("/")
        if self.has("group"):
            return self.text.replace("{group}", group).replace("{stem}", rest)
        return self.text.replace("{stem}", stem)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        text = self.text.removeprefix("./")
        text, any_suffix = (text[:-2], True) if text.endswith(".*") else (text, False)
        seen: set[str] = set()

        def expression(token: str) -> str:
            name = token.strip("{}")
            if name in _PARTS and name in seen:
                return f"(?P={name})"
            if name in _PARTS:
                seen.add(name)
                return f"(?P<{name}>{_PARTS[name]})"
            return "[^/]*" if token == "*" else re.escape(token)

        pattern = "".join(expression(token) for token in re.split(r"(\{\w+\}|\*)", text))
        if any_suffix:  # a folder that holds a DICOM series has none
            pattern += f"(?i:{'|'.join(re.escape(suffix) for suffix in FILE_SUFFIXES + DICOM_SUFFIXES)})?"
        return re.compile(pattern)
