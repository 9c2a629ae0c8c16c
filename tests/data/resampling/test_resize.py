"""Resizing keeps means, areas and ids."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from cosimgen_monai.codec import VOID
from cosimgen_monai.data.resampling.resize import resize_image, resize_label


def test_shrinking_by_whole_numbers_is_the_mean_of_blocks() -> None:
    image = np.random.default_rng(0).integers(0, 256, (24, 36, 3), dtype=np.uint8)
    blocks = image.reshape(6, 4, 12, 3, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(resize_image(image, (6, 12)), blocks, atol=0.5 + 1e-3)


def test_shrinking_by_fractions_weighs_pixels_by_area() -> None:
    image = np.random.default_rng(0).integers(0, 256, (10, 14, 3), dtype=np.uint8)
    fine = np.kron(image, np.ones((4, 5, 1)))  # 40 x 70: whole blocks of the pixels of 8 x 10
    blocks = fine.reshape(8, 5, 10, 7, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(resize_image(image, (8, 10)), blocks, atol=0.5 + 1e-3)


def test_enlarging_is_linear_and_stays_in_range() -> None:
    ramp = np.repeat((np.arange(9) * 30)[None, :, None], 9, axis=0).repeat(3, axis=2).astype(np.uint8)
    large = resize_image(ramp, (9, 27))
    np.testing.assert_allclose(large[4, 1:-1, 0], np.arange(25) * 10, atol=0.5 + 1e-3)
    assert (resize_image(np.full((8, 9, 3), 255, np.uint8), (31, 20)) == 255).all()


def test_an_image_of_its_own_size_is_unchanged() -> None:
    image = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    np.testing.assert_array_equal(resize_image(image, (16, 16)), image)


def blobs(seed: int, shape: tuple[int, int], ids: list[int]) -> NDArray[np.uint8]:
    """A label of random rectangles."""
    rng = np.random.default_rng(seed)
    label = np.full(shape, ids[0], np.uint8)
    for class_id in rng.choice(ids, 12):
        y, x = rng.integers(0, shape[0]), rng.integers(0, shape[1])
        label[y : y + rng.integers(1, shape[0] // 2), x : x + rng.integers(1, shape[1] // 2)] = class_id
    return label


@pytest.mark.parametrize("size", [(16, 16), (23, 17), (64, 48), (100, 120)])
@pytest.mark.parametrize("seed", range(5))
def test_no_id_is_invented(seed: int, size: tuple[int, int]) -> None:
    label = blobs(seed, (50, 61), [0, 3, 7, VOID])
    resized = resize_label(label, size, 8)
    assert resized.shape == size
    assert resized.dtype == np.uint8
    assert set(np.unique(resized)) <= set(np.unique(label))


def test_each_pixel_takes_the_majority_of_its_block() -> None:
    label = np.random.default_rng(0).integers(0, 3, (35, 50)).astype(np.uint8)
    blocks = label.reshape(7, 5, 10, 5).swapaxes(1, 2).reshape(7, 10, 25)
    counts = (blocks[..., None] == np.arange(3)).sum(axis=2)
    np.testing.assert_array_equal(resize_label(label, (7, 10), 3), counts.argmax(axis=-1))


def test_areas_keep_their_shares() -> None:
    label = np.zeros((375, 500), np.uint8)
    label[50:200, 100:350] = 4
    for size in (128, 64):
        assert (resize_label(label, (size, size), 5) == 4).mean() == pytest.approx(0.2, abs=0.012)


def disc_with_border(radius: float, border: float) -> NDArray[np.uint8]:
    """VOC's way: an object whose outline is hidden under a void border."""
    y, x = np.mgrid[:375, :500]
    distance = np.hypot(y - 187, x - 250)
    return np.select([distance < radius - border / 2, distance < radius + border / 2], [15, VOID], 0).astype(np.uint8)


@pytest.mark.parametrize("size", [128, 64, 32])
def test_a_void_border_neither_grows_nor_shrinks_the_object(size: int) -> None:
    radius = 110.0
    bordered = resize_label(disc_with_border(radius, 5), (size, size), 21)
    plain = resize_label(disc_with_border(radius, 0), (size, size), 21)
    void = bordered == VOID
    # where a class is told, nearly all of it is what the outline without a border would say
    assert (bordered[~void] == plain[~void]).mean() > 0.995
    assert void.mean() <= (disc_with_border(radius, 5) == VOID).mean() + 0.005
    assert set(np.unique(bordered)) <= {0, 15, VOID}


def test_void_wins_by_more_than_half_only() -> None:
    block = np.full((4, 4), VOID, np.uint8)
    block[:2, :3], block[0, 3] = 1, 2  # 6 of one class, 1 of another, 9 void
    assert resize_label(block, (1, 1), 3) == VOID
    block[2, 0] = 2  # 8 of 16
    assert resize_label(block, (1, 1), 3) == 1
    assert (resize_label(np.full((9, 9), VOID, np.uint8), (4, 4), 3) == VOID).all()


def test_a_label_of_its_own_size_is_unchanged() -> None:
    label = blobs(1, (30, 30), [0, 1, 2, VOID])
    resized = resize_label(label, (30, 30), 3)
    np.testing.assert_array_equal(resized, label)
    assert not np.shares_memory(resized, label)
