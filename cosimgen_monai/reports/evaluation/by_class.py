"""The figures of an evaluation that go class by class: sFID, agreement, layout, co-occurrence."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.metrics import agreement, co_occurrence, layout_distance, semantic_frechet
from cosimgen_monai.reports.evaluation.measured_set import MeasuredSet


def figures_by_class(classes: ClassTable, real: MeasuredSet, generated: MeasuredSet) -> dict[str, Any]:
    """Return sFID, agreement, layout and co-occurrence, each beside the same between the halves of the real set."""
    first, second = real.parts
    whole, drawn = first + second, generated.parts[0]
    objects = list(classes.objects)
    names = list(classes.names_of(objects))
    agreed = agreement(whole.intensity, drawn.intensity)
    return {
        "sfid": {
            name: {
                **semantic_frechet(whole.crops[name], drawn.crops[name]),
                "floor": semantic_frechet(first.crops[name], second.crops[name], whole.crops[name]),
            }
            for name in whole.crops
        },
        "agreement": {**agreed, **_agreement_floor(agreed, agreement(first.intensity, second.intensity))},
        "layout": layout_distance(whole.layout, drawn.layout),
        "layout_floor": layout_distance(first.layout, second.layout),
        "co_occurrence": co_occurrence_figures(
            names, *(part.presence[:, objects] for part in (whole, drawn, first, second))
        ),
    }


def _agreement_floor(agreed: dict[str, Any], halves: dict[str, Any]) -> dict[str, Any]:
    """Return the mean between the halves over the classes of the mean beside it; none where a half lacks one."""
    compared = [name for name, row in agreed["classes"].items() if row["difference"] is not None]
    floors = {name: halves["classes"][name]["difference"] for name in compared}
    lacking = [name for name, floor in floors.items() if floor is None]
    return {"floor": sum(floors.values()) / len(floors) if floors and not lacking else None, "floor_lacks": lacking}


def co_occurrence_figures(
    names: list[str], real: NDArray[Any], generated: NDArray[Any], first: NDArray[Any], second: NDArray[Any]
) -> dict[str, Any]:
    """Return both matrices P(column | row), and the mean absolute difference over the entries that both have.

    Its floor is over the same entries; there is none where a half lacks one: ``floor_lacks`` names its rows.
    ``never_drawn`` names the rows of the real matrix that the mean leaves out.

    Args:
        names: names of the classes compared.
        real: zeros and ones, N x c.
        generated: zeros and ones, M x c.
        first: half of the real rows.
        second: the other half.
    """
    matrices = co_occurrence(real), co_occurrence(generated)
    difference = np.abs(matrices[0] - matrices[1])
    known = ~np.isnan(difference) & ~np.eye(len(names), dtype=bool)
    between_halves = np.abs(co_occurrence(first) - co_occurrence(second))
    lacking = [name for name, row in zip(names, known & np.isnan(between_halves), strict=True) if row.any()]

    def rounded(matrix: NDArray[np.float64]) -> list[list[float | None]]:
        return [[None if np.isnan(value) else round(float(value), 6) for value in row] for row in matrix]

    return {
        "names": names,
        "real": rounded(matrices[0]),
        "generated": rounded(matrices[1]),
        "never_drawn": [
            name for name, held, drawn in zip(names, real.sum(0), generated.sum(0), strict=True) if held and not drawn
        ],
        "mean_absolute_difference": float(difference[known].mean()) if known.any() else None,
        "floor": float(between_halves[known].mean()) if known.any() and not lacking else None,
        "floor_lacks": lacking,
    }
