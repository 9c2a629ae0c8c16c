"""How sure a mask is."""

from __future__ import annotations

import pytest
import torch

from cosimgen_monai.codec import decode_certainty, encode_frgb, fibonacci_palette

PALETTE = fibonacci_palette(5)


def test_exact_colours_are_certain_and_midway_ones_are_not() -> None:
    label = torch.randint(0, 5, (1, 1, 8, 8))
    exact = encode_frgb(label, PALETTE, 5)
    distances = torch.cdist(PALETTE, PALETTE) + 99 * torch.eye(5)
    a, b = divmod(int(distances.argmin()), 5)  # the two nearest colours: between them no third is nearer
    midway = ((PALETTE[a] + PALETTE[b]) / 2)[:, None, None].expand(3, 8, 8)
    assert decode_certainty(torch.stack([exact[0], midway]), PALETTE).tolist() == pytest.approx([1, 0], abs=1e-5)


def test_a_small_class_counts_as_much_as_a_large_one() -> None:
    colours = PALETTE[0][:, None, None].repeat(1, 10, 10)
    third = PALETTE[1] + (PALETTE[2] - PALETTE[1]) * 0.25  # distances of 1/4 and 3/4: margin 1/2 if no other is nearer
    distance = (third - PALETTE).norm(dim=1).sort().values
    margin = float((distance[1] - distance[0]) / (distance[1] + distance[0]))
    colours[:, 0, 0] = third
    assert decode_certainty(colours[None], PALETTE).item() == pytest.approx((1 + margin) / 2, abs=1e-5)


@pytest.mark.parametrize("centre", [None, 0])
def test_noise_is_uncertain(centre: int | None) -> None:
    noise = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0)) * 2 - 1
    assert decode_certainty(noise, fibonacci_palette(14, centre=centre)).item() < 0.3
