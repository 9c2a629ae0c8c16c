"""Which image goes with which label in anybody's folder: by what their paths share, never by order."""

from __future__ import annotations

import logging
import os
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from cosimgen_monai.data.folder.path_template import FILE_SUFFIXES, PathTemplate
from cosimgen_monai.data.readers.dicom_series import is_dicom

logger = logging.getLogger(__name__)

ON_FAULT = ("raise", "skip")
_LISTED = 20


@dataclass(frozen=True)
class Pairing:
    """How the files of a folder pair.

    Args:
        images: where the images are.
        labels: where the labels are.
        on_fault: ``raise`` stops at what does not pair; ``skip`` lists it and goes on with the rest.

    Raises:
        ValueError: if ``on_fault`` is unknown, or the templates do not fit each other.
    """

    images: PathTemplate
    labels: PathTemplate
    on_fault: str = "raise"

    def __post_init__(self) -> None:
        if self.on_fault not in ON_FAULT:
            raise ValueError(f"`on_fault` must be one of {', '.join(ON_FAULT)}, got {self.on_fault!r}.")
        if self.images.text == self.labels.text:
            raise ValueError(f"`images` and `labels` are the same path, {self.images.text!r}: they must differ.")
        if self.images.has("class"):
            raise ValueError(f"`images` {self.images.text!r} holds {{class}}, which only `labels` may.")
        for part in ("slice", "group"):
            if self.images.has(part) != self.labels.has(part):
                raise ValueError(
                    f"{{{part}}} must stand in both `images` {self.images.text!r} and `labels` {self.labels.text!r}, "
                    "or in neither: files are paired by what their paths share, never by order."
                )

    def items(self, root: Path) -> list[dict[str, str]]:
        """List the pairs below a folder as dicts of ``image``, ``label`` and ``stem``, by stem.

        Where a label is one file a class, or slices have a file each, ``label`` (and ``image``) is their folder.

        Raises:
            ValueError: if nothing pairs, or something does not and ``on_fault`` is ``raise``.
        """
        paths = _walk(root, slices=self.images.has("slice"))
        labels = _by_stem(self.labels, paths)
        taken = {path for files in labels.values() for path in files}
        images = _by_stem(self.images, [path for path in paths if path not in taken])
        for template, found in ((self.images, images), (self.labels, labels)):
            if not found:
                examples = ", ".join(repr(path) for path in paths[:: max(1, len(paths) // 3)][:3]) or "nothing readable"
                raise ValueError(
                    f"Nothing in {root} fits `{template.key}` {template.text!r}; it holds {examples}. Say where the "
                    f"{template.key} lie with --{template.key}."
                )
        faults, usable = self._faults(images, labels)
        self._report(root, faults, len(usable))
        return [
            {
                "image": self._place(root, self.images, images[stem]),
                "label": self._place(root, self.labels, labels[stem]),
                "stem": stem,
            }
            for stem in usable
        ]

    def files(self, template: PathTemplate, root: Path, folder: Path, stem: str) -> dict[str, Path]:
        """Return the files of one stem in a folder by their ``{class}`` or ``{slice}``."""
        found = {}
        for path in sorted(folder.iterdir()):
            relative = path.relative_to(root).as_posix()
            parts = template.match(relative)
            if parts is not None and parts["stem"] == stem:
                found[_part_of(template, relative)] = path
        return found

    def _faults(self, images: dict[str, list[str]], labels: dict[str, list[str]]) -> tuple[list[str], list[str]]:
        """Return what does not pair, in words, and the stems that do."""
        faults, usable = [], []
        for stem in sorted(images.keys() | labels.keys()):
            fault = self._fault(stem, images.get(stem, []), labels.get(stem, []))
            usable += [] if fault else [stem]
            faults += [fault] if fault else []
            if not fault and self.images.has("slice"):
                faults += self._slice_faults(stem, images[stem], labels[stem])
        return faults, usable

    def _fault(self, stem: str, images: list[str], labels: list[str]) -> str | None:
        """Return why a stem's files are no pair, or ``None``."""
        for template, files, others in ((self.labels, labels, images), (self.images, images, labels)):
            kind = template.key.removesuffix("s")
            if not files:
                expected = template.fill(stem)
                return f"{others[0]} has no {kind}: expected {expected} (key `{template.key}`); add it or take it away"
            first: dict[str, str] = {}
            for path in files:
                name = _part_of(template, path)
                if name in first:
                    return f"{first[name]} and {path} are both the {kind} of {name!r}; keep one of them"
                first[name] = path
                if os.path.dirname(path) != os.path.dirname(files[0]):
                    return f"{files[0]} and {path} are {template.key} of {stem!r} in two folders; put them into one"
        return None

    def _slice_faults(self, stem: str, images: list[str], labels: list[str]) -> list[str]:
        """Return slices without a mask and masks without a slice."""
        numbers = [
            {_part_of(template, path): path for path in files}
            for template, files in ((self.images, images), (self.labels, labels))
        ]
        return [
            f"{numbers[0].get(number) or numbers[1][number]} has no {'label' if number in numbers[0] else 'image'} of "
            f"the same number {number}; add it or take it away"
            for number in sorted(numbers[0].keys() ^ numbers[1].keys(), key=int)
        ]

    def _report(self, root: Path, faults: list[str], num_usable: int) -> None:
        if faults and (self.on_fault == "raise" or not num_usable):
            more = f" {len(faults) - 1} more file(s) do not pair either." if len(faults) > 1 else ""
            raise ValueError(f"In {root}, {faults[0]}.{more} Or go on without such files: --on_fault skip.")
        if faults:
            listed = "\n  ".join(faults[:_LISTED]) + ("\n  …" if len(faults) > _LISTED else "")
            logger.warning("SKIPPED in %s, %d file(s) that do not pair:\n  %s", root, len(faults), listed)

    def _place(self, root: Path, template: PathTemplate, files: list[str]) -> str:
        several = template.has("class") or template.has("slice")
        return str(root / (os.path.dirname(files[0]) if several else files[0]))


def group_of(path: str, stem: str, pattern: str | None, has_group: bool = False) -> str:
    """Return an item's group: what a regular expression finds in its image's path, else a part of its stem.

    Args:
        path: the image's path below the dataset's folder.
        stem: the stem.
        pattern: the expression, or ``None`` for the stem's first part where it ``has_group``, else its folder part.
        has_group: whether ``{group}`` stands in the templates.

    Raises:
        ValueError: if the expression is none, or finds nothing.
    """
    if pattern is None and has_group:
        return stem.partition("/")[0]
    if pattern is None:
        return stem.rpartition("/")[0] or stem
    try:
        match = re.search(pattern, path)
    except re.error as error:
        raise ValueError(f"`group` {pattern!r} is no regular expression: {error}.") from error
    if match is None:
        raise ValueError(f"`group` {pattern!r} finds nothing in {path}: every image needs its group.")
    return match[1] if match.re.groups else match[0]


def _part_of(template: PathTemplate, path: str) -> str:
    """Return what tells a stem's files apart: a class, a slice's number (``0004`` is ``4``), or just the stem."""
    parts = template.match(path) or {}
    if "slice" in parts:
        return str(int(parts["slice"]))
    return parts.get("class", parts["stem"])


def _walk(root: Path, slices: bool) -> list[str]:
    """List all readable files, relative, with ``/``; hidden ones are left out.

    A folder of DICOM slices is listed itself, or, with ``slices``, each of its files.
    """

    def closed(error: OSError) -> None:
        raise PermissionError(
            f"{error.filename} may not be read: give yourself read permission (chmod u+rx)."
        ) from error

    found, seen = [], set()
    for place, folders, files in os.walk(root, onerror=closed, followlinks=True):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__MACOSX")))
        if os.path.realpath(place) in seen:  # a link that leads back up
            folders.clear()
            continue
        seen.add(os.path.realpath(place))
        relative = Path(place).relative_to(root)
        names = [name for name in sorted(files) if not name.startswith(".")]
        dicom = [name for name in names if is_dicom(Path(place) / name)]
        known = [name for name in names if (name in dicom and slices) or name.lower().endswith(FILE_SUFFIXES)]
        found += [(relative / name).as_posix() for name in known]
        found += [relative.as_posix()] if dicom and not slices else []
    return found


def _by_stem(template: PathTemplate, paths: list[str]) -> dict[str, list[str]]:
    """Return the paths that fit a template, by stem."""
    found = defaultdict(list)
    for path in paths:
        if (parts := template.match(path)) is not None:
            found[parts["stem"]].append(path)
    return dict(found)
