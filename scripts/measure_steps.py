"""How few steps do? The multistep solver at several numbers of steps against DDIM at 250, from the same seeds.

Each sampler draws the same requests (class sets of the phantom's held-out volumes, by class and by text in turn).
Reported are the Frechet and the kernel distance (EfficientNet-Lite0's features) of the images to the held-out slices
and to those trained on, the hit rate and the unrequested rate, each with its bootstrap standard error; and each
difference from the reference with its own, over the same resampled seeds. A distance holds where it is above the
reference's by 5 % or two standard errors at most, a rate where it is worse by two at most.

Each batch is a file, so that the same command goes on where it was stopped.

    python scripts/measure_steps.py --num_samples 1000 --output_dir output/steps
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from ignite.engine import Events
from numpy.typing import NDArray
from training_pairs import pairs_of_model

from cosimgen_monai.codec import class_areas, to_8_bit
from cosimgen_monai.data import RealPairs
from cosimgen_monai.engines import PairGenerator
from cosimgen_monai.metrics import PresenceRates, frechet_of_features
from cosimgen_monai.networks import FeatureNetwork, SentenceEncoder, TrainedModel, feature_network, read_model
from cosimgen_monai.prompts import Request, requests_of_sets
from cosimgen_monai.sampling import NoiseSchedule, SamplingInferer, as_precision
from cosimgen_monai.settings import atomic_write

REFERENCE = "ddim"
SLACK, STANDARD_ERRORS = 0.05, 2
DEVICE = torch.device("cpu")
PRECISION = as_precision("auto", DEVICE)
Drawn = dict[str, NDArray[Any]]
"""A set: ``features`` (N D) and, by sample, ``hits``, ``asked``, ``unrequested``, ``unasked``."""
Figure = Callable[[Drawn, NDArray[np.intp]], float]
"""A set and the samples of it that count, some maybe twice, in; a number out."""


def main() -> None:
    """Draw what is missing, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ckpt_path", default="bundle/models/model.pt")
    parser.add_argument("--dataset_dir", default="output/phantom", help="the training's phantom")
    parser.add_argument("--cache_dir", default="output/cache")
    parser.add_argument("--output_dir", type=Path, default=Path("output/steps"))
    parser.add_argument("--num_samples", type=int, default=1000)
    parser.add_argument("--steps", type=int, nargs="+", default=[20, 10, 8, 5], help="of the multistep solver")
    parser.add_argument("--reference_steps", type=int, default=250, help="of DDIM")
    parser.add_argument("--batch_size", type=int, default=16)
    parser.add_argument("--resamples", type=int, default=200, help="of the bootstrap")
    parser.add_argument("--seed", type=int, default=2024)
    args = parser.parse_args()

    model, network = read_model(args.ckpt_path), feature_network("efficientnet_lite0")
    check_plan(args, model)
    sets = pairs_of_model(model, "val", args.dataset_dir, args.cache_dir)[1].class_sets()
    requests = requests_of_sets(sets, model.classes, args.num_samples, args.seed, model.card["prompt_template"])
    settings = [("dpm_solver", steps) for steps in args.steps] + [(REFERENCE, args.reference_steps)]
    drawn = {name: draw(model, network, requests, name, args) for name in settings}
    real = {part: real_features(part, model, network, args) for part in ("val", "train")}
    report = [row for name, figure in figures(real).items() for row in compare(name, figure, drawn, args)]
    print_report(report, drawn, real)
    with atomic_write(args.output_dir / "report.json") as draft:
        draft.write_text(json.dumps({"model": model.card["sha256"], "rows": report}, indent=1), "utf-8")


def check_plan(args: argparse.Namespace, model: TrainedModel) -> None:
    """Stop where the folder holds another study; more steps or resamples are the same one."""
    plan = {key: getattr(args, key) for key in ("num_samples", "batch_size", "seed")} | {
        "model": model.card["sha256"],
        "precision": PRECISION,
    }
    path = args.output_dir / "plan.json"
    if path.is_file() and json.loads(path.read_text("utf-8")) != plan:
        sys.exit(f"{path} is of another study; choose another --output_dir.")
    with atomic_write(path) as draft:
        draft.write_text(json.dumps(plan), "utf-8")


def draw(
    model: TrainedModel,
    network: FeatureNetwork,
    requests: list[Request],
    setting: tuple[str, int],
    args: argparse.Namespace,
) -> Drawn:
    """Return what one sampler drew of the requests; batches that are on disk are not drawn again."""
    sampler, steps = setting
    folder, size = args.output_dir / f"{sampler}_{steps}", args.batch_size
    batches = {folder / f"{i:06d}.npz": requests[i : i + size] for i in range(0, len(requests), size)}
    missing = {path: batch for path, batch in batches.items() if not path.is_file()}
    print(f"{sampler}, {steps} steps: {len(missing)} of {len(batches)} batches are left", flush=True)
    if missing:
        engine = PairGenerator(
            device=DEVICE,
            val_data_loader=list(missing.values()),
            network=model.network(),
            inferer=SamplingInferer(NoiseSchedule(**model.card["schedule"]), sampler, steps, precision=PRECISION),
            embed=SentenceEncoder(),
            batch_size=size,
            mask_smoothing=1.4,
            speck_size=4,
        )
        paths, clock = iter(missing), [time.perf_counter()]

        @engine.on(Events.ITERATION_COMPLETED)
        def keep() -> None:
            took, samples = (time.perf_counter() - clock[0]) / size, engine.state.output
            arrays = measured(model, network, samples) | {"seconds": np.full(len(samples), took)}
            with atomic_write(next(paths)) as draft:
                np.savez_compressed(draft, **arrays)
            clock[0] = time.perf_counter()

        engine.run()
    files = [np.load(path) for path in batches]
    return {key: np.concatenate([file[key] for file in files]) for key in files[0].files}


def measured(model: TrainedModel, network: FeatureNetwork, samples: list[dict[str, Any]]) -> Drawn:
    """Return a batch's images (8 bit), labels, features and counts."""
    counts = []
    for sample in samples:
        rates = PresenceRates(model.classes, sample["label"].numel())
        rates.update(sample["request"].asked, class_areas(sample["label"][None], model.classes.num_classes)[0])
        asked, unasked = rates.hit_rate, rates.unrequested_rate
        counts.append((asked.hits, asked.events, unasked.hits, unasked.events))
    images = np.stack([to_8_bit(sample["image"].numpy()) for sample in samples])
    with torch.no_grad():
        features = network(torch.from_numpy(images).permute(0, 3, 1, 2).float() / 127.5 - 1).numpy()
    names = ("hits", "asked", "unrequested", "unasked")
    columns = dict(zip(names, np.array(counts).T, strict=True))
    return {
        "image": images,
        "label": np.stack([s["label"][0].numpy() for s in samples]),
        "features": features,
    } | columns


def real_features(
    part: str, model: TrainedModel, network: FeatureNetwork, args: argparse.Namespace
) -> NDArray[np.float32]:
    """Return the features of the slices held out (``val``) or trained on (``train``), N D."""
    source, cached = pairs_of_model(model, part, args.dataset_dir, args.cache_dir)
    pairs = RealPairs(cached, source.window)
    images = torch.stack([pairs[i]["image"] for i in range(len(pairs))])
    with torch.no_grad():
        return torch.cat([network(batch) for batch in images.split(32)]).numpy()


def figures(real: dict[str, NDArray[np.float32]]) -> dict[str, Figure]:
    """Return the figures by name; all but the hit rate are better when low."""

    def frechet(part: str) -> Figure:
        return lambda drawn, chosen: frechet_of_features(drawn["features"][chosen], real[part])

    words = {"val": "held-out", "train": "training"}
    found: dict[str, Figure] = {f"Frechet to {words[part]}": frechet(part) for part in real}
    found |= {f"kernel to {words[part]}, x 1000": Kernel(real[part]) for part in real}
    found["hit rate"] = lambda drawn, chosen: drawn["hits"][chosen].sum() / drawn["asked"][chosen].sum()
    found["unrequested rate"] = lambda drawn, chosen: (
        drawn["unrequested"][chosen].sum() / drawn["unasked"][chosen].sum()
    )
    return found


class Kernel:
    """The kernel distance as a weighted sum over all pairs; a sample that is chosen twice makes no pair with itself.

    Args:
        real: features, M D.
    """

    def __init__(self, real: NDArray[np.float32]) -> None:
        self.real = real.astype(np.float64)
        within = polynomial(self.real, self.real)
        self.within = (within.sum() - np.trace(within)) / (len(real) * (len(real) - 1))
        self._of: dict[int, tuple[NDArray[np.float64], NDArray[np.float64]]] = {}

    def __call__(self, drawn: Drawn, chosen: NDArray[np.intp]) -> float:
        """Return 1000 x the unbiased squared maximum mean discrepancy."""
        if id(drawn) not in self._of:
            features = drawn["features"].astype(np.float64)
            own = polynomial(features, features)
            np.fill_diagonal(own, 0)
            self._of[id(drawn)] = own, polynomial(features, self.real).mean(axis=1)
        own, across = self._of[id(drawn)]
        weight = np.bincount(chosen, minlength=len(own)).astype(np.float64)
        pairs = weight.sum() ** 2 - np.square(weight).sum()
        return 1000 * float(weight @ own @ weight / pairs + self.within - 2 * (weight @ across) / weight.sum())


def polynomial(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (xᵀy/D + 1)³ of all pairs."""
    return (x @ y.T / x.shape[1] + 1) ** 3


def compare(
    name: str, figure: Figure, drawn: dict[tuple[str, int], Drawn], args: argparse.Namespace
) -> list[dict[str, Any]]:
    """Return a row a sampler: the figure, its difference from the reference's, and both standard errors."""
    everything, random = np.arange(args.num_samples), np.random.default_rng(args.seed)
    chosen = [random.integers(args.num_samples, size=args.num_samples) for _ in range(args.resamples)]
    values = {key: figure(one, everything) for key, one in drawn.items()}
    again = {key: np.array([figure(one, indices) for indices in chosen]) for key, one in drawn.items()}
    reference = (REFERENCE, args.reference_steps)
    rows = []
    for key, value in values.items():
        difference, error = value - values[reference], float((again[key] - again[reference]).std(ddof=1))
        worse = -difference if name == "hit rate" else difference
        slack = SLACK * abs(values[reference]) if "rate" not in name else 0
        allowed = max(slack, STANDARD_ERRORS * error)
        rows.append(
            {
                "figure": name,
                "sampler": f"{key[0]} {key[1]}",
                "value": value,
                "standard_error": float(again[key].std(ddof=1)),
                "difference": difference,
                "difference_standard_error": error,
                "holds": bool(worse <= allowed),
            }
        )
    return rows


def print_report(
    report: list[dict[str, Any]], drawn: dict[tuple[str, int], Drawn], real: dict[str, NDArray[np.float32]]
) -> None:
    """Print a table: a row a figure, a column a sampler."""
    names = list(drawn)
    count = len(drawn[names[0]]["hits"])
    held_out, trained = (len(real[part]) for part in ("val", "train"))
    print(f"\nN = {count} samples a sampler, {held_out} held-out and {trained} training slices; ± one standard error;")
    print("in brackets the difference from the last column, and whether it holds.\n")
    print("| | " + " | ".join(f"{sampler}, {steps}" for sampler, steps in names) + " |")
    print("|---" * (len(names) + 1) + "|")
    for figure in dict.fromkeys(row["figure"] for row in report):
        cells = [f"{r['value']:.4g} ± {r['standard_error']:.2g}{_apart(r)}" for r in report if r["figure"] == figure]
        print(f"| {figure} | {' | '.join(cells)} |")
    seconds = " | ".join(f"{drawn[name]['seconds'].mean():.3f}" for name in names)
    print(f"| seconds a pair | {seconds} |")


def _apart(row: dict[str, Any]) -> str:
    if row["sampler"].startswith(REFERENCE):
        return ""
    verdict = "holds" if row["holds"] else "NOT"
    return f" ({row['difference']:+.2g} ± {row['difference_standard_error']:.2g}, {verdict})"


if __name__ == "__main__":
    main()
