"""What stands beside every figure of an evaluation: what was compared with what, how seen, and by which networks."""

from __future__ import annotations

from typing import Any

from cosimgen_monai.data import PairSource
from cosimgen_monai.reports.colours import colours_by_name
from cosimgen_monai.reports.evaluation.evaluated_pairs import EvaluatedPairs
from cosimgen_monai.reports.evaluation.judges import Judges


def facts_of(
    source: PairSource, pairs: EvaluatedPairs, judges: Judges, settings: dict[str, Any], seed: int
) -> dict[str, Any]:
    """Return what stands beside every figure."""
    asked = pairs.generated.rows is not None
    networks: list[Any] = [*judges.features, *judges.lpips]
    return {
        "dataset": source.name,
        **settings,
        "seed": seed,
        "value_range": f"{window_in_words(source)} as 8-bit steps of [-1, 1], both sets",
        "resize": "images by area, linear where they grow; masks by the majority",
        "n": {
            "real": len(pairs.real),
            "real_groups": len(set(pairs.real.groups)),
            "generated": len(pairs.generated),
            "training": len(pairs.training) if pairs.training is not None else None,
        },
        "halves_by": pairs.halves_by,
        "floor": f"the same figure between two halves of the real set, no {pairs.halves_by} in both",
        "prompts": "manifest.csv" if asked else "read from the masks: images and masks alone, no manifest",
        "colours": colours_by_name(source.classes),
        "networks": {net.name: net.card() for net in networks},
        "weights_absent": judges.absent,
    }


def window_in_words(source: PairSource) -> str:
    """Return the values that are seen as black and as white, with their unit where they have one."""
    low, high = source.window
    return f"{low:g} to {high:g}{' HU' if source.modality == 'CT' else ''}"
