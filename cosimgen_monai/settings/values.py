"""Values as people type them: booleans in words, devices, names that are nearly right."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable
from typing import Any

import torch

from cosimgen_monai.processes import Launch

_WORDS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def as_boolean(key: str, value: Any) -> bool:
    """Understand a boolean given as a bool, 0 or 1, or a word.

    A command line hands ``--resume false`` over as the string ``'false'``, which Python takes for true.

    Raises:
        ValueError: if the value is none of the words understood.
    """
    word = str(value).strip().lower()
    if word not in _WORDS:
        raise ValueError(f"`{key}` must be true or false (also yes/no, on/off, 1/0), got {value!r}.")
    return _WORDS[word]


def check_counts(**counts: Any) -> None:
    """Raise ``ValueError`` where a key that counts something is no positive integer."""
    for key, value in counts.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ValueError(f"`{key}` must be a positive integer, got {value!r}.")


def check_proportions(null_is_off: bool = False, **shares: Any) -> None:
    """Raise ``ValueError`` where a key that is a share is no number from 0 to 1, nor null if that switches it off."""
    for key, value in shares.items():
        if not (is_number(value) and 0 <= value <= 1) and not (null_is_off and value is None):
            raise ValueError(f"`{key}` must be a number from 0 to 1, got {value!r}.")


def check_weights(**weights: Any) -> None:
    """Raise ``ValueError`` where a key that is a weight is no number from 0 on."""
    for key, value in weights.items():
        if not (is_number(value) and 0 <= value < math.inf):
            raise ValueError(f"`{key}` must be a number, 0 or above, got {value!r}.")


def is_number(value: Any) -> bool:
    """Whether a key's value is a number; true and false are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def as_device(value: Any) -> torch.device:
    """Return the device of a ``device`` key; ``auto`` takes a GPU where there is one.

    Of several processes that ``torchrun`` has started, each takes the GPU of its own number.

    Raises:
        ValueError: if the device does not exist on this machine, or is no device at all.
    """
    if str(value) == "auto":
        value = "cuda" if torch.cuda.is_available() else "cpu"
    launch = Launch.of_this_process()
    if str(value) == "cuda" and launch.number > 1:
        if launch.local_rank >= (count := torch.cuda.device_count()) > 0:
            raise ValueError(
                f"torchrun has started process {launch.local_rank + 1} of this machine, which has {count} GPU(s): give "
                f"--nproc_per_node={count}, or --device cpu."
            )
        value = f"cuda:{launch.local_rank}"
    try:
        device = torch.device(value)
    except (RuntimeError, TypeError) as error:
        raise ValueError(f"`device` must be auto, cpu, cuda or cuda:N, got {value!r}.") from error
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise ValueError(
            f"`device` is {value}, but torch {torch.__version__} finds {torch.cuda.device_count()} CUDA device(s). "
            "Use --device cpu, or --device auto to take a GPU only where there is one."
        )
    return device


def nearest_names(name: str, known: Iterable[str]) -> str:
    """Say which known names are nearest to one that is not known, or list them all where none is near."""
    names = sorted(known)
    by_lower = {candidate.lower(): candidate for candidate in names}
    near = difflib.get_close_matches(name.lower(), by_lower, n=3, cutoff=0.55)
    if near:
        return "nearest: " + ", ".join(repr(by_lower[n]) for n in near)
    return "known: " + ", ".join(repr(n) for n in names)
