"""Equal training time for several models: each is timed for a few iterations, and the minutes become whole epochs."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import logging
import math
import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch
from ignite.engine import Events
from monai.bundle import create_workflow

from cosimgen_monai.reports import load_judges
from cosimgen_monai.reports.evaluation.evaluated_pairs import check_number_of_real
from cosimgen_monai.settings import atomic_write, errors_in_their_own_words

CONFIGS = Path(__file__).resolve().parents[2] / "bundle" / "configs"
MODELS = {"TGAN": "tgan", "Pix2PixGAN": "pix2pix", "CVAE": "cvae", "CoSimGen": ""}
"""The rows of the paper's tables, and the overlay that trains each."""
ABLATIONS = {
    "both losses": {"loss#triplet_weight": 1.0, "loss#adversarial_weight": 0.1},
    "no triplet": {"loss#triplet_weight": 0, "loss#adversarial_weight": 0.1},
    "no discriminator": {"loss#triplet_weight": 1.0, "loss#adversarial_weight": 0},
    "neither": {"loss#triplet_weight": 0, "loss#adversarial_weight": 0},
    "channel fusion": {"network#fusion": "channel_addition"},
    "full width": {"network#base_channels": 64},
    "half width": {"network#base_channels": 32},
}
AT_PAPER_SCALE = {"batch_size": 24, "network#patch_size": 1, "network#channel_mults": [1, 2, 4, 8]}
JUDGES_AT_PAPER_SCALE = {"discriminator#patch_size": 1, "discriminator#channel_mults": [1, 2, 4, 8]}
"""What ``paper.json`` gives CoSimGen, for the baselines, whose overlays have the starter's; the second for TGAN."""
DEFAULTS = {"starter": "neither", "paper": "both losses"}
"""Of the ablations, what ``train.json`` does as it is, and with ``paper.json``."""
DEFAULT_WIDTHS = {"starter": "half width", "paper": "full width"}
"""The width of every other ablation, which is none itself."""
TIMED, WARM_UP = 60, 40
"""Iterations that a model is timed over, after those that warm it up (of a short or slow epoch, its first half)."""
VALIDATIONS, STEPS = 4, 20
"""Validations a model, and the steps in which CoSimGen draws a sample, as in ``train.json`` and ``inference.json``."""
SECONDS_TIMED = 90
"""A model that is slower is timed over fewer iterations, three at least."""
NO_PART_OF_A_PLAN = ("output_dir", "include_real", "plan_only", "guidance_scales")


def models_of(args: argparse.Namespace) -> list[str]:
    """Return the models that are compared."""
    if not args.ablation:
        return list(MODELS)
    return [variant for variant in ABLATIONS if variant != DEFAULT_WIDTHS[args.scale]]


def read_plan(args: argparse.Namespace, models: list[str]) -> dict[str, dict[str, Any]]:
    """Return how long each model trains, timed at the first call and read back at later ones."""
    path = args.output_dir / "plan.json"
    asked = {key: str(value) for key, value in vars(args).items() if key not in NO_PART_OF_A_PLAN}
    if (data := Path(args.dataset_dir)).is_relative_to(args.output_dir):
        asked["dataset_dir"] = str(data.relative_to(args.output_dir))  # wherever the folder is
    asked["models"] = ", ".join(models)
    if path.is_file():
        known = json.loads(path.read_text("utf-8"))
        if changed := [key for key, value in asked.items() if known["asked"].get(key) != value]:
            words = "; ".join(f"{key} {known['asked'].get(key)}, now {asked[key]}" for key in changed)
            sys.exit(f"{path} is of another run ({words}); choose another --output_dir.")
        return known["models"]
    print("timing each model for a few iterations", flush=True)
    try:
        check_judges()
        plan = {model: time_apart(args, model) for model in models}
    except (OSError, ValueError) as error:  # a user's mistake, and nothing is begun yet
        sys.exit(f"{type(error).__name__}: {error}")
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as draft:
        draft.write_text(json.dumps({"asked": asked, "models": plan}, indent=1), "utf-8")
    return plan


def check_judges() -> None:
    """Load the networks that pairs are evaluated with: a damaged weight file is found before anything is trained."""
    names = json.loads((CONFIGS / "evaluate.json").read_text("utf-8"))["feature_networks"]
    load_judges(names, None, torch.device("cpu"))


def time_apart(args: argparse.Namespace, model: str) -> dict[str, Any]:
    """Time a model in a process of its own: its memory is its own, and given back before the trainings start."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(time_quietly, args, model).result()


def time_quietly(args: argparse.Namespace, model: str) -> dict[str, Any]:
    """Time a model without the log and progress bars of a training that is none."""
    logging.disable(logging.CRITICAL)
    with contextlib.redirect_stderr(io.StringIO()), errors_in_their_own_words():
        return time_model(args, model)


def time_model(args: argparse.Namespace, model: str) -> dict[str, Any]:
    """Train a model for a few iterations and return the epochs that the minutes hold, and the memory it takes."""
    # a discriminator costs its full time from the iteration on at which its verdict counts
    judged = {} if MODELS.get(model) else {"loss#adversarial_start": 0}
    with tempfile.TemporaryDirectory() as folder:
        run = create_workflow(
            config_file=training_files(args, model),
            workflow_type="train",
            logging_file=False,
            **{**training_keys(args, model), "output_dir": folder, "max_epochs": 1, **judged},
        )
        run.initialize()
        if args.real_part == "val":
            check_number_of_real(len(run.parser.get_parsed_content("validate#pairs").rows), "val", args.dataset)
        trainer, device = (run.parser.get_parsed_content(key) for key in ("train#trainer", "target_device"))
        run.parser.get_parsed_content("ema").attach(trainer)
        epoch_length = len(run.parser.get_parsed_content("train#dataloader"))
        batch_size = run.parser.get_parsed_content("batch_size")

        @trainer.on(Events.ITERATION_COMPLETED)
        def note() -> None:
            if device.type == "cuda":
                torch.cuda.synchronize()
            times.append(time.perf_counter())
            slow = len(times) > 3 and times[-1] - times[0] > SECONDS_TIMED
            if slow or len(times) > min(WARM_UP + TIMED, epoch_length):
                raise _Timed

        times = [time.perf_counter()]
        with contextlib.suppress(_Timed):
            trainer.run()
    seconds = seconds_per_iteration(times)
    epochs = args.minutes_per_model * 60 / (seconds * epoch_length)
    return {
        "seconds_per_iteration": seconds,
        "iterations_per_epoch": epoch_length,
        "batch_size": batch_size,
        "max_epochs": max(1, math.ceil(epochs) if MODELS.get(model) else math.floor(epochs)),
        "gpu_memory_gib": torch.cuda.max_memory_reserved(device) / 2**30 if device.type == "cuda" else None,
        "memory_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    }


def seconds_per_iteration(times: list[float]) -> float:
    """Return the mean time of an iteration after the warm-up, from when it all began and when each iteration ended."""
    first = min(WARM_UP, (len(times) - 1) // 2)
    return (times[-1] - times[first]) / (len(times) - 1 - first)


class _Timed(Exception):
    """Enough iterations were timed."""


def training_files(args: argparse.Namespace, model: str) -> list[str]:
    """Return the configs of a model's training."""
    files = ["train.json", f"data/{args.dataset}.json", *(["paper.json"] if args.scale == "paper" else [])]
    if MODELS.get(model):
        files.append(f"baselines/{MODELS[model]}.json")
    return [str(CONFIGS / name) for name in files]


def training_keys(args: argparse.Namespace, model: str) -> dict[str, Any]:
    """Return the overrides of a model's training."""
    run = {"dataset_dir": args.dataset_dir, "cache_dir": str(args.output_dir / "cache"), "device": args.device}
    scale: dict[str, Any] = {}
    if args.scale == "paper" and MODELS.get(model):
        scale = {**AT_PAPER_SCALE, **(JUDGES_AT_PAPER_SCALE if model == "TGAN" else {})}
    return {**run, "seed": args.seed, **scale, **ABLATIONS.get(model, {})}
