"""Reproduce the paper's tables 1 and 2: CoSimGen and its three baselines, trained for equal time on one dataset.

Each model is timed for a few iterations, trained for as many whole epochs as the minutes hold (rounded up for a
baseline, down for CoSimGen), drawn from and evaluated. Drawn are the training's class sets, then one class at a time
for PPV, each asked by class and the same by text, as far as a model can be asked; CoSimGen at each guidance scale. A
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

from paper_tables.columns import (
    BY_CLASS,
    BY_TEXT,
    REPORT,
    SETS,
    SINGLE_CLASS_SHARE,
    Column,
    columns_of,
    folder_name,
    shown_columns,
)
from paper_tables.equal_time_plan import (
    CONFIGS,
    VALIDATIONS,
    models_of,
    read_plan,
    training_files,
    training_keys,
)
from paper_tables.figures import print_tables
from paper_tables.plan_in_words import print_plan

from cosimgen_monai.baselines import ARCHITECTURES
from cosimgen_monai.export import GeneratedFolder, size_trained_at
from cosimgen_monai.networks import SentenceEncoder, TrainedModel, read_model
from cosimgen_monai.reports.embedding_plot import embeddings_of
from cosimgen_monai.reports.evaluation.evaluated_pairs import MIN_GENERATED
from cosimgen_monai.reports.evaluation.figures import asked_figures
from cosimgen_monai.reports.finite import finite
from cosimgen_monai.settings import atomic_write


def main() -> None:
    """Plan, train, draw, evaluate, and print the tables after each column."""
    args = read_arguments()
    models = models_of(args)
    columns = shown_columns(args.output_dir, models, args.guidance_scales)
    plan = read_plan(args, models)
    print_plan(args, plan)
    if args.plan_only:
        return
    for model in models:
        train(args, model, plan[model], args.output_dir / folder_name(model) / "training")
        for column in columns_of(model, args.guidance_scales):
            draw_sets(args, column)
            evaluate(args, column)
            measure_asked(args, column)
            if args.ablation:
                align(column.folder(args.output_dir))
            print_tables(args, columns)
    draw_figures(args)


def read_arguments() -> argparse.Namespace:
    """Return the arguments, or stop where they contradict each other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", required=True, choices=sorted(path.stem for path in (CONFIGS / "data").iterdir()))
    parser.add_argument("--dataset_dir", help="where the dataset is; the phantom is made where it is not given")
    parser.add_argument("--output_dir", type=Path, required=True)
    parser.add_argument("--minutes_per_model", type=float, default=8.0, help="training of each, without validation")
    parser.add_argument("--num_samples", type=int, default=512, help="of class sets; a quarter as many of one class")
    parser.add_argument(
        "--guidance_scales", type=float, nargs="+", help="CoSimGen's, a column each; default 1 2, at paper scale 1"
    )
    parser.add_argument("--real_part", choices=("all", "val"), default="all", help="the real pairs compared with")
    parser.add_argument("--scale", choices=("starter", "paper"), default="starter")
    parser.add_argument("--ablation", action="store_true", help="CoSimGen's ablations (figure 8) instead")
    parser.add_argument("--seed", type=int, default=0, help="of split, training and samples: another run of the same")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--include_real", action="store_true", help="real pairs in figures 5 and 6")
    parser.add_argument("--plan_only", action="store_true", help="say what time and memory it takes, and stop")
    args = parser.parse_args()
    if args.dataset_dir is None:
        if args.dataset != "phantom":
            parser.error(f"--dataset {args.dataset} needs --dataset_dir.")
        args.dataset_dir = args.output_dir / "phantom"
    # wherever the second call is made from, and the figures
    args.output_dir, args.dataset_dir = args.output_dir.resolve(), str(Path(args.dataset_dir).resolve())
    if args.ablation and args.guidance_scales not in (None, [1.0]):
        parser.error("--ablation compares the variants without guidance: leave --guidance_scales out.")
    if args.guidance_scales is None:
        args.guidance_scales = [1.0, 2.0] if args.scale == "starter" else [1.0]
    if args.num_samples < MIN_GENERATED:
        parser.error(f"--num_samples must be {MIN_GENERATED} or more, which evaluating needs; got {args.num_samples}.")
    if not 0 < args.minutes_per_model < math.inf:
        parser.error(f"--minutes_per_model must be a number above 0, got {args.minutes_per_model:g}.")
    args.guidance_scales = sorted(set(args.guidance_scales))
    if wrong := [scale for scale in args.guidance_scales if not 1 <= scale < math.inf]:
        parser.error(f"--guidance_scales are 1 (no guidance) or more, got {wrong[0]:g}.")
    if args.scale == "paper" and args.guidance_scales != [1]:
        parser.error("--scale paper trains without a null condition, as the paper does: --guidance_scales 1 alone.")
    return args


def train(args: argparse.Namespace, model: str, plan: dict[str, Any], folder: Path) -> None:
    """Train a model to the end of its plan, from where it stands."""
    epochs = plan["max_epochs"]
    keys = {"output_dir": folder, "max_epochs": epochs, "val_interval": math.ceil(epochs / VALIDATIONS)}
    run_job("training", training_files(args, model), {**training_keys(args, model), **keys})


def draw_sets(args: argparse.Namespace, column: Column) -> None:
    """Draw a column's sets with the model's best weights.

    They are drawn at the size trained at, as PNG: what is compared is the models, not the upscaler they share.
    """
    weights, folder = column.training(args.output_dir) / "model.pt", column.folder(args.output_dir)
    single = math.ceil(SINGLE_CLASS_SHARE * args.num_samples)
    model = read_trained(column, args.output_dir)
    names = [[name] for name in model.classes.names_of(model.classes.objects)]
    keys = {"ckpt_path": weights, "guidance_scale": column.guidance_scale, "device": args.device, "seed": args.seed}
    keys |= {"upscale": 1, "formats": ["png"]}
    if (size := size_trained_at(model.card)) is not None:
        keys["export_size"] = size
    asks = {"class sets": {"num_samples": args.num_samples}}
    asks["single class"] = {"classes": names, "num_samples": max(single, len(names))}
    for (kind, _), place in column.sets().items():
        if place == SETS[kind, BY_TEXT]:
            asks[kind] = prompts_of(folder / SETS[kind, BY_CLASS])
        run_job("generating", [str(CONFIGS / "inference.json")], {**keys, **asks[kind], "output_dir": folder / place})


def prompts_of(folder: Path) -> dict[str, Any]:
    """Return the keys that ask by text for what a set was asked by class, sample by sample."""
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        prompts = [row["prompt"] for row in csv.DictReader(file) if row["classes_asked"]]
    path = folder.with_name(f"{folder.name}_prompts.txt")
    with atomic_write(path) as draft:
        draft.write_text("\n".join(prompts) + "\n", "utf-8")
    return {"prompts": path, "num_samples": len(prompts)}


def evaluate(args: argparse.Namespace, column: Column) -> None:
    """Evaluate the pairs of class sets against the dataset's real pairs.

    All of them by default: five held-out patients lie so far from the others that the floor hides the models. Most of
    them are of the training then, which the tables say.
    """
    folder = column.folder(args.output_dir)
    if (folder / REPORT).is_file():
        return
    image_size = read_trained(column, args.output_dir).card["network"]["image_size"]
    keys = {"generated_dir": folder / "generated", "output_dir": folder / "evaluation", "image_size": image_size}
    keys |= {"real_part": args.real_part}
    files = [str(CONFIGS / name) for name in ("evaluate.json", f"data/{args.dataset}.json")]
    run_job("evaluating", files, {**training_keys(args, ""), **keys})


def measure_asked(args: argparse.Namespace, column: Column) -> None:
    """Count in each of a column's sets whether what was asked for is there, and write it to ``asked.json``."""
    folder = column.folder(args.output_dir)
    if (folder / "asked.json").is_file():
        return
    model, found = read_trained(column, args.output_dir), {}
    for (kind, by), place in column.sets().items():
        size, palette = model.card["network"]["image_size"], model.state["palette"]
        pairs = GeneratedFolder(folder / place, model.classes, size, palette=palette)
        found.setdefault(kind, {})[by] = asked_figures(pairs, pairs.asked() or [])
    write_json(folder / "asked.json", found)


def align(folder: Path) -> None:
    """Measure how well a model's text and class embeddings agree."""
    if (folder / "alignment.json").is_file():
        return
    write_json(
        folder / "alignment.json",
        embeddings_of(read_model(folder / "training" / "model.pt"), SentenceEncoder()).alignment(),
    )


def read_trained(column: Column, output_dir: Path) -> TrainedModel:
    """Return a column's model."""
    return read_model(column.training(output_dir) / "model.pt", architectures=ARCHITECTURES)


def write_json(path: Path, content: Any) -> None:
    """Write a file whole or not at all; what is no number is null."""
    with atomic_write(path) as draft:
        draft.write_text(json.dumps(finite(content), indent=1, allow_nan=False), "utf-8")


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


if __name__ == "__main__":
    main()
