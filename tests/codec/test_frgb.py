"""Labels as colours and back, alone and in the pair."""

from __future__ import annotations

import pytest
import torch

from cosimgen_monai.codec import VOID, decode_frgb, encode_frgb, fibonacci_palette, pack_pair, unpack_pair


def every_id(num_classes: int, has_void: bool) -> torch.Tensor:
    """A label of one row that holds every id there is."""
    ids = [*range(num_classes), *([VOID] if has_void else [])]
    return torch.tensor(ids, dtype=torch.uint8)[None, None, None]


@pytest.mark.parametrize("has_void", [False, True])
def test_every_number_of_classes_survives_the_round_trip(has_void: bool) -> None:
    for num_classes in range(2, 256):
        palette = fibonacci_palette(num_classes + has_void)
        label = every_id(num_classes, has_void)
        decoded = decode_frgb(encode_frgb(label, palette, num_classes), palette, num_classes)
        assert decoded.dtype == torch.uint8
        assert torch.equal(decoded, label), num_classes


@pytest.mark.parametrize("has_void", [False, True])
def test_decoding_takes_the_nearest_colour(has_void: bool) -> None:
    palette = fibonacci_palette(14 + has_void)
    colours = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(0)) * 4 - 2
    distances = (colours.double()[:, None] - palette.double()[None, :, :, None, None]).square().sum(2)
    nearest = distances.argmin(1, keepdim=True)
    nearest[nearest == 14] = VOID
    assert torch.equal(decode_frgb(colours, palette, 14).long(), nearest)


def test_half_the_smallest_distance_is_forgiven() -> None:
    palette = fibonacci_palette(14)
    margin = float(torch.pdist(palette).min()) / 2
    noise = torch.randn(100, 14, 3, generator=torch.Generator().manual_seed(1))
    moved = palette + 0.99 * margin * noise / noise.norm(dim=2, keepdim=True)
    decoded = decode_frgb(moved.permute(0, 2, 1)[:, :, None], palette, 14)
    assert torch.equal(decoded, every_id(14, False).expand(100, 1, 1, 14))


@pytest.mark.parametrize(("wrong_id", "has_void"), [(14, False), (VOID, False), (14, True), (200, True), (-1, True)])
def test_an_id_without_colour_is_an_error(wrong_id: int, has_void: bool) -> None:
    label = torch.tensor([[[[0, VOID if has_void else 13, wrong_id]]]])
    with pytest.raises(ValueError, match=f"holds id {wrong_id}, which has no colour"):
        encode_frgb(label, fibonacci_palette(14 + has_void), 14)


def test_the_pair_is_image_then_colours() -> None:
    palette = fibonacci_palette(6)
    grey = torch.linspace(-1, 1, 6)[None, None, None]
    label = every_id(6, False)
    pair = pack_pair(grey, label, palette, 6)
    assert pair.shape == (1, 6, 1, 6)
    assert pair.dtype == torch.float32
    assert torch.equal(pair[0, :3, 0], grey[0, 0].expand(3, 6))
    assert torch.equal(pair[0, 3:, 0].T, palette)
    image, decoded = unpack_pair(pair * 1.5, palette, 6)
    assert torch.equal(image, (pair[:, :3] * 1.5).clamp(-1, 1))
    assert torch.equal(decoded, label)


def test_a_colour_image_keeps_its_channels() -> None:
    image = torch.rand(2, 3, 4, 5)
    label = torch.zeros(2, 1, 4, 5, dtype=torch.uint8)
    assert torch.equal(pack_pair(image, label, fibonacci_palette(2), 2)[:, :3], image)
