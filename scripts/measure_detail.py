"""How much detail does a network hold? Held-out pairs are made noisy to several timesteps, and estimated clean again.

At timestep 0 the pair itself is given, so what an estimate lacks there the network does not pass on; what it lacks
beyond that at later ones cannot be seen in so noisy a pair, or is not learned. Reported of the images: the root mean
square error (in [-1, 1]), the energy kept in four bands of frequency (1 to 4, 8, 16 and 33 cycles an image), and the
Fréchet distance of EfficientNet-Lite0's features to the real ones; below, the same of pairs drawn for the same sets.

    python scripts/measure_detail.py --ckpt_path bundle/models/model.pt
    python scripts/measure_detail.py --ckpt_path MODEL.pt --data_config bundle/configs/data/mbrsc.json --dataset_dir DIR
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from typing import Any

import numpy as np
import torch
from training_pairs import pairs_of_model

from cosimgen_monai.codec import pack_pair, presence_vector
from cosimgen_monai.data import RealPairs
from cosimgen_monai.metrics import frechet_of_features
from cosimgen_monai.networks import CoSimGen, TrainedModel, feature_network, read_model
from cosimgen_monai.sampling import NoiseSchedule, SamplingInferer, as_precision, autocast
from cosimgen_monai.settings import atomic_write, derive_seed

BANDS = (1, 4, 8, 16, 33)
"""Bounds of the bands, in cycles an image; what is finer, in images of more than 64 pixels, is not counted."""
BATCH = 32
DEVICE = torch.device("cpu")


def main() -> None:
    """Estimate, draw, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ckpt_path", default="bundle/models/model.pt")
    parser.add_argument("--data_config", help="a data overlay; the phantom if not given")
    parser.add_argument("--dataset_dir", default="output/phantom")
    parser.add_argument("--cache_dir", default="output/cache")
    parser.add_argument("--num_pairs", type=int, default=200)
    parser.add_argument("--timesteps", type=int, nargs="+", default=[0, 20, 50, 100, 200, 300, 400, 500, 600, 700, 800])
    parser.add_argument("--steps", type=int, default=20, help="in which pairs are drawn")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", help="JSON file for the figures")
    args = parser.parse_args()

    model = read_model(args.ckpt_path)
    network, schedule = model.network(), NoiseSchedule(**model.card["schedule"])
    check(args, schedule)
    pair, presence = held_out(model, network, args)
    real = pair[:, :3]
    rows = {}
    for t in args.timesteps:
        noise = torch.randn(pair.shape, generator=torch.Generator().manual_seed(derive_seed("detail", args.seed, t)))
        rows[f"t = {t}"] = measure(estimate(network, schedule, pair, presence, noise, t)[:, :3], real)
        print_row(f"t = {t}", rows[f"t = {t}"])
    rows["drawn"] = measure(draw(network, schedule, presence, args)[:, :3], real, paired=False)
    print_row("drawn", rows["drawn"])
    if args.output:
        with atomic_write(args.output) as draft:
            draft.write_text(json.dumps({"model": model.card["sha256"], **vars(args), "rows": rows}), "utf-8")


def check(args: argparse.Namespace, schedule: NoiseSchedule) -> None:
    """End with one line where an option cannot be met, before time is spent."""
    last = schedule.num_train_timesteps - 1
    if not all(0 <= t <= last for t in args.timesteps):
        sys.exit(f"--timesteps must lie between 0 and {last}, got {args.timesteps}.")
    if args.num_pairs < 2:
        sys.exit(f"--num_pairs must be 2 or more, got {args.num_pairs}.")


def held_out(model: TrainedModel, network: CoSimGen, args: argparse.Namespace) -> tuple[torch.Tensor, torch.Tensor]:
    """Return some of the pairs (N 6 S S) that the model's training held out, and their presence vectors (N c)."""
    source, cached = pairs_of_model(model, "val", args.dataset_dir, args.cache_dir, args.data_config)
    if source.classes != model.classes:
        sys.exit(f"{model.path} draws other classes than {source.name} has; give its overlay with --data_config.")
    pairs = RealPairs(cached, source.window)
    chosen = np.random.default_rng(args.seed).permutation(len(pairs))[: args.num_pairs]
    image, label = (torch.stack([pairs[int(i)][key] for i in chosen]) for key in ("image", "label"))
    return pack_pair(image, label, network.palette, network.num_classes), presence_vector(label, model.classes)


@torch.no_grad()
def estimate(
    network: CoSimGen,
    schedule: NoiseSchedule,
    pair: torch.Tensor,
    presence: torch.Tensor,
    noise: torch.Tensor,
    timestep: int,
) -> torch.Tensor:
    """Return the estimates (N 6 S S) of clean pairs from noisy ones at a timestep, by class."""
    found = []
    for clean, asked, epsilon in zip(pair.split(BATCH), presence.split(BATCH), noise.split(BATCH), strict=True):
        timesteps = torch.full((len(clean),), timestep)
        noisy = schedule.add_noise(clean, epsilon, timesteps)
        with autocast(DEVICE, as_precision("auto", DEVICE)):
            prediction = network.denoise(noisy, timesteps, network.condition(asked))
        found.append(schedule.clean(prediction, noisy, timesteps))
    return torch.cat(found)


@torch.no_grad()
def draw(network: CoSimGen, schedule: NoiseSchedule, presence: torch.Tensor, args: argparse.Namespace) -> torch.Tensor:
    """Return pairs (N 6 S S) drawn for these classes."""
    inferer = SamplingInferer(schedule, steps=args.steps, precision=as_precision("auto", DEVICE))
    seeds = torch.arange(len(presence)).split(BATCH)
    return torch.cat(
        [
            inferer(inferer.noise([derive_seed("drawn", args.seed, int(i)) for i in part], network), network, condition)
            for part, condition in zip(seeds, network.condition(presence).split(BATCH), strict=True)
        ]
    )


def measure(image: torch.Tensor, real: torch.Tensor, paired: bool = True) -> dict[str, Any]:
    """Return what is kept of real images (N 3 S S, [-1, 1]) in others; an error only where they are paired."""
    features = feature_network("efficientnet_lite0")
    kept = [a / b for a, b in zip(energy_by_band(image), energy_by_band(real), strict=True)]
    distance = frechet_of_features(features(image).numpy(), features(real).numpy())
    error = {"rms_error": (image - real).square().mean().sqrt().item()} if paired else {}
    return {**error, "energy_kept": kept, "frechet_efficientnet_lite0": distance}


def energy_by_band(image: torch.Tensor) -> list[float]:
    """Return the energy of images (N C S S) a band of :data:`BANDS`: the mean over the images of |F|² / S⁴, summed."""
    size = image.shape[-1]
    energy = torch.fft.fft2(image.double(), norm="forward").abs().square()
    cycles = torch.fft.fftfreq(size) * size
    radius = (cycles[:, None].square() + cycles.square()).sqrt()
    return [
        float(energy[..., (radius >= low) & (radius < high)].sum(-1).mean()) for low, high in itertools.pairwise(BANDS)
    ]


def print_row(name: str, row: dict[str, Any]) -> None:
    """Print a row as it is measured."""
    error = f"rms error {row['rms_error']:.4f}" if "rms_error" in row else ""
    kept = " ".join(f"{share:.2f}" for share in row["energy_kept"])
    print(f"{name:8} {error:16}  energy kept {kept}  Fréchet {row['frechet_efficientnet_lite0']:.1f}", flush=True)


if __name__ == "__main__":
    main()
