"""The folders of several shards become one run's."""

from __future__ import annotations

import logging
import os
import re
import shutil
from itertools import chain
from pathlib import Path
from typing import Any

from cosimgen_monai.export.record.csv_rows import CsvRows, write_rows
from cosimgen_monai.export.record.manifest import Manifest
from cosimgen_monai.processes import Launch, wait_for_all
from cosimgen_monai.prompts import JOINING
from cosimgen_monai.settings import (
    claim_run_folder,
    folders_synced_together,
    make_folder,
    release_run_folder,
    remove_drafts,
    run_job,
    sync_folder,
)

logger = logging.getLogger(__name__)
_OWN = {"plan.json", "manifest.csv", ".lock"}


def join_when_all_have_drawn(output_dir: str | Path, run_dir: str | Path, job: str = "joining") -> None:
    """Make one set of the shards of a run's processes as soon as all are there; a process alone has nothing to join.

    Args:
        output_dir: the folder of the run.
        run_dir: the folder of this process's shard.
        job: the configuration's job that joins them.
    """
    launch = Launch.of_this_process()
    if launch.number == 1 or Path(run_dir) == Path(output_dir):
        return
    release_run_folder(run_dir)
    wait_for_all()
    if launch.rank == 0:
        logger.info("All %d processes have drawn their shards; joining them.", launch.number)
        run_job(job, shard=None)


def join_what_is_left(output_dir: str | Path, run_dir: str | Path, manifest: Manifest, facts: dict[str, Any]) -> None:
    """End a joining that was killed, before a run goes on in the common folder; arguments as of :func:`join_shards`."""
    if Path(run_dir) == Path(output_dir) and (Path(output_dir) / JOINING).is_file():
        join_shards(output_dir, manifest, facts)


def join_shards(output_dir: str | Path, manifest: Manifest, facts: dict[str, Any]) -> None:
    """Move what shards have drawn into their common folder, and let the manifest list it; killed, it can be run again.

    Args:
        output_dir: the folder that holds ``shard_1_of_n`` to ``shard_n_of_n``.
        manifest: the common folder's manifest.
        facts: what makes the run this one, beside its configuration (:func:`claim_run_folder`).

    Raises:
        ValueError: if shards are missing, they or the folder are another run's, or the folder holds something else.
        BlockingIOError: if another process is at work in a shard or in the folder.
    """
    output_dir = Path(output_dir)
    if manifest.path.is_file():  # killed while it removed the shards
        claim_run_folder(output_dir, True, manifest.path, facts)
        shards = [folder for folder in _shards(output_dir) if (output_dir / JOINING).is_file()]
    else:
        shards = list(_complete(output_dir))
        for folder in shards:
            claim_run_folder(folder, True, folder / "manifest.csv", facts)
        claim_run_folder(output_dir, True, manifest.path, facts, parts=[folder.name for folder in shards])
        (output_dir / JOINING).touch()
        _make_one(shards, output_dir, manifest)
    for folder in shards:
        release_run_folder(folder)
        shutil.rmtree(folder)
    (output_dir / JOINING).unlink(missing_ok=True)


def _make_one(shards: list[Path], output_dir: Path, manifest: Manifest) -> None:
    """Move the files of shards, then list them."""
    manifests = [CsvRows(folder / "manifest.csv") for folder in shards]
    rows = {row["id"]: (part, i) for part in manifests for i, row in enumerate(part)}
    with folders_synced_together():
        for folder in shards:
            _move_files(folder, output_dir)
    raw = (content for name in sorted(rows) for content in rows[name][0].raw([rows[name][1]]))
    write_rows(manifest.path, chain(manifests[0].raw([-1]), raw))
    manifest.rows = CsvRows(manifest.path)


def _move_files(shard: Path, output_dir: Path) -> None:
    """Move a shard's files, apart from those that only a run's own folder holds."""
    remove_drafts(shard)
    for path in sorted(path for path in shard.rglob("*") if path.is_file() and path.name not in _OWN):
        target = output_dir / path.relative_to(shard)
        make_folder(target.parent)
        os.replace(path, target)
        sync_folder(target.parent)


def _shards(output_dir: Path) -> dict[Path, tuple[int, int]]:
    """Return the shards' folders with their i and n."""
    found = {path: re.fullmatch(r"shard_(\d+)_of_(\d+)", path.name) for path in sorted(output_dir.glob("shard_*"))}
    return {path: (int(match[1]), int(match[2])) for path, match in found.items() if match}


def _complete(output_dir: Path) -> dict[Path, tuple[int, int]]:
    """Return the shards' folders; raise ``ValueError`` where they are not all there."""
    shards = _shards(output_dir)
    if not shards:
        raise ValueError(f"`output_dir` {output_dir} holds no shard's folder: draw with --shard i/n first.")
    totals = {total for _, total in shards.values()}
    there = {number for path, (number, _) in shards.items() if (path / "manifest.csv").is_file()}
    lacking = sorted(set(range(1, max(totals) + 1)) - there)
    if len(totals) > 1 or lacking:
        raise ValueError(
            f"`output_dir` {output_dir} holds "
            + (f"shards of {sorted(totals)}: keep one kind." if len(totals) > 1 else f"no shard {lacking}: draw it.")
        )
    return shards
