"""What the page asks for, checked before anything is drawn."""

from __future__ import annotations

import json
import math
import shlex
from dataclasses import dataclass
from typing import Any

from cosimgen_monai.settings import as_seed, is_number

MAX_NUMBER = 16
"""Pairs of one drawing; the job ``generating`` draws sets."""
MAX_GUIDANCE = 20
MAX_SEED = 2**53 - 1
"""The largest whole number that a browser holds exactly."""
_FIELDS = {"prompt", "classes", "number", "seed", "steps", "guidance_scale"}


@dataclass(frozen=True)
class Form:
    """A filled-in form.

    Attributes:
        prompt: the prompt, as typed; empty where classes alone are asked for.
        classes: names of the classes ticked.
        number: number of pairs.
        seed: the seed, as the key ``seed`` of ``generating``.
        steps: network evaluations a pair.
        guidance_scale: 1 for none.
    """

    prompt: str
    classes: tuple[str, ...]
    number: int
    seed: int
    steps: int
    guidance_scale: float

    @property
    def prompts(self) -> list[str] | None:
        """The key ``prompts`` that asks for the same; spaces alone are no prompt where classes are ticked."""
        return [self.prompt] if self.prompt.strip() or not self.classes else None

    @property
    def class_names(self) -> list[list[str]] | None:
        """The key ``classes`` that asks for the same."""
        return [list(self.classes)] if self.classes else None

    def arguments(self, batch_size: int) -> str | None:
        """Return arguments with which ``generating`` draws the same pairs.

        ``None`` where the prompt holds a character that a bundle's command line would resolve.
        """
        if any(character in self.prompt for character in "$@%"):
            return None
        asked = {"prompts": self.prompts, "classes": self.class_names}
        words = [part for key, value in asked.items() if value for part in (f"--{key}", _literal(value))]
        numbers = {
            "num_samples": self.number,
            "batch_size": batch_size,
            "seed": self.seed,
            "steps": self.steps,
            "guidance_scale": self.guidance_scale,
        }
        return shlex.join(words + [part for key, value in numbers.items() for part in (f"--{key}", str(value))])


def read_form(content: bytes) -> Form:
    """Read a form as the page sends it: a JSON object.

    Raises:
        ValueError: if it is none, or a field is missing, unknown, of another kind or out of range.
    """
    try:
        fields = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ValueError("The form is no JSON.") from error
    if not isinstance(fields, dict) or fields.keys() != _FIELDS:
        raise ValueError(f"The form must have the fields {', '.join(sorted(_FIELDS))}.")
    prompt, classes, guidance = fields["prompt"], fields["classes"], fields["guidance_scale"]
    if not isinstance(prompt, str) or not _is_text(prompt):
        raise ValueError("The prompt is no text.")
    if not isinstance(classes, list) or not all(isinstance(name, str) and _is_text(name) for name in classes):
        raise ValueError("The classes are no list of names.")
    if not prompt and not classes:
        raise ValueError("Type a prompt, or tick a class.")
    if not is_number(guidance) or not 1 <= guidance <= MAX_GUIDANCE:
        raise ValueError(f"Guidance must be a number from 1 (none) to {MAX_GUIDANCE}.")
    return Form(
        prompt,
        tuple(classes),
        _whole("The number of pairs", fields["number"], 1, MAX_NUMBER),
        as_seed(_whole("The seed", fields["seed"], 0, MAX_SEED)),
        _whole("The number of steps", fields["steps"], 1, math.inf),
        float(guidance),
    )


def _whole(name: str, value: Any, low: int, high: float) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        to = f"from {low} to {high:.0f}" if math.isfinite(high) else f"of {low} or more"
        raise ValueError(f"{name} must be a whole number {to}.")
    return value


def _is_text(text: str) -> bool:
    """Whether text can be written to a file: half of a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _literal(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
