"""Pictures of pairs."""

from __future__ import annotations

import numpy as np

from cosimgen_monai.codec import VOID, colour_label, overlay, to_8_bit

COLOURS = [(10, 20, 30), (255, 0, 0), (0, 0, 255)]
LABEL = np.array([[0, 1], [2, VOID]], dtype=np.uint8)
IMAGE = np.full((2, 2, 3), (100, 50, 20), dtype=np.uint8)  # no grey, as the edges of letters are


def test_minus_one_to_one_becomes_0_to_255() -> None:
    image = np.array([-1.2, -1.0, 0.0, 1.0, 1.2]).reshape(1, 1, 5).repeat(3, axis=0)
    assert to_8_bit(image).shape == (1, 5, 3)
    assert to_8_bit(image)[0, :, 1].tolist() == [0, 0, 128, 255, 255]


def test_labels_take_their_classes_colours() -> None:
    assert colour_label(LABEL, COLOURS).reshape(4, 3).tolist() == [*map(list, COLOURS), list(COLOURS[-1])]


def test_overlay_blends_objects_and_leaves_background() -> None:
    laid = overlay(IMAGE, LABEL, COLOURS, background=0, alpha=0.5)
    assert laid[0, 0].tolist() == [100, 50, 20]
    assert laid[0, 1].tolist() == [178, 25, 10]
    assert overlay(IMAGE, LABEL, COLOURS, background=None, alpha=1.0)[0, 0].tolist() == [10, 20, 30]
