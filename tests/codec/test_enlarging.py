"""Labels made smaller and larger: no class from nowhere, no splinters, thin structures kept."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn.functional import interpolate, max_pool2d

from cosimgen_monai.codec import (
    VOID,
    check_speck_size,
    decode_frgb,
    decode_nearby,
    encode_frgb,
    fibonacci_palette,
    merge_specks,
    merge_splinters,
    restore_thin,
    shrink_label,
)
from cosimgen_monai.data import resize_label


def blobs(num_classes: int, size: int, seed: int = 0, void: bool = False) -> torch.Tensor:
    """Random shapes of every class, 1 1 H W."""
    rng = np.random.default_rng(seed)
    noise = torch.from_numpy(rng.normal(size=(1, num_classes + void, size // 8, size // 8)))
    label = interpolate(noise, size=(size, size), mode="bicubic").argmax(1, keepdim=True)
    return torch.where(label == num_classes, VOID, label).to(torch.uint8)


@pytest.mark.parametrize("factor", [2, 4])
@pytest.mark.parametrize("void", [False, True])
def test_shrinking_on_the_device_is_the_cache_s_resizing(factor: int, void: bool) -> None:
    label = blobs(5, 48, void=void)
    expected = resize_label(label[0, 0].numpy(), (48 // factor, 48 // factor), 5)
    assert np.array_equal(shrink_label(label, factor)[0, 0].numpy(), expected)


def test_shrinking_by_one_changes_nothing() -> None:
    label = blobs(5, 16)
    assert torch.equal(shrink_label(label, 1), label)


@pytest.mark.parametrize("num_classes", [5, 14, 21])
def test_blended_colours_make_ghosts_over_all_classes_and_none_nearby(num_classes: int) -> None:
    palette, low = fibonacci_palette(num_classes), blobs(num_classes, 32)
    blended = interpolate(encode_frgb(low, palette, num_classes), scale_factor=4.0, mode="bilinear")

    def ghosts(label: torch.Tensor) -> int:
        near = [max_pool2d((low == i).float(), 3, stride=1, padding=1) for i in range(num_classes)]
        allowed = interpolate(torch.cat(near, dim=1), scale_factor=4.0, mode="nearest") > 0
        return int((~allowed.gather(1, label.long())).sum())

    assert ghosts(decode_nearby(blended, palette, num_classes, low)) == 0
    if num_classes >= 14:  # from about there on, a third class's colour lies between two others
        assert ghosts(decode_frgb(blended, palette, num_classes)) > 0


def test_pure_colours_come_back_exactly_with_their_void() -> None:
    palette, label = fibonacci_palette(6), blobs(5, 32, void=True)
    large = interpolate(label, scale_factor=2.0, mode="nearest")
    assert torch.equal(decode_nearby(encode_frgb(large, palette, 5), palette, 5, label), large)


def test_a_label_is_the_same_whatever_stands_beside_it_in_the_batch() -> None:
    palette, labels = fibonacci_palette(7), torch.cat([blobs(7, 16, seed) for seed in range(3)])
    colours = torch.rand(3, 3, 32, 32, generator=torch.Generator().manual_seed(0)) * 2 - 1
    together = decode_nearby(colours, palette, 7, labels)
    alone = torch.cat([decode_nearby(colours[i : i + 1], palette, 7, labels[i : i + 1]) for i in range(3)])
    assert torch.equal(together, alone)


def test_a_splinter_without_a_parent_goes_to_its_surroundings() -> None:
    parent = np.zeros((16, 16), np.uint8)
    parent[:, 8:] = 1
    label = parent.copy()
    label[3, 4] = 2  # nobody's
    label[5, 7] = 1  # a piece of the neighbour that touches it: no piece of its own
    merged = merge_splinters(label, parent, min_pixels=4)
    assert merged[3, 4] == 0
    assert merged[5, 7] == 1
    assert (merged != label).sum() == 1


def test_a_thin_line_in_pieces_stays() -> None:
    parent = np.zeros((16, 16), np.uint8)
    parent[4:6] = 3
    label = np.zeros((16, 16), np.uint8)
    label[4, ::3] = 3  # the line has fallen into dots, each on ground that was the line's
    assert np.array_equal(merge_splinters(label, parent, min_pixels=9), label)


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (2, 1), (3, 1)])
def test_a_structure_of_up_to_three_pixels_comes_back_whole(shape: tuple[int, int]) -> None:
    low = np.zeros((8, 8), np.uint8)
    low[3 : 3 + shape[0], 4 : 4 + shape[1]] = 4
    swallowed = np.zeros((32, 32), np.uint8)
    assert np.array_equal(restore_thin(swallowed, low), np.kron(low, np.ones((4, 4), np.uint8)))


def test_a_line_comes_back_where_it_broke_and_keeps_its_borders_elsewhere() -> None:
    low = np.zeros((8, 8), np.uint8)
    low[3, 1:7] = 2
    narrower = np.zeros((32, 32), np.uint8)
    narrower[13:15, 4:28] = 2  # half of each pixel: the network's border
    broken = narrower.copy()
    broken[:, 12:16] = 0  # one pixel is gone
    assert np.array_equal(restore_thin(narrower, low), narrower)
    mended = narrower.copy()
    mended[12:16, 12:16] = 2
    assert np.array_equal(restore_thin(broken, low), mended)


def test_a_thick_structure_is_the_network_s() -> None:
    low = np.zeros((8, 8), np.uint8)
    low[2:5, 2:5] = 1
    low[:, 7] = 1  # one pixel wide within the picture: it may go on beyond
    smaller = np.zeros((32, 32), np.uint8)
    smaller[11:17, 11:17] = 1
    assert np.array_equal(restore_thin(smaller, low), smaller)


def test_a_label_of_nothing_but_specks_is_left_alone() -> None:
    label = np.arange(16, dtype=np.uint8).reshape(4, 4)
    assert np.array_equal(merge_splinters(label, np.full((4, 4), 99, np.uint8), min_pixels=4), label)


def test_pieces_below_the_size_go_to_their_surroundings() -> None:
    label = np.zeros((12, 12), np.uint8)
    label[:, 6:] = 1
    label[2, 2:4] = 5  # two pixels
    label[8, 8:11] = 6  # three
    label[5, 5] = 7  # one, at the border of both
    merged = merge_specks(label, 3)
    assert set(np.unique(merged)) == {0, 1, 6}
    assert (merged[2, 2:4] == 0).all()
    assert merged[5, 5] in (0, 1)


def test_a_line_across_corners_is_one_piece() -> None:
    label = np.eye(10, dtype=np.uint8)
    assert np.array_equal(merge_specks(label, 10), label)


def test_no_size_merges_nothing() -> None:
    label = np.random.default_rng(0).integers(0, 5, (16, 16)).astype(np.uint8)
    assert np.array_equal(merge_specks(label, 0), label)


@pytest.mark.parametrize("value", [-1, 1.5, True, "4", None])
def test_an_impossible_speck_size_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="`speck_size`"):
        check_speck_size(value)
