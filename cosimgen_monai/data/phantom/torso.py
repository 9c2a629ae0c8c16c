"""The phantom's trunk: what is in an abdominal CT slice beside the labelled organs.

Skin, fat, muscle, bones, lungs, heart, vessels, bowel and the table; none of it carries a label.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cosimgen_monai.data.phantom.anatomy import (
    COLON,
    DOMES,
    HEART,
    MEDIASTINUM,
    MESENTERIC_VESSELS,
    RENAL_VESSELS,
)
from cosimgen_monai.data.phantom.shapes import Box, Canvas, Ellipsoid, Shape, Tube, Vector, Volume

AIR_HU = -1000.0
GAS_HU = -930.0
_TABLE_HU = -20.0
Tissues = dict[str, float]

# Half width and depth of the abdominal cavity and the y of its centre, in the reference patient, mm.
_CAVITY = (128.0, 80.0, 4.0)
_SKIN = 2.5
_RIB_SPACING = 30.0
_VERTEBRA_SPACING = 36.0
_WHOLE: Box = (slice(None), slice(None), slice(None))


@dataclass(frozen=True)
class Habitus:
    """One patient's build.

    Attributes:
        scale: scanner mm per reference mm along x, y and z.
        offset: where the reference origin lies in the scanner, mm.
        wall: thickness of the muscle wall, mm.
        fat: mean thickness of the subcutaneous fat, mm.
        waist: relative change of the girth per 100 mm towards the head.
        rib_phase: place of the ribs within their spacing, 0 to 1.
    """

    scale: Vector
    offset: Vector
    wall: float
    fat: float
    waist: float
    rib_phase: float


def draw_habitus(rng: np.random.Generator) -> Habitus:
    """From slight to heavy: the heavy have more fat under the skin and between the organs."""
    weight = rng.beta(1.6, 2.0)
    width, depth = (base + gain * weight + rng.uniform(-0.04, 0.04) for base, gain in ((0.92, 0.16), (0.86, 0.26)))
    return Habitus(
        scale=(width, depth, rng.uniform(0.92, 1.08)),
        offset=(rng.uniform(-6, 6), rng.uniform(-4, 10), rng.uniform(-14, 14)),
        wall=rng.uniform(10, 15.5),
        fat=max(5.0, 5.0 + 24.0 * weight + rng.uniform(-4, 6)),
        waist=rng.uniform(-0.05, 0.08),
        rib_phase=rng.uniform(),
    )


def cavity_distance(canvas: Canvas, habitus: Habitus) -> Volume:
    """Signed distance of every voxel to the abdominal cavity, mm, negative inside: a superellipse of power 2.5."""
    x, y, z = canvas.place
    girth = 1.0 + habitus.waist * z / 100.0
    a, b = _CAVITY[0] * girth, _CAVITY[1] * girth
    u, v = np.abs(x) / a, np.abs(y - _CAVITY[2]) / b
    su, sv = u * np.sqrt(u), v * np.sqrt(v)
    level = (su * u + sv * v + 1e-6) ** 0.4
    return (level - 1.0) * level * np.sqrt(level) / (np.sqrt((su / a) ** 2 + (sv / b) ** 2) + 1e-6)


def paint_body(canvas: Canvas, cavity: Volume, habitus: Habitus, hu: Tissues) -> None:
    """Skin, subcutaneous fat, the muscle wall and the fat among the organs, from the outside in."""
    x, y, _ = canvas.place
    front = y / np.sqrt(x * x + y * y + 400.0)
    # Rectus muscles bulge beside the white line, which is fat and sinew.
    belly = np.clip(2.0 * front - 0.6, 0.0, 1.0)
    wall = habitus.wall * (0.75 + belly * (0.25 - 0.5 * np.exp(-((x / 4.0) ** 2)))) + 1.2 * canvas.relief
    outer = habitus.wall + habitus.fat * (1.0 + 0.25 * front + 0.1 * canvas.relief)
    for edge, tissue in ((outer, "skin"), (outer - _SKIN, "fat"), (wall, "muscle")):
        canvas.paint(_WHOLE, cavity - edge, hu[tissue])
    canvas.paint(_WHOLE, cavity, hu["fat"] + 8.0)


def paint_table(canvas: Canvas, habitus: Habitus, rng: np.random.Generator) -> None:
    """The scanner's table: a curved plate, bright at its two faces, under the back."""
    width, lift, gap = rng.uniform(190, 240), rng.uniform(18, 34), rng.uniform(2, 7)
    present = rng.uniform() < 0.85
    if not present:
        return
    back = habitus.offset[1] + habitus.scale[1] * (_CAVITY[2] - _CAVITY[1] - 0.8 * habitus.wall - 0.78 * habitus.fat)
    x, y, _ = np.ix_(*canvas.axes)
    top = back - gap + lift * (x / width) ** 2
    depth = top - y
    plate = np.maximum(np.minimum(np.abs(depth) - 3.2, np.abs(depth - 20.0) - 2.8), np.abs(x) - width)
    outside = np.where(canvas.image < -600.0, plate, 9.0)
    canvas.paint(_WHOLE, outside.astype(np.float32), _TABLE_HU)


def paint_muscles(canvas: Canvas, hu: Tissues) -> None:
    """The muscles along the spine: erector spinae, quadratus lumborum, psoas and the crura of the diaphragm."""
    muscles: list[Shape] = []
    for side in (1, -1):
        muscles += [
            Ellipsoid((side * 30, -78, 0), (29, 19, 400), turn=side * -8),
            Ellipsoid((side * 62, -68, -90), (22, 9, 60), turn=side * 20),
            Tube(((side * 26, -44, 0, 5), (side * 36, -44, -60, 17), (side * 44, -40, -130, 23))),
            Tube(((side * 12 - 4, -24, -50, 4), (side * 16 - 6, -16, 20, 5), (side * 18 - 8, -12, 70, 4))),
        ]
    for muscle in muscles:
        box = canvas.box((muscle,))
        canvas.paint(box, canvas.distance(box, (muscle,), roughness=1.0), hu["muscle"])


def paint_spine(canvas: Canvas, hu: Tissues, rng: np.random.Generator) -> None:
    """Vertebral bodies with a cortical shell, discs between them, the canal and the processes."""
    phase = rng.uniform(0, _VERTEBRA_SPACING)
    spine = Ellipsoid((0, -47, 0), (23, 18, 4000))
    box = canvas.box((spine, Ellipsoid((0, -70, 0), (50, 40, 4000))))
    within = (canvas.place[2][box] + phase) % _VERTEBRA_SPACING
    arch = canvas.distance(box, _arch(), blend=4.0)
    # Processes belong to the middle of a vertebra: elsewhere the arch thins out.
    arch = arch + 1.2 * (np.abs(within - 14.0) > 12.0)
    canvas.paint(box, arch, hu["cortical bone"] - 120.0)
    canvas.paint(box, arch + 3.5, hu["spongy bone"])
    canal = canvas.distance(box, (Ellipsoid((0, -71, 0), (10.5, 8.5, 4000)),))
    canvas.paint(box, canal, hu["spinal canal"])
    body = canvas.distance(box, (spine,), cuts=(Ellipsoid((0, -72, 0), (11, 10, 4000)),))
    disc = within > _VERTEBRA_SPACING - 7.0
    canvas.paint(box, body, np.where(disc, hu["disc"], hu["cortical bone"]).astype(np.float32))
    canvas.paint(box, body + 3.0, np.where(disc, hu["disc"], hu["spongy bone"]).astype(np.float32))


def _arch() -> tuple[Shape, ...]:
    """Pedicles and laminae around the canal, the spinous process and the transverse processes."""
    return (
        Ellipsoid((0, -71, 0), (16, 13, 4000)),
        Ellipsoid((0, -88, 0), (4, 14, 4000)),
        Ellipsoid((26, -68, 0), (18, 4, 4000), turn=-14),
        Ellipsoid((-26, -68, 0), (18, 4, 4000), turn=14),
    )


def paint_ribs(canvas: Canvas, cavity: Volume, habitus: Habitus, hu: Tissues) -> None:
    """Ribs run forward and down within the wall, so that a slice cuts each of them into an oval."""
    x, y, z = canvas.place
    wall = np.nonzero((cavity > -6.0) & (cavity < 0.8 * habitus.wall + 4.0))
    x, y, z, depth = x[wall], y[wall], z[wall], cavity[wall]
    arc = 100.0 * np.arctan2(np.abs(x), -(y - 10.0))
    height = z + 0.62 * arc + 3.0 * canvas.relief[wall] + _RIB_SPACING * habitus.rib_phase
    off = (height / _RIB_SPACING - np.round(height / _RIB_SPACING)) * _RIB_SPACING
    oval = np.hypot(off / 7.0, (depth - 5.5) / 4.6)
    # The lowest ribs end at the flank; in front ribs turn to cartilage and stop short of the midline.
    inside = (oval - 1.0) * 4.5 + np.maximum(0.4 * arc - 62.0 - z, 0.0)
    front = arc > 215.0
    shell = np.where(front, hu["cartilage"], hu["cortical bone"] - 60.0)
    core = np.where(front, hu["cartilage"], hu["spongy bone"])
    bone = np.where(inside < -2.2, core, shell)
    cover = np.clip(0.5 - inside / canvas.softness, 0.0, 1.0) * (arc < 262.0) * (arc > 32.0)
    canvas.image[wall] += cover * (bone - canvas.image[wall])


def paint_lungs(canvas: Canvas, cavity: Volume, breath: float, hu: Tissues) -> None:
    """Lung between the chest wall and the domes of the diaphragm, deepest behind, and the heart between the lungs.

    What was painted above the domes is overwritten, labels included, so that liver, spleen and stomach end at them.
    """
    z = canvas.place[2]
    first = int(np.searchsorted(canvas.axes[2], canvas.offset[2] - 20.0 * canvas.scale[2]))
    box = (slice(None), slice(None), slice(first, None))
    if first >= z.shape[2]:
        return
    x, y, z = (place[box] for place in canvas.place)
    lift = z - breath
    domes = np.minimum(DOMES[0].distance(x, y, lift), DOMES[1].distance(x, y, lift)) + 1.5 * canvas.relief[box]
    midline = np.minimum(MEDIASTINUM[0].distance(x, y, z), MEDIASTINUM[1].distance(x, y, z))
    recess = 0.7 * (30.0 + breath + 0.42 * y - z)
    lung = np.maximum.reduce((cavity[box] + 1.5, -domes, -midline, recess))
    # The diaphragm itself: a thin sheet of muscle that parts liver and spleen from lung.
    canvas.paint(box, np.maximum(lung - 2.5, cavity[box]), hu["muscle"], label=0)
    # Vessels, and more blood at the back, where the patient lies.
    density = hu["lung"] + 45.0 * np.maximum(canvas.relief[box], 0.0) - 0.8 * y
    canvas.paint(box, lung, density.astype(np.float32), label=0)


def paint_heart(canvas: Canvas, breath: float, hu: Tissues) -> None:
    """The bottom of the heart, in its fat, where the slab reaches high enough."""
    x, y, z = HEART[0].centre
    heart = (Ellipsoid((x, y, z + breath), HEART[0].radii, HEART[0].turn),)
    box = canvas.box(heart)
    if canvas.image[box].size == 0:
        return
    distance = canvas.distance(box, heart, roughness=2.0)
    canvas.paint(box, distance - 4.0, hu["fat"], label=0)
    canvas.paint(box, distance, 0.5 * (hu["muscle"] + hu["heart"]), label=0)
    canvas.paint(box, distance + 9.0, hu["heart"], label=0)


def paint_vessels(canvas: Canvas, hu: Tissues) -> None:
    """Vessels BTCV does not label: to the kidneys and, under the pancreas, to the bowel."""
    for vessel, tissue in zip(
        (*MESENTERIC_VESSELS, *RENAL_VESSELS),
        ("portal and splenic vein", "aorta", "inferior vena cava", "inferior vena cava"),
        strict=True,
    ):
        box = canvas.box((vessel,))
        canvas.paint(box, canvas.distance(box, (vessel,)), hu[tissue])


def paint_hollow(canvas: Canvas, box: Box, distance: Volume, wall: float, content: float, gas: float) -> None:
    """The inside of a hollow organ: `content` HU, and gas in the front share `gas` of its depth, with a level."""
    # Folds of the mucosa, and the pyramids of the kidney: the inner border is never smooth.
    inside = distance + wall + 1.6 * canvas.texture[box]
    canvas.paint(box, inside, content)
    depths = canvas.place[1][box][distance < 0.0]
    if gas > 0.0 and depths.size:
        level = np.float32(depths.max() - gas * np.ptp(depths))
        canvas.paint(box, np.maximum(inside, level - canvas.place[1][box]), GAS_HU)


def paint_bowel(canvas: Canvas, cavity: Volume, hu: Tissues, rng: np.random.Generator) -> None:
    """Small-bowel loops at random in the lower abdomen, and the colon that frames them."""
    oral_contrast = rng.uniform() < 0.35
    for _ in range(rng.integers(22, 31)):
        loop = _draw_loop(rng)
        content = float(rng.choice((15.0, 45.0, 230.0 if oral_contrast else 30.0))) + rng.uniform(-8, 8)
        _paint_gut(canvas, cavity, loop, hu["bowel wall"], content, gas=float(rng.choice((0.0, 0.0, 0.35))), wall=3.5)
    for segment in COLON:
        shift, size = rng.uniform(-7, 7, 3).tolist(), rng.uniform(0.75, 1.2)
        moved = Tube(tuple((x + shift[0], y + shift[1], z + shift[2], r * size) for x, y, z, r in segment.path))
        _paint_gut(canvas, cavity, moved, hu["bowel wall"], rng.uniform(-60, 60), gas=rng.uniform(0, 0.7), wall=3.0)


def _draw_loop(rng: np.random.Generator) -> Tube:
    start = np.array((rng.uniform(-72, 66), rng.uniform(0, 66), rng.uniform(-125, -26)))
    bends = start + np.cumsum(rng.uniform(-1, 1, (2, 3)) * (34, 24, 20), axis=0)
    radius = rng.uniform(9, 15)
    return Tube(tuple((x, y, z, radius) for x, y, z in (start.tolist(), *bends.tolist())))


def _paint_gut(
    canvas: Canvas, cavity: Volume, tube: Tube, wall_hu: float, content: float, gas: float, wall: float
) -> None:
    box = canvas.box((tube,))
    distance = np.maximum(canvas.distance(box, (tube,), roughness=2.2), cavity[box] + 2.0)
    canvas.paint(box, distance, wall_hu)
    paint_hollow(canvas, box, distance, wall, content, gas)
