"""Whether a file or a folder can be opened at all, said before a library says it less well, or not at all."""

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


def entries(folder: Path) -> list[Path]:
    """Return what lies in a folder, sorted by name; ``Path.glob`` passes over folders that may not be read.

    Left out is what macOS puts beside a file on a disk that is not its own: ``._a.png``, which is no picture.

    Raises:
        FileNotFoundError: if the folder is missing.
        PermissionError: if the folder may not be read, or what is in it not be reached.
    """
    try:
        paths = sorted(folder.iterdir())
        for path in paths[:1]:
            path.lstat()  # a folder may show its names and still be closed
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{folder} is missing.") from error
    except PermissionError as error:
        raise PermissionError(f"{folder} may not be read: give yourself read permission (chmod u+rx).") from error
    return [path for path in paths if not path.name.startswith("._")]


def folders_in(folder: Path) -> list[Path]:
    """Return the folders in a folder, sorted by name.

    Raises:
        PermissionError: if the folder may not be read.
    """
    return [path for path in entries(folder) if path.is_dir()]
