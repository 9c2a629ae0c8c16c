"""What was squashed or padded comes back in its own shape."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from cosimgen_monai.data.resampling.square import to_square
from cosimgen_monai.export import RestoreShape, size_trained_at


def sample_of(pair: dict[str, Any]) -> dict[str, Any]:
    image = torch.from_numpy(pair["image"]).float() / 127.5 - 1
    return {"image": image, "label": torch.from_numpy(pair["label"]), "request": 7}


@pytest.fixture
def frame() -> tuple[np.ndarray, np.ndarray]:
    """A smooth picture of 60 x 100 with a block of class 2."""
    rows, columns = np.mgrid[:60, :100]
    image = np.stack([rows * 4, columns * 2, 128 + 0 * rows], -1).astype(np.uint8)
    label = np.zeros((60, 100), np.uint8)
    label[20:40, 30:70] = 2
    return image, label


@pytest.mark.parametrize(("fit", "shape"), [("squash", (60, 100)), ("pad", (36, 60))])
def test_pairs_go_back_to_the_shape_they_came_from(frame: tuple, fit: str, shape: tuple[int, int]) -> None:
    image, label = frame
    square = to_square(image, label, 60, 3, fit)
    restored = RestoreShape({"fit": fit, "native_size": [60, 100]})(sample_of(square))
    assert restored["image"].shape == (3, *shape)
    assert restored["label"].shape == (1, *shape)
    assert restored["label"].dtype == torch.uint8
    assert restored["request"] == 7
    assert (restored["label"] == 2).float().mean() == pytest.approx(800 / 6000, abs=0.01)
    assert set(restored["label"].unique().tolist()) == {0, 2}
    rows = np.linspace(0, 59, shape[0]).round().astype(int)
    columns = np.linspace(0, 99, shape[1]).round().astype(int)
    expected = image[np.ix_(rows, columns)].transpose(2, 0, 1) / 127.5 - 1
    np.testing.assert_allclose(restored["image"], expected, atol=0.06)


@pytest.mark.parametrize("fit", ["squash", "pad"])
def test_pairs_drawn_to_be_compared_come_back_as_they_were_drawn(frame: tuple, fit: str) -> None:
    square = to_square(*frame, 60, 3, fit)
    rows = slice(12, 48) if fit == "pad" else slice(None)
    square["image"][:, rows] = np.random.default_rng(0).integers(0, 256, square["image"][:, rows].shape)
    images = {"fit": fit, "native_size": [60, 100], "modality": "RGB"}
    asked = size_trained_at({"images": images, "network": {"image_size": 60}})
    drawn = RestoreShape(images, asked)(sample_of(square))
    picture = ((drawn["image"] + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()
    again = to_square(picture, drawn["label"][0].numpy(), 60, 3, fit)
    np.testing.assert_array_equal(again["image"], square["image"])
    np.testing.assert_array_equal(again["label"], square["label"])


def test_square_pictures_are_left_alone() -> None:
    sample = {"image": torch.zeros(3, 8, 8), "label": torch.zeros(1, 8, 8, dtype=torch.uint8)}
    assert RestoreShape({"modality": "CT"})(sample) is sample


@pytest.mark.parametrize(
    ("asked", "size"), [("native", (60, 100)), ([30, 50], (30, 50)), ([45, 45], (45, 45)), (40, (40, 40))]
)
@pytest.mark.parametrize("fit", ["squash", "pad"])
def test_pictures_take_the_size_asked_for(frame: tuple, fit: str, asked: Any, size: tuple[int, int]) -> None:
    image, label = frame
    images = {"fit": fit, "native_size": [60, 100], "modality": "RGB"}
    restored = RestoreShape(images, asked)(sample_of(to_square(image, label, 60, 3, fit)))
    assert restored["image"].shape == (3, *size)
    assert restored["label"].shape == (1, *size)
    assert (restored["label"] == 2).float().mean() == pytest.approx(800 / 6000, abs=0.02)
    assert set(restored["label"].unique().tolist()) == {0, 2}


@pytest.mark.parametrize(
    ("asked", "images", "message"),
    [
        ("native", {"modality": "CT"}, "no size of their own"),
        ([256, 128], {"modality": "CT"}, "a CT slice is square"),
        ("big", {"modality": "RGB"}, "must be native, or"),
        ([0, 5], {"modality": "RGB"}, "must be native, or"),
        ([1, 2, 3], {"modality": "RGB"}, "must be native, or"),
    ],
)
def test_an_impossible_size_is_refused(asked: Any, images: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        RestoreShape(images, asked)


def test_a_ct_slice_takes_another_square(frame: tuple) -> None:
    sample = {"image": torch.zeros(3, 8, 8), "label": torch.zeros(1, 8, 8, dtype=torch.uint8)}
    assert RestoreShape({"modality": "CT"}, 32)(sample)["image"].shape == (3, 32, 32)
