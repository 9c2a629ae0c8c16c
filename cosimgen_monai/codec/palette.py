"""F-RGB: colours of classes, spread by the golden angle (paper section 4, Fibonacci RGB)."""

from __future__ import annotations

import math

import torch

GOLDEN_RATIO = (1 + math.sqrt(5)) / 2


def fibonacci_palette(num_colours: int, epsilon: float = 0.36, push_to_cube: bool = True) -> torch.Tensor:
    """Return colours that lie far apart: a Fibonacci sphere, pushed out to the cube.

    Point i of c has azimuth θ = 2πi/φ and height z = 1 - 2(i + ε)/(c - 1 + 2ε), φ the golden ratio; ε = 0.36 spreads
    the points near the poles better than the plain sphere's 0.5. Dividing by the largest coordinate uses the whole
    colour cube.

    Args:
        num_colours: number of colours c, the void's counted.
        epsilon: offset of the first and last point from the poles.
        push_to_cube: whether to divide each point by its largest coordinate.

    Returns:
        float32 tensor, c x 3, in [-1, 1].

    Raises:
        ValueError: if there are fewer than two colours.
    """
    if num_colours < 2:
        raise ValueError(f"`num_colours` must be 2 or more, got {num_colours}.")
    index = torch.arange(num_colours, dtype=torch.float64)
    theta = 2 * math.pi * index / GOLDEN_RATIO
    z = 1 - 2 * (index + epsilon) / (num_colours - 1 + 2 * epsilon)
    radius = (1 - z**2).sqrt()
    points = torch.stack([radius * theta.cos(), radius * theta.sin(), z], dim=1)
    if push_to_cube:
        points = points / points.abs().amax(dim=1, keepdim=True)
    return points.float()


def display_colours(palette: torch.Tensor) -> list[tuple[int, int, int]]:
    """Return a palette's colours (c x 3, [-1, 1]) as 8-bit RGB, for index PNGs and overlays."""
    rgb = ((palette.detach().cpu().double() + 1) * 127.5).round().clamp(0, 255).int().tolist()
    return [(red, green, blue) for red, green, blue in rgb]
