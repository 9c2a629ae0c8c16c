"""A part of a plan, for several processes or machines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cosimgen_monai.processes import Launch
from cosimgen_monai.prompts.requests import Request

JOINING = ".joining"
"""Stands in a folder while its shards are made one set; what a kill leaves of that is joined before anything else."""


def shard_of_process(output_dir: str | Path) -> str | None:
    """Return the shard of a process that ``torchrun`` has started, ``None`` for one that works alone.

    A folder that holds a whole run already, joined (or half joined) or begun by one process, is gone on with by the
    first process; the others have nothing to do and end.
    """
    launch = Launch.of_this_process()
    if launch.number == 1:
        return None
    if _is_one_set(output_dir):
        if launch.rank > 0:
            raise SystemExit(0)
        return None
    return f"{launch.rank + 1}/{launch.number}"


def parse_shard(shard: Any) -> tuple[int, int] | None:
    """Understand the key ``shard``: nothing, or ``i/n`` with i from 1 to n.

    Raises:
        ValueError: if it is neither.
    """
    if shard is None:
        return None
    match = re.fullmatch(r"\s*(\d+)\s*/\s*(\d+)\s*", str(shard))
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise ValueError(
            f"`shard` must be i/n with i from 1 to n, such as 2/8, got {shard!r} (SLURM: --array=1-8, and "
            "--shard $SLURM_ARRAY_TASK_ID/8)."
        )
    return int(match[1]), int(match[2])


def requests_of_shard(requests: Sequence[Request], shard: Any) -> list[Request]:
    """Return every n-th request from the i-th on; the union of the shards is the whole plan.

    Raises:
        ValueError: if the shard is no ``i/n``, or has nothing to draw.
    """
    part = parse_shard(shard)
    if part is None:
        return list(requests)
    number, total = part
    if total > len(requests):
        raise ValueError(f"`shard` {shard}: there are {len(requests)} samples only, some shards would be empty.")
    return list(requests[number - 1 :: total])


def shard_folder(output_dir: str | Path, shard: Any) -> str:
    """Return where a run writes: ``output_dir``, or a folder of the shard's own in it.

    Raises:
        ValueError: if the shard is no ``i/n``, or what the folder holds is one set already.
    """
    part = parse_shard(shard)
    if part is None:
        return str(output_dir)
    if _is_one_set(output_dir):
        raise ValueError(
            f"`output_dir` {output_dir} holds a run without shards, or shards that were joined: go on without --shard, "
            "or choose another --output_dir."
        )
    return str(Path(output_dir) / "shard_{}_of_{}".format(*part))


def _is_one_set(output_dir: str | Path) -> bool:
    return any((Path(output_dir) / name).is_file() for name in ("manifest.csv", JOINING))
