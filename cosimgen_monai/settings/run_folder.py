"""The folder of a run: it holds one run's plan, and no other run writes into it."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from cosimgen_monai.processes import rank
from cosimgen_monai.settings.atomic import atomic_write, is_draft, remove_drafts
from cosimgen_monai.settings.durable import make_folder
from cosimgen_monai.settings.tracking import is_tracking_file, without_tracking
from cosimgen_monai.settings.values import as_boolean
from cosimgen_monai.settings.workflow import active_config

PLAN = "plan.json"
LOCK = ".lock"
_held: dict[Path, FileLock] = {}
"""The folders that this process has taken; the system lets go of them when it ends, however it ends."""
_NO_PART_OF_A_PLAN = {
    "_meta_",
    "imports",
    "bundle_root",
    "output_dir",
    "inspection_dir",
    "inspecting",
    "cache_dir",
    "resume",
    "shard",
    "target_device",
    "initialize",
    "finalize",
}


def claim_run_folder(
    output_dir: str | Path,
    resume: Any,
    result: str | Path,
    facts: dict[str, Any] | None = None,
    free: Collection[str] = (),
    parts: Collection[str] = (),
) -> None:
    """Take a folder for the configuration that is being run, or go on in it where it is this very run's.

    Of several processes that train together the first one takes it for all.

    Args:
        output_dir: the run's folder.
        resume: whether a run that the folder holds may be gone on with.
        result: the file in it by which a run has begun (``checkpoint.pt``, ``manifest.csv``); a plan without it binds
            nobody.
        facts: what else makes the run this one (a checkpoint's hash).
        free: keys that may differ when it is gone on with, since each result lies under its own value of them.
        parts: names of folders in it that are parts of this run.

    Raises:
        ValueError: if the folder holds another run, or something that is no run, or a run and ``resume`` is false.
        BlockingIOError: if another process is at work in the folder.
    """
    if rank() > 0:
        return
    folder, resume, result = Path(output_dir), as_boolean("resume", resume), Path(result)
    if result.parent != folder:
        raise ValueError(
            f"`ckpt_path` {result} must lie in `output_dir` {folder}: a run goes on in its own folder only."
        )
    plan = _binding(json.loads(json.dumps({**active_config(), **(facts or {})}, default=str)), free)
    _lock(folder)
    begun = result.is_file()
    if (folder / PLAN).is_file():
        known = _binding(json.loads((folder / PLAN).read_text("utf-8")), free)
        if begun:
            _check_same(folder, known, plan, resume)
    elif begun or _holds_something(folder, parts):
        raise ValueError(f"`output_dir` {folder} is not empty and holds no run's {PLAN}; choose another --output_dir.")
    remove_drafts(folder)
    with atomic_write(folder / PLAN) as draft:
        draft.write_text(json.dumps(plan, indent=1), "utf-8")


def release_run_folder(output_dir: str | Path) -> None:
    """Let go of a folder that this process has taken, so that another may take it or it may be removed."""
    if (lock := _held.pop(Path(output_dir).resolve(), None)) is not None:
        lock.release(force=True)


def check_writable(key: str, folder: str | Path) -> None:
    """Make a folder, and raise ``ValueError`` by its key's name where nothing can be written into it."""
    try:
        with atomic_write(Path(folder) / ".writable") as draft:
            draft.touch()
        (Path(folder) / ".writable").unlink()
    except OSError as error:
        raise ValueError(
            f"`{key}` {folder} cannot be written into ({error.strerror}); give another --{key}."
        ) from error


def _check_same(folder: Path, known: dict[str, Any], plan: dict[str, Any], resume: bool) -> None:
    """Raise ``ValueError`` where a folder's run is not this one, or is not to be gone on with."""
    if known != plan:
        differing = sorted(key for key in known.keys() | plan.keys() if known.get(key) != plan.get(key))
        raise ValueError(
            f"`output_dir` {folder} holds another run; they differ in {', '.join(differing)}. "
            "Choose another --output_dir, or run with that run's settings to go on with it."
        )
    if not resume:
        raise ValueError(f"`output_dir` {folder} holds this run already; --resume true goes on with it.")


def _binding(config: dict[str, Any], free: Collection[str]) -> dict[str, Any]:
    """Return the part of a configuration that makes a run this one."""
    loose = {*_NO_PART_OF_A_PLAN, *free}
    return {key: value for key, value in without_tracking(config).items() if key not in loose}


def _lock(folder: Path) -> None:
    """Keep every other process out of a folder for as long as this one lives."""
    make_folder(folder)
    lock = _held.setdefault(folder.resolve(), FileLock(folder / LOCK))
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise BlockingIOError(
            f"Another process is at work in `output_dir` {folder}; wait for it, or choose another --output_dir."
        ) from error


def _holds_something(folder: Path, parts: Collection[str]) -> bool:
    """Whether a folder holds more than its parts and what a killed start leaves: lock, drafts, trackers' files."""
    return any(
        not (is_draft(path) or is_tracking_file(path) or path.name in (LOCK, "tensorboard", *parts))
        for path in folder.iterdir()
    )
