"""Each overlay's augmentation: labels follow the image, and no id is ever invented."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from monai.bundle import ConfigParser
from monai.transforms import Compose
from numpy.typing import NDArray

from cosimgen_monai.codec import VOID

ROOT = Path(__file__).resolve().parents[2]
SIZE = 32


def augmentation(name: str) -> Compose:
    config = json.loads((ROOT / "bundle/configs/data" / f"{name}.json").read_text())
    return Compose(ConfigParser({"it": config["augmentation"]}).get_parsed_content("it"))


def label_of(seed: int) -> NDArray[np.uint8]:
    """A label of large and small blocks: few ids with gaps between them."""
    rng = np.random.default_rng(seed)
    ids = rng.choice([0, 3, 7, 11, 12], 3, replace=False)
    label = np.full((SIZE, SIZE), ids[0], np.uint8)
    for class_id in [*ids[1:], VOID][: rng.integers(2, 4)]:
        y, x = rng.integers(0, SIZE - 8, 2)
        label[y : y + rng.integers(1, 16), x : x + rng.integers(3, 16)] = class_id
    return label


def augment(transform: Compose, image: NDArray, label: NDArray, seed: int) -> tuple[NDArray, NDArray]:
    transform.set_random_state(seed=seed)
    data: dict[str, Any] = {"image": torch.from_numpy(image.copy()), "label": torch.from_numpy(label[None].copy())}
    done = transform(data)
    return np.asarray(done["image"]), np.asarray(done["label"])[0]


@pytest.mark.parametrize("name", ["cholecseg8k", "voc", "mbrsc"])
def test_no_id_is_ever_invented(name: str) -> None:
    transform = augmentation(name)
    changed = 0
    for seed in range(300):
        label = label_of(seed)
        image, moved = augment(transform, np.zeros((3, SIZE, SIZE), np.float32), label, seed)
        assert set(np.unique(moved)) <= set(np.unique(label)) | {VOID}
        assert (moved.shape, moved.dtype) == (label.shape, np.uint8)
        assert image.shape == (3, SIZE, SIZE)
        changed += not np.array_equal(moved, label)
    assert changed > 100


@pytest.mark.parametrize("name", ["cholecseg8k", "voc", "mbrsc"])
def test_labels_lie_under_their_image(name: str) -> None:
    transform = augmentation(name)
    label = np.zeros((SIZE, SIZE), np.uint8)
    label[4:16, 6:20], label[20:28, 2:12] = 3, 7
    levels = np.zeros(256, np.float32)
    levels[[0, 3, 7]] = -0.8, 0.0, 0.8
    for seed in range(60):
        image, moved = augment(transform, np.repeat(levels[label][None], 3, 0), label, seed)
        assert np.abs(image).max() <= 1
        told = moved != VOID
        assert told.mean() > 0.75
        # jitter moves a level by less than half the distance of two levels, on average of the channels
        agree = np.abs(image.mean(0) - levels[moved])[told] < 0.3
        assert agree.mean() > 0.9


def test_aerial_pictures_take_all_eight_symmetries_alike() -> None:
    transform = augmentation("mbrsc")
    image = np.random.default_rng(0).uniform(-1, 1, (3, 6, 6)).astype(np.float32)
    label = np.arange(36, dtype=np.uint8).reshape(6, 6)
    symmetries = [np.rot90(base, k) for base, k in itertools.product((label, label[:, ::-1]), range(4))]
    counts = np.zeros(8, int)
    for seed in range(800):
        moved_image, moved = augment(transform, image, label, seed)
        (which,) = [i for i, symmetry in enumerate(symmetries) if np.array_equal(symmetry, moved)]
        counts[which] += 1
        np.testing.assert_array_equal(moved_image, image.reshape(3, 36)[:, moved.ravel()].reshape(3, 6, 6))
    # 100 expected each; a fair draw is off by more than 45 once in 10^5
    assert counts.min() > 55
    assert counts.max() < 145


@pytest.mark.parametrize("name", ["cholecseg8k", "voc"])
def test_photos_and_frames_are_never_upside_down(name: str) -> None:
    transform = augmentation(name)
    rows = np.repeat(np.linspace(0, 20, SIZE).round().astype(np.uint8)[:, None], SIZE, axis=1)
    flipped = 0
    columns = rows.T.copy()
    for seed in range(60):
        _, moved = augment(transform, np.zeros((3, SIZE, SIZE), np.float32), rows, seed)
        top, bottom = (part[part != VOID].mean() for part in (moved[:8], moved[-8:]))
        assert top < bottom
        _, moved = augment(transform, np.zeros((3, SIZE, SIZE), np.float32), columns, seed)
        left, right = (part[part != VOID].mean() for part in (moved[:, :8], moved[:, -8:]))
        flipped += left > right
    assert 15 < flipped < 45


def test_rotated_corners_are_void_and_images_repeat_their_edge() -> None:
    transform = augmentation("cholecseg8k")
    found = 0
    for seed in range(40):
        image, moved = augment(
            transform, np.full((3, SIZE, SIZE), 0.5, np.float32), np.zeros((SIZE, SIZE), np.uint8), seed
        )
        found += (moved == VOID).any()
        assert image.std(axis=(1, 2)).max() < 1e-5  # no black or grey corner
    assert 5 < found < 35


def test_photos_are_zoomed_in_without_void() -> None:
    transform = augmentation("voc")
    for seed in range(40):
        _, moved = augment(transform, np.zeros((3, SIZE, SIZE), np.float32), np.ones((SIZE, SIZE), np.uint8), seed)
        assert (moved == 1).all()
