"""Co-occurrence against counts by hand."""

from __future__ import annotations

import numpy as np
import pytest

from cosimgen_monai.metrics import co_occurrence


def test_each_entry_is_a_share_counted_by_hand() -> None:
    presence = np.random.default_rng(0).integers(0, 2, (50, 5)).astype(np.uint8)
    matrix = co_occurrence(presence)
    for given in range(5):
        holders = [row for row in presence if row[given]]
        for occurs in range(5):
            assert matrix[given, occurs] == pytest.approx(sum(int(row[occurs]) for row in holders) / len(holders))


def test_rows_are_the_condition() -> None:
    # class 1 never comes without class 0, which comes alone too
    matrix = co_occurrence(np.array([[1, 1], [1, 0], [1, 0], [1, 0]]))
    np.testing.assert_array_equal(matrix, [[1, 0.25], [1, 1]])


def test_a_class_that_is_nowhere_has_no_row_but_a_column() -> None:
    matrix = co_occurrence(np.array([[1, 0], [1, 0]]))
    np.testing.assert_array_equal(matrix, [[1, 0], [np.nan, np.nan]])


@pytest.mark.parametrize("presence", [np.ones(3), np.full((2, 2), 0.5)])
def test_anything_but_zeros_and_ones_is_refused(presence: np.ndarray) -> None:
    with pytest.raises(ValueError, match="zeros and ones"):
        co_occurrence(presence)
