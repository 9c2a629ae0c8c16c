"""Packages that only some formats need."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def import_for_export(module: str, what: str) -> Any:
    """Import a module of an optional package.

    Raises:
        ModuleNotFoundError: naming the pip command, if the package is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"{what} needs the package {module.split('.')[0]}, which is not installed: "
            "pip install 'cosimgen-monai[export]' (from a clone: pip install -e '.[export]')."
        ) from error
