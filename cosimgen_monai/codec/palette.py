"""F-RGB: colours of classes, spread by the golden angle (paper section 4, Fibonacci RGB)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch

GOLDEN_RATIO = (1 + math.sqrt(5)) / 2


def fibonacci_palette(
    num_colours: int,
    epsilon: float = 0.36,
    push_to_cube: bool = True,
    centre: int | None = None,
    order: Sequence[int] | None = None,
) -> torch.Tensor:
    """Return colours that lie far apart: a Fibonacci sphere, pushed out to the cube.

    Point i of c has azimuth θ = 2πi/φ and height z = 1 - 2(i + ε)/(c - 1 + 2ε), φ the golden ratio; ε = 0.36 spreads
    the points near the poles better than the plain sphere's 0.5. Dividing by the largest coordinate uses the whole
    colour cube.

    A drawn mask blends the colours of two classes where they meet, and a blend of two points of a sphere passes near
    others: a third class seems to be there. (Of 14 colours, 11 % of the first one's blends are nearest to a third.) A
    class in the centre of the cube has no such blends up to 16 colours and few beyond (1 % of 21), and is as far from
    the others as they are from each other. That place is for the class that touches all others, the background.

    Args:
        num_colours: number of colours c, the void's counted.
        epsilon: offset of the first and last point from the poles.
        push_to_cube: whether to divide each point by its largest coordinate.
        centre: index of the colour in the centre; the others are the points of c - 1 colours. ``None`` (paper): none.
        order: which of these colours each class takes, see :func:`colour_order`; ``None`` (paper): its own number's.

    Returns:
        float32 tensor, c x 3, in [-1, 1].

    Raises:
        ValueError: if there are fewer than two colours, the centre is none of them, or an order lacks one.
    """
    if num_colours < 2:
        raise ValueError(f"`num_colours` must be 2 or more, got {num_colours}.")
    if centre is not None and centre not in range(num_colours):
        raise ValueError(f"`centre` must be a colour's index below {num_colours}, got {centre!r}.")
    points = _fibonacci_points(num_colours if centre is None else num_colours - 1, epsilon)
    if push_to_cube:
        points = points / points.abs().amax(dim=1, keepdim=True)
    if centre is not None:
        points = torch.cat([points[:centre], torch.zeros(1, 3, dtype=points.dtype), points[centre:]])
    if order is not None:
        if sorted(order) != list(range(num_colours)):
            raise ValueError(f"`order` must hold each colour's index below {num_colours} once, got {list(order)}.")
        points = points[list(order)]
    return points.float()


def _fibonacci_points(number: int, epsilon: float) -> torch.Tensor:
    """Return points of the unit sphere, float64, number x 3."""
    index = torch.arange(number, dtype=torch.float64)
    theta = 2 * math.pi * index / GOLDEN_RATIO
    z = 1 - 2 * (index + epsilon) / (number - 1 + 2 * epsilon)
    radius = (1 - z**2).sqrt()
    return torch.stack([radius * theta.cos(), radius * theta.sin(), z], dim=1)


def display_colours(palette: torch.Tensor) -> list[tuple[int, int, int]]:
    """Return a palette's colours (c x 3, [-1, 1]) as 8-bit RGB, for index PNGs and overlays."""
    rgb = ((palette.detach().cpu().double() + 1) * 127.5).round().clamp(0, 255).int().tolist()
    return [(red, green, blue) for red, green, blue in rgb]
