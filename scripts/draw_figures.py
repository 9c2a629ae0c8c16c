"""Draw the paper's figures from trained models: no training, nothing evaluated.

Figure 8, the text and class embeddings of one model or of several side by side:

    python scripts/draw_figures.py embeddings --models bundle/models/model.pt --output embeddings.png

Figure 11, reverse diffusion as a strip:

    python scripts/draw_figures.py diffusion --prompts "A photo of liver, spleen" --output diffusion.png

Figures 5, 6 and 8 from the folder of ``reproduce_tables.py``, finished or not (it draws them itself at its end):

    python scripts/draw_figures.py tables --output_dir OUT --include_real
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from monai.bundle import ConfigParser
from paper_tables.columns import columns_in

from cosimgen_monai.baselines import ARCHITECTURES
from cosimgen_monai.codec import ClassTable, with_legend
from cosimgen_monai.data import RealPairs, cache_pairs
from cosimgen_monai.export import GeneratedFolder
from cosimgen_monai.networks import SentenceEncoder, read_model
from cosimgen_monai.prompts import plan_requests
from cosimgen_monai.reports.colours import class_colours
from cosimgen_monai.reports.diffusion_strip import SHOWN, draw_strip, watch_diffusion
from cosimgen_monai.reports.embedding_plot import draw_embeddings, embeddings_of
from cosimgen_monai.reports.model_sheet import draw_model_sheet, generated_cells, real_cells, shared_requests
from cosimgen_monai.settings import as_device, atomic_write

CONFIGS = Path(__file__).resolve().parents[1] / "bundle" / "configs"
MODEL = str(CONFIGS.parent / "models" / "model.pt")
SHEETS = {"figure_5.png": "generated", "figure_6.png": "single_class"}
"""The sheets, and the folder of each model that they show: pairs of class sets, pairs of single classes."""


def main() -> None:
    """Draw one kind of figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = parser.add_subparsers(dest="kind", required=True)
    kind = kinds.add_parser("embeddings", help="figure 8")
    kind.add_argument("--models", nargs="+", type=Path, default=[Path(MODEL)], help="model.pt files")
    kind.add_argument("--output", type=Path, required=True)
    kind = kinds.add_parser("diffusion", help="figure 11")
    kind.add_argument("--ckpt_path", type=Path, default=MODEL)
    kind.add_argument("--prompts", nargs="+", default=None, help="one strip each; where not given, class sets")
    kind.add_argument("--num_samples", type=int, help="strips, where no prompts are given or they take turns")
    kind.add_argument("--show", choices=SHOWN, default="clean", help="the estimate of the clean pair, or x_t")
    kind.add_argument("--num_shown", type=int, default=8, help="steps shown")
    kind.add_argument("--steps", type=int, default=20)
    kind.add_argument("--sampler", default="dpm_solver")
    kind.add_argument("--guidance_scale", type=float, default=1.0)
    kind.add_argument("--seed", type=int, default=0)
    kind.add_argument("--device", default="auto")
    kind.add_argument("--output", type=Path, required=True)
    kind = kinds.add_parser("tables", help="figures 5, 6 and 8 of a folder of reproduce_tables.py")
    kind.add_argument("--output_dir", type=Path, required=True)
    kind.add_argument("--include_real", action="store_true", help="a row of real pairs: where the data's terms allow")
    kind.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    try:
        {"embeddings": embeddings, "diffusion": diffusion, "tables": tables}[args.kind](args)
    except (ValueError, FileNotFoundError, RuntimeError) as error:
        while isinstance(error, RuntimeError) and isinstance(error.__cause__, Exception):
            error = error.__cause__  # MONAI wraps what a config raises
        sys.exit(f"{type(error).__name__}: {error}")


def embeddings(args: argparse.Namespace) -> None:
    """Draw the embeddings of models; a model is called by its folder where several are drawn."""
    embed = SentenceEncoder()
    found = {}
    for path in args.models:
        model = read_model(path, "models", ARCHITECTURES)
        model.check_sentence_encoder(embed.fingerprint)
        found[str(path if len(args.models) == 1 else path.parent)] = embeddings_of(model, embed)
    write(args.output, draw_embeddings(found))
    print(json.dumps({name: embedding.alignment() for name, embedding in found.items()}, indent=1))


def diffusion(args: argparse.Namespace) -> None:
    """Draw reverse diffusion as strips."""
    model, embed = read_model(args.ckpt_path, architectures=ARCHITECTURES), SentenceEncoder()
    model.check_sentence_encoder(embed.fingerprint)
    number = args.num_samples or (len(args.prompts) if args.prompts else 2)
    requests = plan_requests(
        model.classes, number, args.seed, args.prompts, None, model.class_sets(), model.card["prompt_template"]
    )
    options = {"sampler": args.sampler, "steps": args.steps, "guidance_scale": args.guidance_scale}
    snapshots = watch_diffusion(
        model, requests, embed, args.num_shown, args.show, as_device(args.device), precision="float32", **options
    )
    what = "the estimate of the clean pair" if args.show == "clean" else "the noisy pair"
    heading = f"Reverse diffusion, {what} at some of {args.steps} steps ({args.sampler})"
    write(args.output, draw_strip(snapshots, [request.prompt for request in requests], heading))


def tables(args: argparse.Namespace) -> None:
    """Draw what a folder of ``reproduce_tables.py`` holds already; what is missing is left out and named."""
    path = args.output_dir / "plan.json"
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: `output_dir` must be a folder of reproduce_tables.py.")
    plan = json.loads(path.read_text("utf-8"))
    columns = columns_in(args.output_dir, plan["models"])
    done = [column for column in columns if (column.training(args.output_dir) / "model.json").is_file()]
    if missing := [column.name for column in columns if column not in done]:
        print(f"not there yet: {', '.join(missing)}")
    if not done:
        return
    models = {
        column: read_model(column.training(args.output_dir) / "model.pt", "models", ARCHITECTURES) for column in done
    }
    if plan["asked"]["ablation"] == "True":
        embed = SentenceEncoder()
        embeddings = {column.name: embeddings_of(model, embed) for column, model in models.items()}
        write(args.output_dir / "figure_8.png", draw_embeddings(embeddings))
    card = next(iter(models.values())).card
    for file, kind in SHEETS.items():
        folders = {column.name: column.folder(args.output_dir) / kind for column in done}
        sheet(args, plan["asked"], card, folders, args.output_dir / file)


def sheet(
    args: argparse.Namespace, asked: dict[str, str], card: dict[str, Any], folders: dict[str, Path], output: Path
) -> None:
    """Draw the pairs that all models were asked for alike, real ones above where they are wanted."""
    classes, size = ClassTable(**card["classes"]), card["network"]["image_size"]
    drawn = {name: folder for name, folder in folders.items() if (folder / "manifest.csv").is_file()}
    sets = {name: GeneratedFolder(folder, classes, size) for name, folder in drawn.items()}
    if not sets:
        return
    columns = shared_requests(list(sets.values()))
    rows: dict[str, Sequence[Any]] = {name: generated_cells(folder, list(columns)) for name, folder in sets.items()}
    if args.include_real:
        rows = {"real": real_row(args, asked, size, list(columns.values())), **rows}
    titles = [", ".join(classes.names_of(ids)) for ids in columns.values()]
    heading = f"{card['images']['dataset']}: image above mask, the classes asked for on top"
    colours = class_colours(classes)
    write(output, with_legend(draw_model_sheet(rows, titles, colours, heading), classes, colours))


def real_row(args: argparse.Namespace, asked: dict[str, str], size: int, sets: list[tuple[int, ...]]) -> Sequence[Any]:
    """Return a real pair for each class set, out of all of the dataset's."""
    config = ConfigParser()
    config.read_config([str(CONFIGS / name) for name in ("evaluate.json", f"data/{asked['dataset']}.json")])
    config.set(str(args.output_dir / asked["dataset_dir"]), "dataset_dir")  # from there, where it is relative
    config.parse()
    source, parts = (config.get_parsed_content(key) for key in ("source", "parts"))
    items = [item for part in parts.values() for item in part]
    pairs = cache_pairs(source, items, size, args.output_dir / "cache")
    return real_cells(RealPairs(pairs, source.window), pairs.presence, sets, args.seed)


def write(path: Path, picture: Any) -> None:
    """Write a picture and say where it is."""
    with atomic_write(path) as draft:
        picture.save(draft)
    print(f"{path}")


if __name__ == "__main__":
    main()
