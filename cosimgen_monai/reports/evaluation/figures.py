"""The figures of an evaluation: each distance with its floor, each rate with its N."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cosimgen_monai.export import GeneratedFolder
from cosimgen_monai.metrics import (
    PPV,
    PresenceRates,
    density_coverage,
    feature_pair_distance,
    frechet_of_features,
    image_pair_mean,
    kernel_distance,
    multi_scale_ssim,
    pairs_within,
    random_pairs,
    real_unrequested_rate,
)
from cosimgen_monai.networks import LPIPS
from cosimgen_monai.reports.evaluation.evaluated_pairs import EvaluatedPairs
from cosimgen_monai.reports.evaluation.measured_set import MeasuredSet
from cosimgen_monai.settings import derive_seed

Figure = dict[str, Any]
FEATURE_PAIRS = 10000
"""Random pairs in a mean distance of features."""


def distance_figures(network: str, real: MeasuredSet, generated: MeasuredSet, seed: int) -> list[Figure]:
    """Return the distances in one network's features, each beside the same between the halves of the real set.

    VGG16 has the paper's distance alone.
    """
    a, b, halves = real.features[network], generated.features[network], real.halves(network)
    sizes = {"n_real": len(a), "n_generated": len(b), "n_floor": [len(half) for half in halves], "features": network}
    perceptual = {
        "name": "vgg16_distance" if network == "vgg16" else f"perceptual_{network}",
        "value": feature_pair_distance(a, b, FEATURE_PAIRS, seed),
        "floor": feature_pair_distance(*halves, FEATURE_PAIRS, seed),
        "n_pairs": FEATURE_PAIRS,
    }
    if network == "vgg16":
        return [{**perceptual, **sizes}]

    def kernel(x: NDArray[Any], y: NDArray[Any]) -> dict[str, float]:
        return kernel_distance(x, y, seed=seed)

    figures = [
        {"name": f"frechet_{network}", "value": frechet_of_features(a, b), "floor": frechet_of_features(*halves)},
    ]
    found, floor = kernel(a, b), kernel(*halves)
    figures.append(
        {
            "name": f"kernel_{network}",
            "value": found["mean"],
            "std": found["std"],
            "subset_size": found["subset_size"],
            "floor": floor["mean"],
            "floor_std": floor["std"],
        }
    )
    figures.append(perceptual)
    equal, equal_halves = equally_many(a, b, seed), equally_many(*halves, seed)
    found, floor = density_coverage(*equal), density_coverage(*equal_halves)
    counts = {"k": found["k"], "n_each": len(equal[0]), "n_each_floor": len(equal_halves[0])}
    figures += [
        {"name": f"{kind}_{network}", "value": found[kind], "floor": floor[kind], **counts}
        for kind in ("density", "coverage")
    ]
    return [{**figure, **sizes} for figure in figures]


def equally_many(a: NDArray[Any], b: NDArray[Any], seed: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return as many rows of both, of the longer a random choice.

    A few generated images can cover but a few of many real ones, however good: only at equal numbers does coverage have
    an expectation that does not depend on them.
    """
    number, rng = min(len(a), len(b)), np.random.default_rng(derive_seed("equally many", seed))
    a, b = (x if len(x) == number else x[np.sort(rng.choice(len(x), number, replace=False))] for x in (a, b))
    return a, b


def image_figures(
    pairs: EvaluatedPairs, lpips: list[LPIPS], device: torch.device, num_pairs: int, seed: int
) -> list[Figure]:
    """Return what is measured on pairs of images themselves: LPIPS real-generated, MS-SSIM within a set."""

    def images(dataset: Any, indices: list[int]) -> Callable[[list[int]], torch.Tensor]:
        return lambda rows: torch.stack([dataset[indices[row]]["image"] for row in rows]).to(device)

    first, second = pairs.halves
    sets = {
        "real": images(pairs.real, first + second),
        "generated": images(pairs.generated, pairs.order),
        "first": images(pairs.real, first),
        "second": images(pairs.real, second),
    }
    numbers = {
        "real": len(pairs.real),
        "generated": len(pairs.generated),
        "first": len(first),
        "second": len(second),
    }

    def mean(compare: Callable[[torch.Tensor, torch.Tensor], torch.Tensor], a: str, b: str) -> float:
        between = random_pairs(numbers[a], numbers[b], num_pairs, seed)
        return image_pair_mean(compare, sets[a], sets[b], between)

    def likeness(a: str) -> float:
        return image_pair_mean(multi_scale_ssim, sets[a], sets[a], pairs_within(numbers[a], num_pairs, seed))

    figures = [
        {"name": net.name, "value": mean(net, "real", "generated"), "floor": mean(net, "first", "second")}
        for net in lpips
    ]
    figures.append({"name": "ms_ssim_diversity", "value": likeness("generated"), "floor": likeness("real")})
    sizes = {"n_real": numbers["real"], "n_generated": numbers["generated"], "n_pairs": num_pairs}
    return [{**figure, **sizes} for figure in figures]


def presence_figures(pairs: EvaluatedPairs, real: MeasuredSet) -> dict[str, Any] | None:
    """Return the rates of asked and unasked classes and PPV; ``None`` where no manifest says what was asked."""
    asked = pairs.generated.asked()
    if asked is None:
        return None
    presence = (real.parts[0] + real.parts[1]).presence
    expected, number = real_unrequested_rate(asked, presence, pairs.generated.classes.objects)
    return {
        **asked_figures(pairs.generated, asked),
        "unrequested_rate_real": expected,
        "unrequested_rate_real_pairs": number,
    }


def asked_figures(generated: GeneratedFolder, asked: Sequence[Sequence[int]]) -> dict[str, Any]:
    """Return what a generated set alone tells of its requests: presence rates and PPV.

    Args:
        generated: the set.
        asked: the class ids that each of its pairs was asked for.
    """
    ppv, rates = PPV(), PresenceRates(generated.classes, generated.image_size**2)
    for i, ids in enumerate(asked):
        areas = generated[i]["areas"]
        rates.update(ids, areas)
        ppv.update(ids, rates.found(ids, areas))
    return {**rates.compute(), **ppv.compute()}
