"""Alignment of text and class embeddings, against scikit-learn's distances and constructed cases."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import pairwise_distances

from cosimgen_monai.metrics import embedding_alignment


def test_the_ratio_and_accuracy_are_those_of_the_distance_matrix() -> None:
    rng = np.random.default_rng(0)
    classes = rng.normal(size=(30, 8)).astype(np.float32)
    text = classes + rng.normal(size=(30, 8)).astype(np.float32)
    matrix = pairwise_distances(text, classes)
    own = np.eye(30, dtype=bool)
    found = embedding_alignment(text, classes)
    assert found["distance_ratio"] == pytest.approx(matrix[own].mean() / matrix[~own].mean(), rel=1e-6)
    assert found["retrieval_accuracy"] == (matrix.argmin(1) == np.arange(30)).mean()
    assert 0 < found["retrieval_accuracy"] < 1
    assert (found["chance"], found["n"]) == (1 / 30, 30)


def test_texts_upon_their_classes_are_all_found_and_shifted_ones_never() -> None:
    classes = np.eye(5) * 10
    assert embedding_alignment(classes, classes) | {"chance": 0} == {
        "retrieval_accuracy": 1.0,
        "chance": 0,
        "distance_ratio": 0.0,
        "n": 5,
    }
    shifted = embedding_alignment(np.roll(classes, 1, axis=0), classes)
    assert shifted["retrieval_accuracy"] == 0
    assert shifted["distance_ratio"] > 1


def test_one_place_for_all_has_no_ratio_and_one_set_is_refused() -> None:
    assert np.isnan(embedding_alignment(np.ones((3, 2)), np.ones((3, 2)))["distance_ratio"])
    with pytest.raises(ValueError, match="Two class sets"):
        embedding_alignment(np.ones((1, 2)), np.ones((1, 2)))
