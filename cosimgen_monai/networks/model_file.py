"""The trained model on disk: ``model.pt`` (tensors) and ``model.json`` (their meaning), never one without the other."""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.networks.cosimgen import CoSimGen
from cosimgen_monai.settings import atomic_write

FORMAT = 1
ARCHITECTURES: Mapping[str, type[torch.nn.Module]] = MappingProxyType({"cosimgen": CoSimGen})
"""The networks that a card can name; a name that is not among those a job knows is refused."""


@dataclass(frozen=True)
class TrainedModel:
    """A model read from disk.

    Attributes:
        card: the content of ``model.json``.
        state: the network's state dict.
        path: where ``model.pt`` is.
        network_class: the network that the card names.
    """

    card: dict[str, Any]
    state: dict[str, torch.Tensor]
    path: Path
    network_class: type[torch.nn.Module] = CoSimGen

    @property
    def architecture(self) -> str:
        """The network's name; files written before there were several are CoSimGen's."""
        return str(self.card.get("architecture", "cosimgen"))

    @property
    def classes(self) -> ClassTable:
        """The classes that the model draws."""
        return ClassTable(**self.card["classes"])

    def class_sets(self) -> list[tuple[int, ...]]:
        """Return the class sets of the training images, each as often as it occurred."""
        return [tuple(entry["ids"]) for entry in self.card["class_sets"] for _ in range(entry["count"])]

    def network(self) -> Any:
        """Build the network and load its weights."""
        network = self.network_class(**self.card["network"])
        network.load_state_dict(self.state)
        return network.eval()

    def check_sentence_encoder(self, fingerprint: str) -> None:
        """Raise ``ValueError`` where prompts would be embedded by another encoder than the model was trained with."""
        expected = self.card["sentence_encoder"]
        if fingerprint != expected["sha256"]:
            raise ValueError(
                f"{self.path} was trained with the sentence encoder {expected['name']} (sha256 "
                f"{expected['sha256'][:12]}…), but the one found here has sha256 {fingerprint[:12]}…. "
                "Give the right one with --sentence_encoder_dir."
            )

    def check_guidance(self, guidance_scale: float) -> None:
        """Raise ``ValueError`` where guidance is asked of a model that never learned a null condition."""
        if guidance_scale == 1 or self.card["null_share"]:
            return
        remedy = ", or train with --null_share 0.1" if self.architecture == "cosimgen" else ""
        raise ValueError(
            f"{self.path} ({self.architecture}) was trained without a null condition (null_share 0), so it cannot be "
            f"guided: use --guidance_scale 1{remedy}."
        )


def save_model(path: str | Path, state: dict[str, torch.Tensor], card: dict[str, Any], dtype: str = "float16") -> None:
    """Write ``model.pt`` and ``model.json``, each atomically.

    Args:
        path: where ``model.pt`` goes; the JSON stands beside it.
        state: the network's state dict, its palette among it.
        card: what the tensors mean; the format and the file's hash are added.
        dtype: type in which weights are stored; half precision halves the file.
    """
    path = Path(path)
    stored = {key: tensor.to("cpu", getattr(torch, dtype)) for key, tensor in state.items()}
    stored["palette"] = state["palette"].cpu()  # labels are decoded by exact colours
    with atomic_write(path) as draft:
        torch.save(stored, draft)
    with atomic_write(path.with_suffix(".json")) as draft:
        draft.write_text(json.dumps({"format": FORMAT, **card, "sha256": sha256_of(path)}, indent=1), "utf-8")


def read_model(
    path: str | Path, key: str = "ckpt_path", architectures: Mapping[str, type[torch.nn.Module]] = ARCHITECTURES
) -> TrainedModel:
    """Read a model's two files and check that they belong together.

    Args:
        path: where ``model.pt`` is.
        key: the config key that gave the path, for the messages.
        architectures: the networks that the job can use, by the names that a card may give them.

    Raises:
        FileNotFoundError: if one of the two is missing.
        ValueError: if they do not belong together, the file is a pickle with code in it (which is not run), or the
            network is none of ``architectures``.
    """
    path = Path(path)
    if path.name == "checkpoint.pt":
        raise ValueError(f"{path} is for resuming a training; give the model.pt beside it with --{key}.")
    card_path = path.with_suffix(".json")
    for file in (path, card_path):
        if not file.is_file():
            raise FileNotFoundError(
                f"`{key}` {path}: {file} is missing; a model is {path.name} and {card_path.name} together. "
                f"Train one with the training config, or give its {path.name} with --{key}."
            )
    try:
        card = json.loads(card_path.read_text("utf-8"))
    except ValueError as error:
        raise ValueError(f"{card_path} is no JSON: {error}.") from error
    state = load_tensors(path)
    if not isinstance(card, dict) or card.get("format") != FORMAT or not {"network", "sha256"} <= card.keys():
        raise ValueError(f"{card_path} is no CoSimGen model file of format {FORMAT}.")
    if card["sha256"] != sha256_of(path):
        raise ValueError(
            f"{path} is not the file that {card_path} describes (its sha256 differs); keep the two together."
        )
    model = TrainedModel(card, state, path)
    if model.architecture not in architectures:
        raise ValueError(
            f"`{key}` {path} is a {model.architecture} model; only {', '.join(sorted(architectures))} can be used here."
        )
    model = replace(model, network_class=architectures[model.architecture])
    _check_shapes(model)
    return model


def _check_shapes(model: TrainedModel) -> None:
    """Raise ``ValueError`` where the weights are not those of the network that the card describes."""
    try:
        with torch.device("meta"):  # shapes alone: no memory, no time
            network = model.network_class(**model.card["network"])
    except TypeError as error:
        raise ValueError(f"The card of {model.path} describes no {model.architecture} network: {error}.") from error
    expected, found = (
        {name: tuple(tensor.shape) for name, tensor in state.items()} for state in (network.state_dict(), model.state)
    )
    for name in sorted(expected.keys() | found.keys()):
        if expected.get(name) != found.get(name):
            raise ValueError(
                f"{model.path} has a {name} of shape {found.get(name)}, but its card asks for {expected.get(name)}; "
                f"the two are not of one {model.architecture} model."
            )


def load_tensors(path: Path) -> Any:
    """Load tensors and plain values; a file that would run code is refused, not run.

    Raises:
        ValueError: if the file is none of ``torch.save``'s, is truncated, or holds anything but tensors and values.
    """
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError) as error:
        raise ValueError(
            f"{path} holds no plain tensors and was not loaded (a truncated file, or a pickle with code in it): "
            f"{(str(error).splitlines() or ['it is empty'])[0]}"
        ) from error


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
