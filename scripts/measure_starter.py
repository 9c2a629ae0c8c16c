"""Measure a model trained on the phantom: are the asked organs there, and do their HU fit the masks.

Class sets come from the phantom's held-out volumes (the validation split of ``train.json``); each is asked for by
class and by text. The HU test takes generated organs of 30 pixels or more: the mean HU inside the mask must lie between
the 1st and the 99th percentile of that organ's over the slices of phantom patients that no training saw (another seed).
The same test on masks shuffled among the samples says what chance would give.

    python scripts/measure_starter.py --ckpt_path bundle/models/model.pt --num_samples 256
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from ignite.engine import Events
from numpy.typing import NDArray
from training_pairs import pairs_of_model

from cosimgen_monai.codec import class_areas
from cosimgen_monai.data import PhantomCT, cache_pairs
from cosimgen_monai.engines import PairGenerator
from cosimgen_monai.export import RestoreIntensity
from cosimgen_monai.metrics import PresenceRates
from cosimgen_monai.networks import SentenceEncoder, TrainedModel, read_model
from cosimgen_monai.prompts import Request, plan_requests
from cosimgen_monai.sampling import NoiseSchedule, SamplingInferer, as_precision

MIN_PIXELS = 30


def main() -> None:
    """Draw, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ckpt_path", default="bundle/models/model.pt")
    parser.add_argument("--dataset_dir", default="output/phantom", help="the training's phantom")
    parser.add_argument("--cache_dir", default="output/cache")
    parser.add_argument("--num_samples", type=int, default=256, help="samples by class, and as many by text")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--sampler", default="dpm_solver")
    parser.add_argument("--guidance_scale", type=float, default=1.0)
    parser.add_argument("--mask_smoothing", type=float, default=1.4)
    parser.add_argument("--speck_size", type=int, default=4)
    parser.add_argument("--batch_size", type=int, default=16)
    parser.add_argument("--seed", type=int, default=12345)
    args = parser.parse_args()

    model = read_model(args.ckpt_path)
    _, held_out = pairs_of_model(model, "val", args.dataset_dir, args.cache_dir)
    limits = hu_limits(model)
    report: dict[str, Any] = {"model": model.card["sha256"], **vars(args)}
    for by in ("classes", "text"):
        plan = plan_requests(model.classes, args.num_samples, args.seed, class_sets=held_out.class_sets())
        requests = [Request(r.index, r.prompt, r.asked, by, r.seed) for r in plan]
        start = time.perf_counter()
        samples = draw(model, requests, args)
        report[by] = {
            "seconds_an_image": (time.perf_counter() - start) / len(samples),
            **presence(model, samples),
            **hu_agreement(samples, limits),
        }
    print(json.dumps(report, indent=1))


def draw(model: TrainedModel, requests: list[Request], args: argparse.Namespace) -> list[dict[str, Any]]:
    """Draw the requests and restore HU."""
    batches = [requests[i : i + args.batch_size] for i in range(0, len(requests), args.batch_size)]
    device = torch.device("cpu")
    inferer = SamplingInferer(
        NoiseSchedule(**model.card["schedule"]),
        args.sampler,
        args.steps,
        args.guidance_scale,
        as_precision("auto", device),
    )
    engine = PairGenerator(
        device=device,
        val_data_loader=batches,
        network=model.network(),
        inferer=inferer,
        embed=SentenceEncoder(),
        batch_size=args.batch_size,
        mask_smoothing=args.mask_smoothing,
        speck_size=args.speck_size,
    )
    restore, samples = RestoreIntensity(model.card["images"]), []
    engine.add_event_handler(
        Events.ITERATION_COMPLETED, lambda: samples.extend(restore(sample) for sample in engine.state.output)
    )
    engine.run()
    return samples


def presence(model: TrainedModel, samples: list[dict[str, Any]]) -> dict[str, Any]:
    """Return hit rate, unrequested rate and F1 with their intervals and counts."""
    rates = PresenceRates(model.classes, samples[0]["label"].numel())
    for sample in samples:
        rates.update(sample["request"].asked, class_areas(sample["label"][None], model.classes.num_classes)[0])
    return rates.compute()


def organ_means(image: NDArray[np.int16], label: NDArray[np.uint8]) -> Iterator[tuple[int, float]]:
    """Yield the organs of 30 pixels or more in a slice and the mean HU inside their masks."""
    for organ in np.unique(label[label > 0]).tolist():
        inside = label == organ
        if inside.sum() >= MIN_PIXELS:
            yield organ, float(image[inside].mean())


def hu_limits(model: TrainedModel, seed: int = 1, num_volumes: int = 48) -> dict[int, tuple[float, float]]:
    """Return the 1st and 99th percentile of each organ's mean HU over the slices of other phantom patients."""
    with tempfile.TemporaryDirectory() as folder:
        source = PhantomCT(Path(folder) / "phantom", num_volumes=num_volumes, phantom_seed=seed)
        pairs = cache_pairs(source, source.items(), model.card["network"]["image_size"], Path(folder) / "cache")
        means: dict[int, list[float]] = {}
        for image, label in zip(pairs.images, pairs.labels, strict=True):
            for organ, mean in organ_means(image[0], label[0]):
                means.setdefault(organ, []).append(mean)
    return {organ: (np.percentile(values, 1), np.percentile(values, 99)) for organ, values in means.items()}


def hu_agreement(samples: list[dict[str, Any]], limits: dict[int, tuple[float, float]]) -> dict[str, Any]:
    """Return the share of organs whose mean HU lies within the limits, with their own masks and with shuffled ones."""
    images = [sample["native"] for sample in samples]
    labels = [sample["label"][0].numpy() for sample in samples]

    def share(order: NDArray[np.int64]) -> tuple[float, int]:
        inside = [
            limits[organ][0] <= mean <= limits[organ][1]
            for image, k in zip(images, order, strict=True)
            for organ, mean in organ_means(image, labels[k])
            if organ in limits
        ]
        return float(np.mean(inside)), len(inside)

    own, count = share(np.arange(len(samples)))
    shuffled, _ = share(np.roll(np.arange(len(samples)), 1))
    return {"hu_within_limits": own, "hu_within_limits_shuffled": shuffled, "organs": count}


if __name__ == "__main__":
    main()
