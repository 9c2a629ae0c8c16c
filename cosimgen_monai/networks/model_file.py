"""The trained model on disk: ``model.pt`` (tensors) and ``model.json`` (their meaning), never one without the other."""

from __future__ import annotations

import hashlib
import json
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.networks.cosimgen import CoSimGen
from cosimgen_monai.settings import atomic_write

FORMAT = 1


@dataclass(frozen=True)
class TrainedModel:
    """A model read from disk.

    Attributes:
        card: the content of ``model.json``.
        state: the state dict of :class:`CoSimGen`.
        path: where ``model.pt`` is.
    """

    card: dict[str, Any]
    state: dict[str, torch.Tensor]
    path: Path

    @property
    def classes(self) -> ClassTable:
        """The classes that the model draws."""
        return ClassTable(**self.card["classes"])

    def class_sets(self) -> list[tuple[int, ...]]:
        """Return the class sets of the training images, each as often as it occurred."""
        return [tuple(entry["ids"]) for entry in self.card["class_sets"] for _ in range(entry["count"])]

    def network(self) -> CoSimGen:
        """Build the network and load its weights."""
        network = CoSimGen(**self.card["network"])
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
        if guidance_scale != 1 and not self.card["null_share"]:
            raise ValueError(
                f"{self.path} was trained without a null condition (null_share 0), so it cannot be guided: "
                "use --guidance_scale 1, or train with --null_share 0.1."
            )


def save_model(path: str | Path, state: dict[str, torch.Tensor], card: dict[str, Any], dtype: str = "float16") -> None:
    """Write ``model.pt`` and ``model.json``, each atomically.

    Args:
        path: where ``model.pt`` goes; the JSON stands beside it.
        state: the state dict of a :class:`CoSimGen`.
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


def read_model(path: str | Path, key: str = "ckpt_path") -> TrainedModel:
    """Read a model's two files and check that they belong together.

    Args:
        path: where ``model.pt`` is.
        key: the config key that gave the path, for the messages.

    Raises:
        FileNotFoundError: if one of the two is missing.
        ValueError: if they do not belong together, or the file is a pickle with code in it (which is not run).
    """
    path = Path(path)
    if path.name == "checkpoint.pt":
        raise ValueError(f"{path} is for resuming a training; give the model.pt beside it with --{key}.")
    card, state = read_files(path, key)
    expected, found = tuple(CoSimGen(**card["network"]).palette.shape), tuple(state["palette"].shape)
    if expected != found:
        raise ValueError(f"{path} has a palette of shape {found}, but its card asks for {expected}.")
    return TrainedModel(card, state, path)


def read_files(path: Path, key: str) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
    """Read tensors and the JSON beside them, which must name their hash; see :func:`read_model` for the errors."""
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
    return card, state


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
