"""F-RGB palettes: colours far apart, inside the colour cube."""

from __future__ import annotations

import pytest
import torch

from cosimgen_monai.codec import display_colours, fibonacci_palette


def smallest_distance(palette: torch.Tensor) -> float:
    """Smallest distance between two colours, on 0-255."""
    return float(torch.pdist((palette.double() + 1) * 127.5).min())


@pytest.mark.parametrize(
    ("num_colours", "pushed", "plain"), [(6, 175, 160), (13, 128, 109), (14, 127, 106), (21, 100, 85)]
)
def test_colours_are_as_far_apart_as_documented(num_colours: int, pushed: float, plain: float) -> None:
    assert smallest_distance(fibonacci_palette(num_colours)) == pytest.approx(pushed, abs=1)
    sphere = fibonacci_palette(num_colours, epsilon=0.5, push_to_cube=False)
    assert smallest_distance(sphere) == pytest.approx(plain, abs=1)


@pytest.mark.parametrize("num_colours", range(2, 257, 23))
def test_colours_lie_on_the_cube_or_the_sphere(num_colours: int) -> None:
    torch.testing.assert_close(fibonacci_palette(num_colours).abs().amax(dim=1), torch.ones(num_colours))
    sphere = fibonacci_palette(num_colours, push_to_cube=False)
    torch.testing.assert_close(sphere.norm(dim=1), torch.ones(num_colours))


def test_one_colour_is_no_palette() -> None:
    with pytest.raises(ValueError, match=r"num_colours.*2 or more, got 1"):
        fibonacci_palette(1)


def test_display_colours_are_8_bit_and_distinct() -> None:
    corners = torch.tensor([[-1.0, -1, -1], [1, 1, 1], [0, -1, 1]])
    assert display_colours(corners) == [(0, 0, 0), (255, 255, 255), (128, 0, 255)]
    assert len(set(display_colours(fibonacci_palette(256)))) == 256
