"""What a command line may set: no key that nothing reads, no text that would be executed."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

from monai.bundle import ConfigExpression
from monai.bundle.properties import InferProperties, MetaProperties, TrainProperties
from monai.utils import BundlePropertyConfig

from cosimgen_monai.settings.values import nearest_names
from cosimgen_monai.settings.workflow import active_config, active_parser

TEXT_KEYS = ("prompts", "classes", "mix")
"""Keys that hold a person's own words."""

DATASET_KEYS = ("augmentation", "learning_rate", "timestep_logit_normal", "prompt_template", "prompt_contexts")
"""What an overlay says of a dataset for every job; a job that has no use for it leaves it, unless it was typed."""
INNER_TRAINING = "training_settings"
"""The section that holds the keys of a training which another job runs (``utility.json``)."""
_MONAI_KEYS = {"imports", "initialize", "run", "finalize", "_meta_", "save_execute_config"} | {
    str(properties[name][BundlePropertyConfig.ID]).split("::")[0]
    for properties in (TrainProperties, InferProperties, MetaProperties)
    for name in properties
}


def __getattr__(name: str) -> bool:
    """Make a person's words inert when a config's first import asks for ``words_are_inert`` (PEP 562).

    MONAI evaluates all import statements of a configuration, ``--prompts "['$import this']"`` among them, before any
    expression of its own can look at it; but it does so in their order, and this one is the first.
    """
    if name != "words_are_inert":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    for item_id, item in active_parser().ref_resolver.items.items():
        if item_id.split("::")[0] in TEXT_KEYS and ConfigExpression.is_expression(item.get_config()):
            item.update_config("")  # check_config refuses it by the configuration itself, which keeps the words
    return True


def check_config() -> None:
    """Check the configuration that is being run; the first thing every config does.

    Raises:
        ValueError: if a key is read by nothing (``--max_epoch`` for ``--max_epochs``; MONAI would accept it silently),
            unless an overlay switched it off with null, or a prompt or class begins with ``$``, ``@`` or ``%`` (MONAI
            would execute or resolve it).
    """
    config = active_config()
    for key in TEXT_KEYS:
        for text in (*_strings(config.get(key)), *_typed(key)):
            if text.lstrip()[:1] in ("$", "@", "%"):
                raise ValueError(
                    f"`{key}` holds {text!r}, which begins with {text.lstrip()[0]!r}: a bundle would execute or "
                    "resolve such text. Leave the character out, or give prompts in a file: --prompts FILE.txt."
                )
    _check_sections(config)
    of_dataset = {key for key in DATASET_KEYS if not _values_typed(key)}
    used = {key: value for key, value in config.items() if key != "initialize"}  # what is checked only is not read
    read = _MONAI_KEYS | of_dataset | {ref for text in _strings(used) for ref in re.findall(r"@(\w+)", text)}
    jobs = {key for key, value in config.items() if _is_job(value)}
    switched_off = {key for key, value in config.items() if value is None and not _values_typed(key)}
    unread = sorted(config.keys() - read - jobs - switched_off)
    if unread:
        inner = ", ".join(f"--{INNER_TRAINING}#{key}" for key in unread) if INNER_TRAINING in config else ""
        raise ValueError(
            f"Unknown key(s) {unread}: nothing in this configuration reads them. "
            + "; ".join(f"--{key}: {nearest_names(key, read & config.keys())}" for key in unread)
            + (f"; keys of the training that it runs: {inner}" if inner else "")
        )


def _typed(key: str) -> Iterator[str]:
    """Yield the texts of a key as typed on the command line that begin with ``%``: MONAI has replaced them by now.

    Where one names no key, MONAI ends in a ``KeyError`` of its own: it replaces before it evaluates the first import.
    """
    for value in _values_typed(key):
        yield from re.findall(r"""(?:^|[\[,'"])\s*(%[^'",\]]*)""", value)


def _values_typed(key: str) -> list[str]:
    """Return what a key was set to on the command line, as ``--key value`` or ``--key=value``."""
    apart = [value for flag, value in zip(sys.argv, [*sys.argv[1:], ""], strict=True) if flag == f"--{key}"]
    return apart + [text.split("=", 1)[1] for text in sys.argv if text.startswith(f"--{key}=")]


def _check_sections(config: dict[str, Any]) -> None:
    """Raise ``ValueError`` where a part of ``train`` or ``validate`` is one that nothing refers to."""
    used = {ref for text in _strings(config) for ref in re.findall(r"@(\w+(?:#|::)\w+)", text)}
    for section in ("train", "validate"):
        for key, value in config.get(section, {}).items():
            if value is not None and f"{section}#{key}" not in used and f"{section}::{key}" not in used:
                raise ValueError(f"Unknown key {section}#{key}: nothing in this configuration reads it.")


def _strings(value: Any) -> Iterator[str]:
    """Yield all strings in a nested value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _strings(part)


def _is_job(value: Any) -> bool:
    """Whether a top-level value is a list of expressions, which ``monai.bundle run`` can run by its key."""
    return isinstance(value, list) and bool(value) and all(isinstance(v, str) and v.startswith("$") for v in value)
