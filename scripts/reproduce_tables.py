"""Reproduce the paper's tables 1 and 2: CoSimGen and its three baselines, trained for equal time on one dataset.

Each model is timed for a few iterations, trained for as many whole epochs as the minutes hold (rounded up for a
baseline, down for CoSimGen), drawn from (the training's class sets, then one class at a time for PPV) and evaluated. A
second call with the same arguments goes on where the first was stopped, within a model too. At the end
``draw_figures.py`` draws figures 5 and 6 (with ``--ablation`` figure 8 too) into the same folder.

    python scripts/reproduce_tables.py --dataset phantom --minutes_per_model 8 --output_dir output/tables
    python scripts/reproduce_tables.py --dataset mbrsc --dataset_dir DIR --minutes_per_model 60 --output_dir OUT
    python scripts/reproduce_tables.py --dataset mbrsc --dataset_dir DIR --scale paper --output_dir OUT --plan_only
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import logging
import math
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
from ignite.engine import Events
from monai.bundle import create_workflow

from cosimgen_monai.baselines import ARCHITECTURES
from cosimgen_monai.networks import SentenceEncoder, read_model
from cosimgen_monai.reports.embedding_plot import embeddings_of
from cosimgen_monai.reports.paper_figures import PAPER

CONFIGS = Path(__file__).resolve().parents[1] / "bundle" / "configs"
MODELS = {"TGAN": "tgan", "Pix2PixGAN": "pix2pix", "CVAE": "cvae", "CoSimGen": ""}
"""The rows of the paper's tables, and the overlay that trains each."""
ABLATIONS = {
    "both losses": {"loss#triplet_weight": 1.0, "loss#adversarial_weight": 0.1},
    "no triplet": {"loss#triplet_weight": 0, "loss#adversarial_weight": 0.1},
    "no discriminator": {"loss#triplet_weight": 1.0, "loss#adversarial_weight": 0},
    "neither": {"loss#triplet_weight": 0, "loss#adversarial_weight": 0},
    "channel fusion": {"network#fusion": "channel_addition"},
    "half width": {"network#base_channels": 32},
}
TIMED, WARM_UP = 20, 5
"""Iterations that a model is timed over, after those that warm it up."""
VALIDATIONS, STEPS = 4, 20
"""Validations a model, and the steps in which CoSimGen draws a sample, as in ``train.json`` and ``inference.json``."""
SECONDS_TIMED = 90
"""A model that is slower is timed over fewer iterations, three at least."""
NO_PART_OF_A_PLAN = ("output_dir", "include_real", "plan_only")
COLUMNS = ("FID", "KID", "VGG", "LPIPS", "sFID", "PPV")
"""The paper's names of the figures of tables 1 and 2, in the order of ``PAPER``."""


def main() -> None:
    """Plan, train, draw, evaluate, and print the tables after each model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", required=True, choices=sorted(path.stem for path in (CONFIGS / "data").iterdir()))
    parser.add_argument("--dataset_dir", help="where the dataset is; the phantom is made where it is not given")
    parser.add_argument("--output_dir", type=Path, required=True)
    parser.add_argument("--minutes_per_model", type=float, default=8.0, help="training of each, without validation")
    parser.add_argument("--num_samples", type=int, default=512)
    parser.add_argument("--real_part", choices=("all", "val"), default="all", help="the real pairs compared with")
    parser.add_argument("--scale", choices=("starter", "paper"), default="starter")
    parser.add_argument("--ablation", action="store_true", help="CoSimGen's ablations (figure 8) instead")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--include_real", action="store_true", help="real pairs in figures 5 and 6")
    parser.add_argument("--plan_only", action="store_true", help="say what time and memory it takes, and stop")
    args = parser.parse_args()
    if args.dataset_dir is None:
        if args.dataset != "phantom":
            parser.error(f"--dataset {args.dataset} needs --dataset_dir.")
        args.dataset_dir = str(args.output_dir / "phantom")

    models = list(ABLATIONS) if args.ablation else list(MODELS)
    plan = read_plan(args, models)
    print_plan(args, plan)
    if args.plan_only:
        return
    for model in models:
        folder = args.output_dir / folder_name(model)
        train(args, model, plan[model], folder / "training")
        draw(args, folder / "training", folder / "generated", args.num_samples, by_one_class=False)
        draw(args, folder / "training", folder / "single_class", args.num_samples // 4, by_one_class=True)
        evaluate(args, folder)
        if args.ablation:
            align(folder)
        print_tables(args, models)
    draw_figures(args)


def read_plan(args: argparse.Namespace, models: list[str]) -> dict[str, dict[str, Any]]:
    """Return how long each model trains, timed at the first call and read back at later ones."""
    path = args.output_dir / "plan.json"
    asked = {key: str(value) for key, value in vars(args).items() if key not in NO_PART_OF_A_PLAN}
    if path.is_file():
        known = json.loads(path.read_text("utf-8"))
        if known["asked"] != asked:
            sys.exit(f"{path} is of another run ({known['asked']}); choose another --output_dir.")
        return known["models"]
    print("timing each model for a few iterations", flush=True)
    logging.disable(logging.CRITICAL)
    with contextlib.redirect_stderr(io.StringIO()):  # progress bars of trainings that are none
        plan = {model: time_model(args, model) for model in models}
    logging.disable(logging.NOTSET)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"asked": asked, "models": plan}, indent=1), "utf-8")
    return plan


def time_model(args: argparse.Namespace, model: str) -> dict[str, Any]:
    """Train a model for a few iterations and return the epochs that the minutes hold, and the memory it takes."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    with tempfile.TemporaryDirectory() as folder:
        run = create_workflow(
            config_file=training_files(args, model),
            workflow_type="train",
            logging_file=False,
            **{**training_keys(args, model), "output_dir": folder, "max_epochs": 1},
        )
        run.initialize()
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
    first = min(WARM_UP, len(times) - 2)
    seconds = (times[-1] - times[first]) / (len(times) - 1 - first)
    epochs = args.minutes_per_model * 60 / (seconds * epoch_length)
    return {
        "seconds_per_iteration": seconds,
        "iterations_per_epoch": epoch_length,
        "batch_size": batch_size,
        "max_epochs": max(1, math.ceil(epochs) if MODELS.get(model) else math.floor(epochs)),
        "gpu_memory_gib": torch.cuda.max_memory_reserved() / 2**30 if device.type == "cuda" else None,
        "memory_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    }


class _Timed(Exception):
    """Enough iterations were timed."""


def training_files(args: argparse.Namespace, model: str) -> list[str]:
    """Return the configs of a model's training."""
    files = ["train.json", *(["paper.json"] if args.scale == "paper" else []), f"data/{args.dataset}.json"]
    if MODELS.get(model):
        files.append(f"baselines/{MODELS[model]}.json")
    return [str(CONFIGS / name) for name in files]


def training_keys(args: argparse.Namespace, model: str) -> dict[str, Any]:
    """Return the overrides of a model's training."""
    places = {"dataset_dir": args.dataset_dir, "cache_dir": str(args.output_dir / "cache"), "device": args.device}
    return {**places, **ABLATIONS.get(model, {})}


def train(args: argparse.Namespace, model: str, plan: dict[str, Any], folder: Path) -> None:
    """Train a model to the end of its plan, from where it stands."""
    epochs = plan["max_epochs"]
    keys = {"output_dir": folder, "max_epochs": epochs, "val_interval": math.ceil(epochs / VALIDATIONS)}
    run_job("training", training_files(args, model), {**training_keys(args, model), **keys})


def draw(args: argparse.Namespace, training: Path, folder: Path, num_samples: int, by_one_class: bool) -> None:
    """Draw with a model's best weights: the training's class sets at random, or one class at a time."""
    # at the size trained at, as PNG: what is compared is the models, not the upscaler they share
    keys = {"ckpt_path": training / "model.pt", "output_dir": folder, "num_samples": num_samples, "device": args.device}
    keys |= {"upscale": 1, "formats": ["png"]}
    if by_one_class:
        classes = read_model(training / "model.pt", architectures=ARCHITECTURES).classes
        names = [[name] for name in classes.names_of(classes.objects)]
        keys |= {"classes": names, "num_samples": max(num_samples, len(names))}
    run_job("generating", [str(CONFIGS / "inference.json")], keys)


def evaluate(args: argparse.Namespace, folder: Path) -> None:
    """Evaluate the pairs of class sets against the dataset's real pairs.

    All of them by default: five held-out patients lie so far from the others that the floor hides the models.
    """
    if (folder / "evaluation" / "report.json").is_file():
        return
    image_size = read_model(folder / "training" / "model.pt", architectures=ARCHITECTURES).card["network"]["image_size"]
    keys = {"generated_dir": folder / "generated", "output_dir": folder / "evaluation", "image_size": image_size}
    keys |= {"real_part": args.real_part}
    files = [str(CONFIGS / name) for name in ("evaluate.json", f"data/{args.dataset}.json")]
    run_job("evaluating", files, {**training_keys(args, ""), **keys})


def align(folder: Path) -> None:
    """Measure how well a model's text and class embeddings agree."""
    if (folder / "alignment.json").is_file():
        return
    found = embeddings_of(read_model(folder / "training" / "model.pt"), SentenceEncoder()).alignment()
    (folder / "alignment.json").write_text(json.dumps(found, indent=1), "utf-8")


def draw_figures(args: argparse.Namespace) -> None:
    """Draw what can be drawn; a figure that fails takes nothing from the tables."""
    real = ["--include_real"] if args.include_real else []
    script = Path(__file__).with_name("draw_figures.py")
    print("\n== figures", flush=True)
    command = [sys.executable, str(script), "tables", "--output_dir", str(args.output_dir), *real]
    if subprocess.run(command, check=False).returncode:
        print(f"the figures failed; again: {' '.join(command)}", flush=True)


def run_job(job: str, files: list[str], keys: dict[str, Any]) -> None:
    """Run one job of the bundle as a user would, and stop here where it fails."""
    overrides = [part for key, value in keys.items() for part in (f"--{key}", str(value))]
    print(f"\n== {job} -> {keys['output_dir']}", flush=True)
    command = [sys.executable, "-m", "monai.bundle", "run", job, "--config_file", str(files), *overrides]
    if subprocess.run(command, check=False).returncode:
        sys.exit(f"{job} stopped; the same command goes on from there.")


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
    samples = VALIDATIONS * 64 + 1.25 * args.num_samples
    return samples * passes * facts["seconds_per_iteration"] / facts.get("batch_size", 4) / 3 / 60


def print_tables(args: argparse.Namespace, models: list[str]) -> None:
    """Print the figures of the models that are done, the paper's below them, and write them as JSON."""
    ours = {model: figures_of(args.output_dir / folder_name(model)) for model in models}
    done = {model: row for model, row in ours.items() if row is not None}
    names = list(dict.fromkeys(name for row in done.values() for name in row))
    paper = {} if args.ablation else PAPER.get(args.dataset, {})
    lines = [_row("", models)]
    for name in names:
        lines.append(_row(name, [_number(done[model].get(name)) if model in done else "missing" for model in models]))
    for column, name in enumerate(COLUMNS if paper else ()):
        lines.append(_row(f"paper: {name}", [f"{paper[model][column]:g}" for model in models]))
    if len(done) < len(models):
        lines.append(f"PARTIAL: {len(done)} of {len(models)} models are done.")
    print("\n" + "\n".join(lines), flush=True)
    table = {"asked": {key: str(value) for key, value in vars(args).items()}, "ours": ours, "paper": paper}
    (args.output_dir / "tables.json").write_text(json.dumps(table, indent=1), "utf-8")


def folder_name(model: str) -> str:
    """Return the folder of a model's training, samples and evaluation."""
    return model.lower().replace(" ", "_")


def _row(name: str, cells: list[str]) -> str:
    return f"{name:<30}" + "".join(f"{cell:>18}" for cell in cells)


def figures_of(folder: Path) -> dict[str, float | None] | None:
    """Return a model's figures by name, or nothing where it is not evaluated yet."""
    path = folder / "evaluation" / "report.json"
    if not path.is_file():
        return None
    report = json.loads(path.read_text("utf-8"))
    wanted = ("frechet_", "kernel_", "perceptual_", "vgg16_distance", "lpips_")
    figures = {f["name"]: f["value"] for f in report["figures"] if f["name"].startswith(wanted)}
    figures |= {f"sfid_{name}": sfid["mean"] for name, sfid in report["sfid"].items()}
    with (folder / "single_class" / "manifest.csv").open(newline="", encoding="utf-8") as file:
        found = [row["classes_asked"] in row["classes_found"].split("; ") for row in csv.DictReader(file)]
    figures |= {"ppv": sum(found) / len(found), "presence_f1": report["presence"]["presence_f1"]}
    if (folder / "alignment.json").is_file():
        aligned = json.loads((folder / "alignment.json").read_text("utf-8"))
        figures |= {"text_finds_classes": aligned["retrieval_accuracy"], "matched_distance": aligned["distance_ratio"]}
    return figures


def _number(value: float | None) -> str:
    return "absent" if value is None else f"{value:.4g}"


if __name__ == "__main__":
    main()
