"""PNG pairs: ids are pixel values, colours are the model's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from cosimgen_monai.codec import fibonacci_palette

Make = Callable[..., Any]


def test_labels_are_index_pictures_in_the_models_colours(
    tmp_path: Path, rgb_card, make_samples: Make, write: Make
) -> None:
    (sample,) = samples = make_samples(rgb_card, "A photo of cat")
    write(tmp_path, rgb_card, samples)
    picture = Image.open(tmp_path / "png/labels/cosimgen_000000.png")
    ids = sample["label"][0].numpy()
    assert picture.mode == "P"
    np.testing.assert_array_equal(np.asarray(picture), ids)

    colours = np.rint((fibonacci_palette(4).numpy().astype(float) + 1) * 127.5)  # three classes, then the void
    rgb = np.asarray(picture.convert("RGB"))
    for class_id, colour in ((0, colours[0]), (1, colours[1]), (2, colours[2]), (255, colours[3])):
        assert (rgb[ids == class_id] == colour).all()


def test_photographs_keep_their_colours(tmp_path: Path, rgb_card, make_samples: Make, write: Make) -> None:
    (sample,) = samples = make_samples(rgb_card, "A photo of cat")
    write(tmp_path, rgb_card, samples)
    picture = np.asarray(Image.open(tmp_path / "png/images/cosimgen_000000.png"))
    np.testing.assert_array_equal(picture, sample["native"].transpose(1, 2, 0))


def test_squashed_frames_come_out_in_their_own_shape(
    tmp_path: Path, frames_card, make_samples: Make, write: Make
) -> None:
    write(tmp_path, frames_card, make_samples(frames_card, "A photo of liver"))
    for kind in ("images", "labels", "overlays"):
        assert Image.open(tmp_path / f"png/{kind}/cosimgen_000000.png").size == (96, 48)
    label = np.asarray(Image.open(tmp_path / "png/labels/cosimgen_000000.png"))
    assert (label[4:20, 16:32] == 1).all()  # drawn at 8:16 of 48 columns
    assert (label == 1).sum() == 16 * 16


def test_ct_is_grey_over_the_window(tmp_path: Path, ct_card, make_samples: Make, write: Make) -> None:
    (sample,) = samples = make_samples(ct_card, "A photo of liver")
    write(tmp_path, ct_card, samples)
    picture = Image.open(tmp_path / "png/images/cosimgen_000000.png")
    assert picture.mode == "L"
    hu = np.asarray(picture) / 255 * 425 - 175
    np.testing.assert_allclose(hu, sample["native"], atol=0.5 + 425 / 255 / 2 + 1e-3)


def test_an_overlay_leaves_the_background_as_the_image_is(
    tmp_path: Path, ct_card, make_samples: Make, write: Make
) -> None:
    (sample,) = samples = make_samples(ct_card, "A photo of liver")
    write(tmp_path, ct_card, samples)
    image = np.asarray(Image.open(tmp_path / "png/images/cosimgen_000000.png").convert("RGB"))
    overlay = np.asarray(Image.open(tmp_path / "png/overlays/cosimgen_000000.png"))
    ids = sample["label"][0].numpy()
    assert not np.array_equal(overlay[ids == 1], image[ids == 1])
    np.testing.assert_array_equal(overlay[24:28, :4], image[24:28, :4])  # far from any organ's outline
