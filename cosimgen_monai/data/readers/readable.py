"""Whether a file can be opened at all, said before a library says it less well."""

from __future__ import annotations

from pathlib import Path


def check_readable(path: Path) -> None:
    """Raise ``FileNotFoundError`` or ``PermissionError``, with the remedy, where a file cannot be opened."""
    try:
        with path.open("rb"):
            pass
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{path} is missing.") from error
    except PermissionError as error:
        raise PermissionError(f"{path} may not be read: give yourself read permission (chmod u+r).") from error
