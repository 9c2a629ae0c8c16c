"""The bundle run that is under way: its configuration and its folder."""

from __future__ import annotations

import copy
import sys
from pathlib import Path
from typing import Any

from monai.bundle import ConfigParser, ConfigWorkflow
from monai.bundle.utils import ID_SEP_KEY


def _in_call_stack(kind: type) -> Any:
    """Return the innermost object of a type whose method is being called, or ``None``.

    MONAI hands a config's expressions no access to the config that they stand in; the call stack has it, whether the
    run was started on the command line or by ``create_workflow``.
    """
    frame = sys._getframe(1)
    while frame is not None:
        owner = frame.f_locals.get("self")
        if isinstance(owner, kind):
            return owner
        frame = frame.f_back  # type: ignore[assignment]
    return None


def active_parser() -> ConfigParser:
    """Return the parser of the configuration that is being run.

    Raises:
        RuntimeError: if no bundle configuration is being run.
    """
    parser: ConfigParser | None = _in_call_stack(ConfigParser)
    if parser is None:
        raise RuntimeError("No bundle configuration is being run; this is called from a config's expressions only.")
    return parser


def active_config() -> dict[str, Any]:
    """Return the merged configuration (files, then overrides) that is being run, as written."""
    return dict(active_parser().get())


def run_job(job: str, **override: Any) -> None:
    """Run a job of the configuration that is being run, anew and with other values.

    Args:
        job: the key of its list of expressions.
        override: the values by their keys.
    """
    parser = ConfigParser(copy.deepcopy(active_config()))
    parser.update(override)
    for i in range(len(parser[job])):
        parser.get_parsed_content(f"{job}{ID_SEP_KEY}{i}")


def bundle_root() -> str:
    """Return the folder of the bundle that is being run: the one above its ``configs``."""
    workflow = _in_call_stack(ConfigWorkflow)
    folder = Path(workflow.config_root_path) if workflow is not None else Path("bundle/configs")
    return str(folder.parent)
