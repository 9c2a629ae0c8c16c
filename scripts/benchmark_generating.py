"""The part ``generating`` of ``benchmark.py``: a whole run beside a loop of bare calls of its network.

Both take the same steps for the same number of samples, in one process, in turns. A run is all that ``generating``
does but the imports and the reading of the models: sampling, decoding, gates, upscaling, PNG and NIfTI, manifest,
card, gallery. Its upscaler is no part of the bare loop.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from monai.bundle import create_workflow

from cosimgen_monai.sampling.precision import autocast

INFERENCE = Path(__file__).resolve().parents[1] / "bundle" / "configs" / "inference.json"
UPSCALES = (1, 4)
BATCH_SIZE, STEPS = 16, 20


def run(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Measure, print a table and return its rows; the ratio of processor time is that on a single core."""
    torch.set_num_threads(args.threads)
    rows = []
    print(
        f"\n| generating {args.samples} pairs of 64 pixels, {STEPS} steps | bare s | run s | speed kept | on one core |"
    )
    print("|---|---|---|---|---|")
    for upscale in UPSCALES:
        turns = [_measure(args.samples, upscale) for _ in range(args.rounds)]
        medians = {key: statistics.median(turn[key] for turn in turns) for key in turns[0]}
        row = {"case": f"generating, upscale {upscale}", "samples": args.samples, **medians}
        row["speed_kept"] = statistics.median(turn["bare_s"] / turn["run_s"] for turn in turns)
        row["speed_kept_on_one_core"] = statistics.median(turn["bare_cpu_s"] / turn["run_cpu_s"] for turn in turns)
        print(
            f"| upscale {upscale} | {row['bare_s']:.2f} | {row['run_s']:.2f} | {row['speed_kept']:.2f} | "
            f"{row['speed_kept_on_one_core']:.2f} |",
            flush=True,
        )
        rows.append(row)
    return rows


def _measure(samples: int, upscale: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        keys: dict[str, Any] = {
            "num_samples": samples,
            "batch_size": BATCH_SIZE,
            "steps": STEPS,
            "upscale": upscale,
            "seed": 0,
        }
        workflow = create_workflow(
            config_file=str(INFERENCE),
            workflow_type="infer",
            output_dir=folder,
            device="cpu",
            logging_file=False,
            **keys,
        )
        logging.getLogger("cosimgen_monai").setLevel(logging.WARNING)
        engine = workflow.parser.get_parsed_content("evaluator")
        bare = _timed("bare", lambda: _bare(engine, samples))
        return bare | _timed("run", engine.run)


def _timed(name: str, work: Callable[[], Any]) -> dict[str, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return {f"{name}_s": time.perf_counter() - wall, f"{name}_cpu_s": time.process_time() - cpu}


@torch.no_grad()
def _bare(engine: Any, samples: int) -> None:
    """Call the network as often as the run does, on noise."""
    network = engine.network.eval()
    noise = torch.randn(BATCH_SIZE, 6, network.image_size, network.image_size)
    condition = network.condition(torch.ones(BATCH_SIZE, network.num_classes))
    timesteps = torch.full((BATCH_SIZE,), 500)
    for _ in range(-(-samples // BATCH_SIZE) * STEPS):
        with autocast(noise.device, engine.inferer.precision):
            network.denoise(noise, timesteps, condition)
