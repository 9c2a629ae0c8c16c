"""Which image goes with which label in anybody's folder: by what their paths share, never by order."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from cosimgen_monai.data.faults import Faults
from cosimgen_monai.data.folder.path_template import PathTemplate
from cosimgen_monai.data.folder.walk import walk
from cosimgen_monai.data.readers.readable import entries


@dataclass(frozen=True)
class Pairing:
    """How the files of a folder pair.

    Args:
        images: where the images are.
        labels: where the labels are.

    Raises:
        ValueError: if the templates do not fit each other.
    """

    images: PathTemplate
    labels: PathTemplate

    def __post_init__(self) -> None:
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

    def items(self, root: Path, faults: Faults) -> list[dict[str, str]]:
        """List the pairs below a folder as dicts of ``image``, ``label`` and ``stem``, by stem.

        Where a label is one file a class, or slices have a file each, ``label`` (and ``image``) is their folder.

        Args:
            root: the folder.
            faults: takes what does not pair.

        Raises:
            ValueError: if no path fits one of the templates.
        """
        images, labels = self._files(root, faults)
        items = []
        for stem in sorted(images.keys() | labels.keys()):
            with faults.left_out():
                own = images.get(stem, []), labels.get(stem, [])
                self._check(root, stem, *own)
                self._check_slices(root, *own, faults)
                image, label = (
                    self._place(root, *which) for which in zip((self.images, self.labels), own, strict=True)
                )
                items.append({"image": image, "label": label, "stem": stem})
        return items

    def files(self, template: PathTemplate, root: Path, folder: Path, stem: str) -> dict[str, Path]:
        """Return the files of one stem in a folder by their ``{class}`` or ``{slice}``."""
        found = {}
        for path in entries(folder):
            relative = path.relative_to(root).as_posix()
            parts = template.match(relative)
            if parts is not None and parts["stem"] == stem:
                found[_part_of(template, relative)] = path
        return found

    def _files(self, root: Path, faults: Faults) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """Return the images and the labels below a folder, by stem."""
        paths = walk(root, self.images.has("slice"), faults)
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
        return images, labels

    def _check(self, root: Path, stem: str, images: list[str], labels: list[str]) -> None:
        """Raise ``ValueError`` where a stem's files are no pair."""
        for template, files, others in ((self.labels, labels, images), (self.images, images, labels)):
            kind = template.key.removesuffix("s")
            if not files:
                raise ValueError(
                    f"{root / others[0]} has no {kind}: expected {template.fill(stem)} (key `{template.key}`); add it "
                    "or take it away."
                )
            first: dict[str, str] = {}
            for path in files:
                name = _part_of(template, path)
                if name in first:
                    raise ValueError(
                        f"{root / first[name]} and {root / path} are both the {kind} of {name!r}; keep one of them."
                    )
                first[name] = path
                if os.path.dirname(path) != os.path.dirname(files[0]):
                    raise ValueError(
                        f"{root / files[0]} and {root / path} are {template.key} of {stem!r} in two folders; put them "
                        "into one."
                    )

    def _check_slices(self, root: Path, images: list[str], labels: list[str], faults: Faults) -> None:
        """Report slices without a mask and masks without a slice; the others of the stem stay."""
        if not self.images.has("slice"):
            return
        slices, masks = (
            {_part_of(template, path): path for path in files}
            for template, files in ((self.images, images), (self.labels, labels))
        )
        for number in sorted(slices.keys() ^ masks.keys(), key=int):
            with faults.left_out():
                raise ValueError(
                    f"{root / (slices.get(number) or masks[number])} has no {'label' if number in slices else 'image'} "
                    f"of the same number {number}; add it or take it away."
                )

    def _place(self, root: Path, template: PathTemplate, files: list[str]) -> str:
        several = template.has("class") or template.has("slice")
        return str(root / (os.path.dirname(files[0]) if several else files[0]))


def _part_of(template: PathTemplate, path: str) -> str:
    """Return what tells a stem's files apart: a class, a slice's number (``0004`` is ``4``), or just the stem."""
    parts = template.match(path) or {}
    if "slice" in parts:
        return str(int(parts["slice"]))
    return parts.get("class", parts["stem"])


def _by_stem(template: PathTemplate, paths: list[str]) -> dict[str, list[str]]:
    """Return the paths that fit a template, by stem."""
    found = defaultdict(list)
    for path in paths:
        if (parts := template.match(path)) is not None:
            found[parts["stem"]].append(path)
    return dict(found)
