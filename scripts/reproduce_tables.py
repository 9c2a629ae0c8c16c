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
import csv
import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

from equal_time_plan import (
    ABLATIONS,
    CONFIGS,
    MODELS,
    VALIDATIONS,
    print_plan,
    read_plan,
    training_files,
    training_keys,
)

from cosimgen_monai.baselines import ARCHITECTURES
from cosimgen_monai.networks import SentenceEncoder, read_model
from cosimgen_monai.reports.embedding_plot import embeddings_of
from cosimgen_monai.reports.paper_figures import PAPER

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
