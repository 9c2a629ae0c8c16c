"""What a reproduction of the tables takes, said beforehand: time and memory of each model."""

from __future__ import annotations

import argparse
from typing import Any

from paper_tables.columns import SINGLE_CLASS_SHARE, columns_of
from paper_tables.equal_time_plan import MODELS, STEPS, VALIDATIONS


def print_plan(args: argparse.Namespace, plan: dict[str, dict[str, Any]]) -> None:
    """Say what time and memory the whole will take."""
    print(
        f"{args.dataset} at {args.scale} scale, {len(plan)} models, {args.minutes_per_model:g} minutes' training each:"
    )
    total = 0.0
    for model, facts in plan.items():
        minutes = facts["seconds_per_iteration"] * facts["iterations_per_epoch"] * facts["max_epochs"] / 60
        sampling = sampling_minutes(args, model, facts)
        total += minutes + sampling
        gpu, host = facts["gpu_memory_gib"], facts.get("memory_gib")
        print(
            f"  {model:<18}{facts['max_epochs']:>6} epochs of {facts['iterations_per_epoch']} iterations of "
            f"{facts['seconds_per_iteration']:.2g} s: {minutes:.1f} minutes, about {sampling:.1f} of sampling"
            + (f", {gpu:.1f} GiB of GPU memory" if gpu else "")
            + (f", up to {host:.1f} GiB of memory" if host else "")
        )
    print(
        f"In all about {total / 60:.1f} hours; reading the data at first and the evaluations come on top.", flush=True
    )


def sampling_minutes(args: argparse.Namespace, model: str, facts: dict[str, Any]) -> float:
    """Return roughly how long validations and samples take: a forward pass is a third of a training iteration."""
    passes = 1 if MODELS.get(model) else STEPS
    samples = VALIDATIONS * 64.0
    for column in columns_of(model, args.guidance_scales):
        share = sum(SINGLE_CLASS_SHARE if kind == "single class" else 1 for kind, _ in column.sets())
        samples += share * args.num_samples * (1 if column.guidance_scale == 1 else 2)
    return samples * passes * facts["seconds_per_iteration"] / facts.get("batch_size", 4) / 3 / 60
