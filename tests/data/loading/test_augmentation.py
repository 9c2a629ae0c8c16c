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
from torch.nn.functional import affine_grid

from cosimgen_monai.codec import VOID
from cosimgen_monai.data import RandAffineVoidd
from cosimgen_monai.data.loading.rand_affine_void import sampling_grid

ROOT = Path(__file__).resolve().parents[3]
SIZE = 32


def augmentation(name: str) -> Compose:
    config = json.loads((ROOT / "bundle/configs/data" / f"{name}.json").read_text("utf-8"))
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


@pytest.mark.parametrize(
    ("options", "rotate", "scale", "shift"),
    [({"rotate": 0.3}, 0.3, 1.0, 0.0), ({"zoom": [1.25, 1.25]}, 0.0, 1.25, 0.0), ({"shift": 0.2}, 0.0, 1.0, 0.2)],
)
def test_a_landmark_moves_as_the_numbers_say(options: dict, rotate: float, scale: float, shift: float) -> None:
    """A blob off the middle lands where plane geometry puts it, within the drawn range."""
    y, x = np.mgrid[:64, :64]
    centre = np.array([20.0, 44.0]) - 31.5  # rows, columns from the middle
    blob = np.exp(-((y - 20) ** 2 + (x - 44) ** 2) / 8).astype(np.float32)[None].repeat(3, 0)
    label = (blob[0] > 0.5).astype(np.uint8)
    transform, angles, shifts = Compose([RandAffineVoidd(prob=1.0, **options)]), [], []
    for seed in range(50):
        image, moved = augment(transform, blob, label, seed)
        seen = np.array([(image[0] * axis).sum() / image[0].sum() for axis in (y, x)]) - 31.5
        labelled = np.argwhere(moved == 1).mean(0) - 31.5
        np.testing.assert_allclose(labelled, seen, atol=0.5)
        angles.append(np.arctan2(*seen) - np.arctan2(*centre))
        shifts.append(np.abs(seen - centre).max() / 64)
        if not shift:
            assert np.hypot(*seen) == pytest.approx(scale * np.hypot(*centre), abs=0.3)
    assert np.abs(angles).max() <= rotate + (0.02 if not shift else np.pi)
    assert np.abs(angles).max() >= 0.8 * rotate
    if shift:
        assert 0.8 * shift <= max(shifts) <= shift + 0.01


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"zoom": [1.2, 1.0]}, "`zoom` must be"),
        ({"zoom": [0.0, 1.0]}, "`zoom` must be"),
        ({"prob": 2}, "`prob` must lie between 0 and 1, got 2"),
        ({"rotate": -0.1}, "`rotate` must lie between 0 and 3.14"),
        ({"shift": 1.5}, "`shift` must lie between 0 and 1"),
    ],
)
def test_wrong_ranges_are_named(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        RandAffineVoidd(**options)


@pytest.mark.parametrize("shape", [(128, 128), (64, 64), (5, 9)])
def test_the_grid_is_torchs(shape: tuple[int, int]) -> None:
    rows = ((0.9, -0.2, 0.1), (0.3, 1.1, -0.4))
    expected = affine_grid(torch.tensor([rows]), [1, 1, *shape], align_corners=False)[0]
    torch.testing.assert_close(sampling_grid(rows, *shape), expected, rtol=0, atol=1e-6)
