"""One phantom patient, from the empty field of view to the last adrenal gland."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cosimgen_monai.data.phantom.bowel import paint_bowel, paint_hollow
from cosimgen_monai.data.phantom.canvas import Canvas
from cosimgen_monai.data.phantom.habitus import Habitus, cavity_distance, draw_habitus
from cosimgen_monai.data.phantom.organs import ORGANS, Organ, draw_placement
from cosimgen_monai.data.phantom.shapes import Placement, Volume
from cosimgen_monai.data.phantom.skeleton import paint_ribs, paint_spine
from cosimgen_monai.data.phantom.smooth_field import smooth_field
from cosimgen_monai.data.phantom.thorax import paint_heart, paint_lungs
from cosimgen_monai.data.phantom.tissues import AIR_HU, Tissues, draw_tissues
from cosimgen_monai.data.phantom.trunk import paint_body, paint_muscles, paint_table
from cosimgen_monai.data.phantom.vessels import paint_hepatic_veins, paint_vessels


def new_patient(
    rng: np.random.Generator, affine: NDArray[np.float64], shape: tuple[int, int, int]
) -> tuple[Canvas, Habitus]:
    """An empty canvas whose voxels know their place in the reference anatomy, smoothly deformed for this patient."""
    habitus = draw_habitus(rng)
    x, y, z = ((affine[i, 3] + affine[i, i] * np.arange(count)).astype(np.float32) for i, count in enumerate(shape))
    axes = (x, y, z)
    moves = [amount * smooth_field(rng, axes, wavelength=150.0) for amount in (3.5, 3.0, 5.0)]
    place = [
        ((axis - offset + move) / scale).astype(np.float32)
        for axis, move, offset, scale in zip(np.ix_(*axes), moves, habitus.offset, habitus.scale, strict=True)
    ]
    canvas = Canvas(
        axes=axes,
        place=(place[0], place[1], place[2]),
        scale=habitus.scale,
        offset=habitus.offset,
        bend=max(float(np.abs(move).max()) for move in moves),
        relief=smooth_field(rng, axes, wavelength=45.0),
        texture=smooth_field(rng, axes, wavelength=18.0),
        image=np.full(shape, AIR_HU, dtype=np.float32),
        label=np.zeros(shape, dtype=np.uint8),
        softness=float(affine[0, 0]),
    )
    return canvas, habitus


def paint_patient(canvas: Canvas, habitus: Habitus, rng: np.random.Generator) -> None:
    """Paint from the outside in; where two tissues meet, the later one lies on top."""
    hu = draw_tissues(rng)
    breath = rng.uniform(-10, 12)
    cavity = cavity_distance(canvas, habitus)
    paint_body(canvas, cavity, habitus, hu)
    paint_ribs(canvas, cavity, habitus, hu)
    paint_muscles(canvas, hu)
    paint_spine(canvas, hu, rng)
    paint_bowel(canvas, cavity, hu, rng)
    paint_vessels(canvas, hu)
    _paint_organs(canvas, cavity, breath, hu, rng)
    canvas.image += (canvas.image > -200.0) * (4.0 * canvas.texture + 2.0 * canvas.relief)
    paint_table(canvas, habitus, rng)


def _paint_organs(canvas: Canvas, cavity: Volume, breath: float, hu: Tissues, rng: np.random.Generator) -> None:
    """The labelled organs; lungs follow the three that touch the diaphragm, which cuts them off."""
    placements: dict[str, Placement] = {}
    for organ in ORGANS:
        placement = draw_placement(rng, organ)
        placements[organ.name] = placements.get(organ.moves_with, placement)
        absent, gas = rng.uniform() < organ.absent, organ.gas * rng.uniform()
        if not absent:
            _paint_organ(canvas, cavity, organ, placements[organ.name], gas, hu)
        if organ.name == "liver":
            paint_hepatic_veins(canvas, hu)
        if organ.name == "stomach":
            paint_lungs(canvas, cavity, breath, hu)
            paint_heart(canvas, breath, hu)


def _paint_organ(canvas: Canvas, cavity: Volume, organ: Organ, placement: Placement, gas: float, hu: Tissues) -> None:
    parts = tuple(part.placed(placement) for part in organ.parts)
    cuts = tuple(cut.placed(placement) for cut in organ.cuts)
    box = canvas.box(parts)
    distance = np.maximum(canvas.distance(box, parts, cuts, roughness=organ.roughness), cavity[box] + 2.0)
    canvas.paint(box, distance, hu[organ.tissue or organ.name], organ.label)
    if organ.inside:
        tissue, wall = organ.inside
        paint_hollow(canvas, box, distance, wall, hu[tissue], gas)
