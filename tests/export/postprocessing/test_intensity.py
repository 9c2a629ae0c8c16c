"""Image values go back to what the source has."""

from __future__ import annotations

import numpy as np
import torch

from cosimgen_monai.export import RestoreIntensity


def grey(*values: float) -> torch.Tensor:
    return torch.tensor(values).expand(3, 1, -1)


def test_ct_spans_the_window_in_whole_hu() -> None:
    restored = RestoreIntensity({"modality": "CT", "window": [-175.0, 250.0]})({"image": grey(-1, 0, 1), "label": 7})
    assert restored["native"].dtype == np.int16
    assert restored["native"].tolist() == [[-175, 38, 250]]
    assert restored["label"] == 7


def test_ct_is_the_mean_of_its_grey_channels() -> None:
    image = torch.tensor([-1.0, 0.0, 1.0])[:, None, None]
    assert RestoreIntensity({"modality": "CT", "window": [0, 100]})({"image": image})["native"].tolist() == [[50]]


def test_hu_windowed_for_training_come_back_rounded() -> None:
    hu = torch.arange(-175, 251).float()
    image = (hu + 175) / 425 * 2 - 1
    restored = RestoreIntensity({"modality": "CT", "window": [-175.0, 250.0]})({"image": image.expand(3, 1, -1)})
    np.testing.assert_array_equal(restored["native"][0], hu.numpy())


def test_rgb_is_8_bit() -> None:
    restored = RestoreIntensity({"modality": "RGB"})({"image": grey(-1, 0.2, 1)})
    assert restored["native"].dtype == np.uint8
    assert restored["native"].tolist() == [[[0, 153, 255]]] * 3
