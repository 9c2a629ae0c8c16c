"""Dice against MONAI's, and what becomes of void and of classes that are not there."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from monai.metrics import DiceMetric
from torch.nn.functional import one_hot

from cosimgen_monai.codec import VOID
from cosimgen_monai.utility.dice import dice, dice_counts


def masks(seed: int, number: int = 6) -> torch.Tensor:
    return torch.randint(0, 4, (number, 1, 9, 7), generator=torch.Generator().manual_seed(seed), dtype=torch.uint8)


def test_dice_of_a_set_is_monais_dice_of_all_images_as_one() -> None:
    predicted, true = masks(0), masks(1)
    as_one = [one_hot(mask.flatten()[None, :, None].long(), 4).movedim(-1, 1) for mask in (predicted, true)]
    expected = DiceMetric(reduction="none")(*as_one)[0]
    np.testing.assert_allclose(dice(dice_counts(predicted, true, 4).sum(0)), expected, rtol=1e-6)


def test_dice_of_single_images_is_monais() -> None:
    predicted, true = masks(2), masks(3)
    as_planes = [one_hot(mask[:, 0].long(), 4).movedim(-1, 1) for mask in (predicted, true)]
    expected = DiceMetric(reduction="none")(*as_planes)
    np.testing.assert_allclose(dice(dice_counts(predicted, true, 4)), expected, rtol=1e-6)


def test_void_pixels_count_nowhere() -> None:
    predicted, true = masks(4), masks(5)
    true[:, :, :4] = VOID
    cut = dice_counts(predicted[:, :, 4:], true[:, :, 4:], 4)
    np.testing.assert_array_equal(dice_counts(predicted, true, 4), cut)


@pytest.mark.parametrize(("predicted", "expected"), [(0, np.nan), (2, np.nan), (1, 0.0)])
def test_a_class_without_truth_has_no_dice_and_one_that_is_missed_has_none_of_it(
    predicted: int, expected: float
) -> None:
    mask = torch.full((1, 1, 2, 2), predicted)
    found = dice(dice_counts(mask, torch.full((1, 1, 2, 2), 0 if predicted != 1 else 3), 4).sum(0))
    assert np.isnan(found[2])
    if predicted == 1:
        assert found[3] == expected
