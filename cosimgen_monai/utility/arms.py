"""The arms of a study: what each segmenter learns from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cosimgen_monai.settings import is_number

MIXES = ("training", "balanced")


@dataclass(frozen=True)
class Arm:
    """One way to train a segmenter.

    Args:
        name: the arm's name, also of its files.
        real: share of each batch that is real; the rest is generated.
        mix: class sets of the generated pairs, as ``generating`` takes them: ``training`` or ``balanced``.
        finish_on_real: share of the steps, at the end, whose batches are real alone.
    """

    name: str
    real: float
    mix: str = "training"
    finish_on_real: float = 0.0

    @property
    def uses_generated(self) -> bool:
        """Whether any batch holds generated pairs."""
        return self.real < 1 and self.finish_on_real < 1

    @property
    def uses_real(self) -> bool:
        """Whether any batch holds real pairs."""
        return self.real > 0 or self.finish_on_real > 0

    def num_real(self, step: int, num_steps: int, batch_size: int) -> int:
        """Return how many pairs of a step's batch are real."""
        if step >= round((1 - self.finish_on_real) * num_steps):
            return batch_size
        return round(self.real * batch_size)

    def check_batches(self, num_steps: int, batch_size: int) -> None:
        """Raise ``ValueError`` where batches or steps are too few to hold real and generated pairs, as the arm asks."""
        if self.uses_generated and round((1 - self.finish_on_real) * num_steps) == 0:
            raise ValueError(
                f"`arms` {self.name!r}: of {num_steps} steps, the last {self.finish_on_real:.1%} are all; give a "
                "smaller `finish_on_real`, or more --segmenter_steps."
            )
        if 0 < self.real < 1 and round(self.real * batch_size) in (0, batch_size):
            raise ValueError(
                f"`arms` {self.name!r}: a batch of {batch_size} cannot be {self.real:.0%} real; "
                "give a larger --segmenter_batch_size."
            )


def read_arms(arms: Any) -> list[Arm]:
    """Understand the key ``arms``: a dict of names, each with the arguments of an :class:`Arm`.

    Raises:
        ValueError: if an arm is none, or not exactly one arm, the one compared with, is trained on real pairs alone.
    """
    if not isinstance(arms, dict):
        raise ValueError(f"`arms` must name arms, such as {{'real': {{'real': 1.0}}}}, got {arms!r}.")
    found = [_read_arm(str(name), settings) for name, settings in arms.items()]
    baselines = [arm.name for arm in found if not arm.uses_generated]
    if len(baselines) != 1 or len(found) < 2:
        raise ValueError(
            f"`arms` must hold one arm on real pairs alone ({{'real': 1.0}}), which the others are compared with, and "
            f"at least one other; of {[arm.name for arm in found]}, {baselines or 'none'} are on real pairs alone."
        )
    return sorted(found, key=lambda arm: arm.uses_generated)


def _read_arm(name: str, settings: Any) -> Arm:
    known = {"real", "mix", "finish_on_real"}
    if not isinstance(settings, dict) or "real" not in settings or not settings.keys() <= known:
        raise ValueError(f"`arms` {name!r} must set `real`, and may set `mix` and `finish_on_real`; got {settings!r}.")
    if not name or not set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789_+-"):
        raise ValueError(f"`arms` {name!r}: a name holds small letters, digits, +, - and _ only.")
    for key in ("real", "finish_on_real"):
        value = settings.get(key, 0.0)
        if not is_number(value) or not 0 <= value <= 1:
            raise ValueError(f"`arms` {name!r}: `{key}` must be a share from 0 to 1, got {value!r}.")
    if settings.get("mix", "training") not in MIXES:
        raise ValueError(f"`arms` {name!r}: `mix` must be one of {', '.join(MIXES)}, got {settings['mix']!r}.")
    return Arm(name, **settings)
