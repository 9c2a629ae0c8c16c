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


def share_of_thirds(palette: torch.Tensor, one: int) -> float:
    """Return the share of the blends of one class with the others that lie nearest to a third class's colour."""
    share, thirds = torch.linspace(0, 1, 101)[:, None], 0
    others = [i for i in range(len(palette)) if i != one]
    for other in others:
        nearest = torch.cdist(palette[one] * (1 - share) + palette[other] * share, palette).argmin(1)
        thirds += int(((nearest != one) & (nearest != other)).sum())
    return thirds / (len(others) * len(share))


@pytest.mark.parametrize(("num_colours", "at_most"), [(3, 0.0), (6, 0.0), (13, 0.0), (14, 0.0), (16, 0.0), (21, 0.011)])
@pytest.mark.parametrize("centre", [0, 2])
def test_blends_with_the_centre_are_taken_for_no_third_class(num_colours: int, centre: int, at_most: float) -> None:
    palette = fibonacci_palette(num_colours, centre=centre)
    assert palette[centre].tolist() == [0, 0, 0]
    others = torch.cat([palette[:centre], palette[centre + 1 :]])
    assert torch.equal(others, fibonacci_palette(num_colours - 1))
    assert share_of_thirds(palette, centre) <= at_most


@pytest.mark.parametrize(("num_colours", "share"), [(14, 0.113), (21, 0.181)])
def test_blends_on_the_papers_palette_are(num_colours: int, share: float) -> None:
    assert share_of_thirds(fibonacci_palette(num_colours), 0) == pytest.approx(share, abs=0.005)


@pytest.mark.parametrize("num_colours", [13, 14, 21])
def test_the_centre_costs_no_distance(num_colours: int) -> None:
    without, with_centre = fibonacci_palette(num_colours), fibonacci_palette(num_colours, centre=0)
    assert smallest_distance(with_centre) >= 0.99 * smallest_distance(without)


def test_what_is_no_palette_is_refused() -> None:
    with pytest.raises(ValueError, match=r"num_colours.*2 or more, got 1"):
        fibonacci_palette(1)
    with pytest.raises(ValueError, match=r"centre.*below 14, got 14"):
        fibonacci_palette(14, centre=14)


def test_display_colours_are_8_bit_and_distinct() -> None:
    corners = torch.tensor([[-1.0, -1, -1], [1, 1, 1], [0, -1, 1]])
    assert display_colours(corners) == [(0, 0, 0), (255, 255, 255), (128, 0, 255)]
    assert len(set(display_colours(fibonacci_palette(256)))) == 256
