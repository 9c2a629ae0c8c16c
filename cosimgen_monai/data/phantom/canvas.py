"""The volume that a phantom is painted on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from cosimgen_monai.data.phantom.shapes import Shape, Vector, Volume, bounds_of, smooth_minimum

Box = tuple[slice, slice, slice]
WHOLE: Box = (slice(None), slice(None), slice(None))


@dataclass
class Canvas:
    """The volume being painted, with each voxel's place in the reference anatomy.

    Attributes:
        axes: voxel centres in the scanner, mm, along x, y and z.
        place: reference-anatomy x, y and z of every voxel, mm, each X Y Z.
        scale: scanner mm per reference mm along x, y and z.
        offset: where the reference origin lies in the scanner, mm.
        bend: how far the patient's deformation moves any voxel at most, mm.
        relief: a smooth unit field that roughens surfaces, X Y Z.
        texture: a finer one, for what is inside organs, X Y Z.
        image: HU, X Y Z.
        label: class ids, X Y Z.
        softness: width of an edge in the image, mm: one pixel, the partial-volume effect.
    """

    axes: tuple[Volume, Volume, Volume]
    place: tuple[Volume, Volume, Volume]
    scale: Vector
    offset: Vector
    bend: float
    relief: Volume
    texture: Volume
    image: Volume
    label: NDArray[np.uint8]
    softness: float

    def box(self, shapes: tuple[Shape, ...]) -> Box:
        """The voxels that `shapes` can reach after the patient's deformation, so that no others are evaluated."""
        margin = self.bend + self.softness + 6.0
        corners = bounds_of(shapes) * np.array(self.scale) + np.array(self.offset)
        firsts = (np.searchsorted(axis, low - margin) for axis, low in zip(self.axes, corners[0], strict=True))
        lasts = (np.searchsorted(axis, high + margin) for axis, high in zip(self.axes, corners[1], strict=True))
        x, y, z = (slice(int(first), int(last)) for first, last in zip(firsts, lasts, strict=True))
        return x, y, z

    def distance(
        self,
        box: Box,
        parts: tuple[Shape, ...],
        cuts: tuple[Shape, ...] = (),
        blend: float = 6.0,
        roughness: float = 0.0,
    ) -> Volume:
        """Signed distance in `box` to the union of `parts` without `cuts`, mm, its surface roughened by `roughness`."""
        x, y, z = (place[box] for place in self.place)
        union = reduce(lambda a, b: smooth_minimum(a, b, blend), (part.distance(x, y, z) for part in parts))
        union = reduce(lambda a, cut: np.maximum(a, -cut.distance(x, y, z)), cuts, union)
        return union + roughness * self.relief[box] if roughness else union

    def paint(self, box: Box, distance: Volume, hu: float | Volume, label: int | None = None) -> None:
        """Lay `hu` over the image with a soft edge, and `label` over the labels with a hard one (None leaves them)."""
        cover = np.clip(0.5 - distance / self.softness, 0.0, 1.0)
        view = self.image[box]
        view += cover * (hu - view)
        if label is not None:
            self.label[box][distance < 0.0] = label
