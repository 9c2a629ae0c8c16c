"""Kill `generating` at random moments and start it again: nothing may be lost, doubled, half-written or different.

A run that is never killed is drawn first. Then the same run is drawn in a folder of its own, killed (SIGKILL) at a
moment drawn evenly from the whole run's time, start and end included, and started again, until it is finished; further
rounds follow until there were as many kills as asked for. After each kill every file that is there must be whole, and
every sample that the manifest lists must have all its files; each finished round must be the first run's bytes.

    python scripts/stress_generating.py --kills 30 --num_samples 48 --output_dir /tmp/stress
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import os
import random
import re
import signal
import sys
import time
from pathlib import Path
from typing import Any

INFERENCE = Path(__file__).resolve().parents[1] / "bundle" / "configs" / "inference.json"
FORMATS = ["nifti", "png", "native", "coco", "dicom"]
GROWS = {"plan.json", ".lock", "manifest.csv"}
"""What an unfinished run may have in another state than a finished one; the plan names the folder it is in."""

# children are forked from a process that has imported everything and computed nothing, so that a start takes no minute
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["cosimgen_monai", "monai.bundle", "highdicom", "pyarrow.parquet", "pycocotools.mask"])


def main() -> None:
    """Draw, kill, compare, say what happened."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--num_samples", type=int, default=48)
    parser.add_argument("--batch_size", type=int, default=8)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--upscale", type=int, default=4)
    parser.add_argument("--formats", nargs="+", default=FORMATS)
    parser.add_argument("--ckpt_path", default=str(INFERENCE.parents[1] / "models" / "model.pt"))
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument("--output_dir", type=Path, required=True)
    args = parser.parse_args()
    names = ("num_samples", "batch_size", "steps", "upscale", "formats", "ckpt_path")
    keys = {name: getattr(args, name) for name in names} | {"require_classes": True, "max_redraws": 2}
    stress(keys, args.kills, args.seed, args.output_dir)


def stress(keys: dict[str, Any], kills: int, seed: int, output_dir: Path) -> list[int]:
    """Kill and compare until there were enough kills; return how many samples were listed at each.

    Args:
        keys: overrides of ``inference.json``.
        kills: number of kills.
        seed: of their moments.
        output_dir: an empty folder for the runs.
    """
    output_dir.mkdir(parents=True, exist_ok=True)
    if any(output_dir.iterdir()):
        sys.exit(f"--output_dir {output_dir} is not empty.")
    whole = output_dir / "whole"
    warm_up = PROCESSES.Process(target=time.sleep, args=(0,))  # imports everything, which no later start does again
    warm_up.start()
    warm_up.join()
    begin = time.perf_counter()
    draw(keys, whole)
    seconds = time.perf_counter() - begin
    reference, moments, listed, rounds = files_of(whole), random.Random(seed), [], 0
    print(f"never killed: {seconds:.1f} s, {len(reference)} files", flush=True)
    while len(listed) < kills or (output_dir / f"round_{rounds}").is_dir():
        folder, moment = output_dir / f"round_{rounds}", moments.uniform(0, seconds)
        if draw(keys, folder, moment if len(listed) < kills else None):
            listed.append(check_partial(folder, reference))
            print(f"kill {len(listed)} after {moment:.2f} s: {listed[-1]} samples listed", flush=True)
            continue
        check_whole(folder, reference)
        print(f"round {rounds} is finished: the same bytes", flush=True)
        rounds += 1
    print(f"{kills} kills in {rounds} rounds: nothing lost, doubled, half-written or different")
    return listed


def draw(keys: dict[str, Any], folder: Path, kill_after: float | None = None) -> bool:
    """Run `generating` in a process of its own; return whether it was killed, after so many seconds."""
    process = PROCESSES.Process(target=_generate, args=(keys, folder))
    process.start()
    process.join(kill_after)
    process.kill()
    process.join()
    if process.exitcode not in (0, -signal.SIGKILL):
        sys.exit(f"generating into {folder} failed: see {folder}.log")
    return process.exitcode != 0


def _generate(keys: dict[str, Any], folder: Path) -> None:
    from monai.bundle import create_workflow

    with open(f"{folder}.log", "a", encoding="utf-8") as log:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(log.fileno(), stream.fileno())
        places = {"output_dir": str(folder), "device": "cpu", "run_id": "generating"}
        run = create_workflow(config_file=str(INFERENCE), workflow_type="infer", **places, **keys)
        run.run()
        run.finalize()


def files_of(run: Path) -> dict[str, bytes]:
    """Return the files of a run that a user or a program would read, by name."""
    paths = [path for path in sorted(run.rglob("*")) if path.is_file() and ".draft-" not in path.name]
    return {str(path.relative_to(run)): path.read_bytes() for path in paths if path.name not in ("plan.json", ".lock")}


def check_partial(folder: Path, reference: dict[str, bytes]) -> int:
    """Stop where a file is not whole or a listed sample lacks one; return how many are listed."""
    there = files_of(folder)
    for name, content in there.items():
        if name not in GROWS and content != reference.get(name):
            sys.exit(f"{folder / name} is not what the run that was never killed wrote.")
    rows = there.get("manifest.csv", b"").decode()
    lines = list(csv.reader(rows[: rows.rfind("\n") + 1].splitlines()))[1:]
    for number in (int(line[0].rsplit("_", 1)[1]) for line in lines):
        # BTCV's layout counts from 900000
        mine = {name for name in reference if re.search(rf"(?<!\d)({number:06d}|{900_000 + number})(?!\d)", name)}
        if lacking := mine - there.keys():
            sys.exit(f"{folder}: sample {number} is listed, but {sorted(lacking)} are not there.")
    return len(lines)


def check_whole(folder: Path, reference: dict[str, bytes]) -> None:
    """Stop where a finished run differs from the one that was never killed."""
    there = files_of(folder)
    if differing := sorted(n for n in there.keys() | reference.keys() if there.get(n) != reference.get(n)):
        sys.exit(f"{folder} differs from the run that was never killed in {differing[:5]} ({len(differing)} files).")
    if drafts := list(folder.rglob(".draft-*")):
        sys.exit(f"{folder} still holds {drafts[0]}.")


if __name__ == "__main__":
    main()
