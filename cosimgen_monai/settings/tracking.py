"""MONAI's experiment tracking (``--tracking mlflow``) on a training whose losses have names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from monai.bundle.utils import DEFAULT_MLFLOW_SETTINGS, ID_SEP_KEY

from cosimgen_monai.settings.workflow import active_parser

_HANDLER = "MLFlowHandler"
_SETTINGS: dict[str, Any] = DEFAULT_MLFLOW_SETTINGS
_KEYS = _SETTINGS["configs"].keys() - _SETTINGS["handlers_id"].keys() - {"output_dir"}
_FILES = re.compile(r"config_\d+_\d+\.json|mlruns|mlruns\.db.*")


def track_every_loss() -> None:
    """Let MONAI's tracking log all losses of an iteration by their names; without tracking nothing happens.

    MONAI's settings look for a number called ``loss`` in the first item of a batch's list of outputs; these trainers'
    output is a dict of losses.
    """
    items = active_parser().ref_resolver.items
    trainer = _SETTINGS["handlers_id"]["trainer"]["handlers"].replace("#", ID_SEP_KEY)
    for item_id, item in list(items.items()):
        if item_id.startswith(trainer + ID_SEP_KEY) and _tracks(item.get_config()):
            items[f"{item_id}{ID_SEP_KEY}output_transform"].update_config("$lambda losses: losses")


def without_tracking(config: dict[str, Any]) -> dict[str, Any]:
    """Return a configuration as it was before MONAI added its tracking, which makes a run no other one."""
    return {key: _stripped(value) for key, value in config.items() if key not in _KEYS}


def is_tracking_file(path: Path) -> bool:
    """Whether MONAI's tracking wrote this into a run's folder."""
    return _FILES.fullmatch(path.name) is not None


def _tracks(value: Any) -> bool:
    return isinstance(value, dict) and value.get("_target_") == _HANDLER


def _stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _stripped(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_stripped(part) for part in value if not _tracks(part)]
    return value
