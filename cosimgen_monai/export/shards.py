"""The folders of several shards become one run's."""

from __future__ import annotations

import json
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
from cosimgen_monai.settings import (
    atomic_write,
    folders_synced_together,
    make_folder,
    remove_drafts,
    run_job,
    sync_folder,
)

logger = logging.getLogger(__name__)
PLAN = "plan.json"
_OWN = {PLAN, "manifest.csv", ".lock"}


def join_when_all_have_drawn(output_dir: str | Path, job: str = "joining") -> None:
    """Make one set of the shards of a run's processes as soon as all are there; a process alone has nothing to join.

    Args:
        output_dir: the folder of the run.
        job: the configuration's job that joins them.
    """
    launch = Launch.of_this_process()
    if launch.number == 1 or (Path(output_dir) / "manifest.csv").is_file():
        return
    wait_for_all()
    if launch.rank == 0:
        logger.info("All %d processes have drawn their shards; joining them.", launch.number)
        run_job(job, shard=None)


def join_shards(output_dir: str | Path, manifest: Manifest) -> None:
    """Move what shards have drawn into their common folder, and let the manifest list it; killed, it can be run again.

    Args:
        output_dir: the folder that holds ``shard_1_of_n`` to ``shard_n_of_n``.
        manifest: the common folder's manifest.

    Raises:
        ValueError: if shards are missing, or are parts of different plans.
    """
    output_dir = Path(output_dir)
    shards = _shards(output_dir)
    plan = _common_plan(shards)
    manifests = [CsvRows(folder / "manifest.csv") for folder in shards]
    rows = {row["id"]: (part, i) for part in manifests for i, row in enumerate(part)}
    with folders_synced_together():
        for folder in shards:
            _move_files(folder, output_dir)
    with atomic_write(output_dir / PLAN) as draft:
        draft.write_text(json.dumps(plan, indent=1), "utf-8")
    raw = (content for name in sorted(rows) for content in rows[name][0].raw([rows[name][1]]))
    write_rows(manifest.path, chain(manifests[0].raw([-1]), raw))
    manifest.rows = CsvRows(manifest.path)
    for folder in shards:
        shutil.rmtree(folder)


def _move_files(shard: Path, output_dir: Path) -> None:
    """Move a shard's files, apart from those that only a run's own folder holds."""
    remove_drafts(shard)
    for path in sorted(path for path in shard.rglob("*") if path.is_file() and path.name not in _OWN):
        target = output_dir / path.relative_to(shard)
        make_folder(target.parent)
        os.replace(path, target)
        sync_folder(target.parent)


def _shards(output_dir: Path) -> list[Path]:
    found = {path: re.fullmatch(r"shard_(\d+)_of_(\d+)", path.name) for path in sorted(output_dir.glob("shard_*"))}
    numbers = {path: (int(match[1]), int(match[2])) for path, match in found.items() if match}
    if not numbers:
        raise ValueError(f"`output_dir` {output_dir} holds no shard's folder: draw with --shard i/n first.")
    totals = {total for _, total in numbers.values()}
    there = {number for path, (number, _) in numbers.items() if (path / "manifest.csv").is_file()}
    lacking = sorted(set(range(1, max(totals) + 1)) - there)
    if len(totals) > 1 or lacking:
        raise ValueError(
            f"`output_dir` {output_dir} holds "
            + (f"shards of {sorted(totals)}: keep one kind." if len(totals) > 1 else f"no shard {lacking}: draw it.")
        )
    return list(numbers)


def _common_plan(shards: list[Path]) -> dict[str, Any]:
    plans = [json.loads((folder / PLAN).read_text("utf-8")) for folder in shards]
    for folder, plan in zip(shards, plans, strict=True):
        differing = sorted(key for key in plan.keys() | plans[0].keys() if plan.get(key) != plans[0].get(key))
        if differing:
            raise ValueError(f"{folder} and {shards[0]} are of different plans; they differ in {', '.join(differing)}.")
    return plans[0]
