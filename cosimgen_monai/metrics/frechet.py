"""Frechet distance of two sets of features, seen as Gaussians (Heusel et al. 2017; Dowson and Landau 1982)."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

_CHUNK = 1024


class Moments:
    """Mean and covariance of feature vectors, summed batch by batch in float64 (Chan et al. 1979)."""

    def __init__(self) -> None:
        self.count = 0
        self._mean = torch.zeros(())
        self._scatter = torch.zeros(())

    def update(self, features: torch.Tensor) -> Moments:
        """Add a batch (B D); the device is the batch's. Returns itself.

        Raises:
            ValueError: if a feature is not finite.
        """
        features = _finite(features)
        number, mean = len(features), features.mean(0)
        centred = features - mean
        if self.count == 0:
            self._mean, self._scatter = torch.zeros_like(mean), torch.zeros_like(centred.T @ centred)
        shift, total = mean - self._mean, self.count + number
        between = torch.outer(shift, shift) * (self.count * number / total)
        self._scatter = self._scatter + centred.T @ centred + between
        self._mean = self._mean + shift * (number / total)
        self.count = total
        return self

    def mean(self) -> torch.Tensor:
        """Return the mean, float64, D."""
        return self._mean

    def covariance(self) -> torch.Tensor:
        """Return the unbiased covariance, float64, D D.

        Raises:
            ValueError: if there are fewer than two vectors.
        """
        if self.count < 2:
            raise ValueError(f"A covariance needs 2 images or more, got {self.count}.")
        return self._scatter / (self.count - 1)

    def factor(self) -> torch.Tensor:
        """Return A (r D) with AᵀA = covariance, r its rank."""
        values, vectors = torch.linalg.eigh(self.covariance())
        keep = values > values[-1].clamp(min=0) * 1e-14
        return values[keep].sqrt()[:, None] * vectors.T[keep]


def frechet_distance(a: Moments, b: Moments) -> float:
    """Return |μa - μb|² + tr(Σa + Σb - 2 (Σa Σb)^½).

    With Σa = AᵀA and Σb = BᵀB the last trace is the sum of the singular values of A Bᵀ. It is real and finite whatever
    the rank, where the matrix root of the usual code gives complex numbers or NaN with fewer images than features.

    What it cannot tell: it sees two moments only, it falls as the sets grow (compare at equal N alone), it is blind to
    copies of the training images, and it judges by features of photographs.

    Raises:
        ValueError: if a set holds fewer than two images, or the features differ in length.
    """
    _check(a.count, b.count)
    return _distance(a.mean(), a.factor(), b.mean(), b.factor())


def frechet_of_features(a: NDArray[Any], b: NDArray[Any]) -> float:
    """Return the same of features (Na D, Nb D), a chunk at a time; far cheaper where both N are below D."""
    _check(len(a), len(b))
    if max(len(a), len(b)) >= a.shape[1]:
        return frechet_distance(_moments(a), _moments(b))
    (mean_a, factor_a), (mean_b, factor_b) = (_centred(torch.from_numpy(np.array(rows))) for rows in (a, b))
    return _distance(mean_a, factor_a, mean_b, factor_b)


def _moments(features: NDArray[Any]) -> Moments:
    moments = Moments()
    for start in range(0, len(features), _CHUNK):
        moments.update(torch.from_numpy(np.array(features[start : start + _CHUNK])))
    return moments


def _centred(features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    features = _finite(features)
    mean = features.mean(0)
    return mean, (features - mean) / (len(features) - 1) ** 0.5


def _distance(mean_a: torch.Tensor, a: torch.Tensor, mean_b: torch.Tensor, b: torch.Tensor) -> float:
    common = torch.linalg.svdvals(a @ b.T).sum() if len(a) and len(b) else a.new_zeros(())
    distance = (mean_a - mean_b).square().sum() + a.square().sum() + b.square().sum() - 2 * common
    return max(0.0, distance.item())  # identical sets end a rounding error below 0


def _finite(features: torch.Tensor) -> torch.Tensor:
    """Return features in float64, or refuse them: a comparison with NaN would end as a distance of 0."""
    if not torch.isfinite(features).all():
        raise ValueError("A feature vector holds NaN or infinity: its image, or the feature network, is broken.")
    return features.double()


def _check(count_a: int, count_b: int) -> None:
    if min(count_a, count_b) < 2:
        raise ValueError(f"A Frechet distance needs 2 images or more a set, got {count_a} and {count_b}.")
