"""Labels out of noisy colours: each pixel listens to its eight neighbours as far as the noise makes it doubt itself."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch.nn.functional import conv2d, pad

from cosimgen_monai.settings import is_number


def check_smoothing(value: Any) -> None:
    """Raise ``ValueError`` where the key ``mask_smoothing`` is no number from 0 on."""
    if not is_number(value) or not 0 <= value < math.inf:
        raise ValueError(f"`mask_smoothing` must be a number, 0 (off) or above, got {value!r}.")


def mean_field_index(
    distances: torch.Tensor, coupling: float, iterations: int = 4, min_variance: float = 1e-6
) -> torch.Tensor:
    """Return the most probable colour of each pixel under a Potts model, by mean-field inference.

    With the squared distance d_i(k) of pixel i to colour k, and the variance of the noise taken from the sample itself,
    σ² = mean_i min_k d_i(k) / 3, each pixel's beliefs start at softmax_k(-d_i(k) / 2σ²) and are updated in turn to

        q_i(k) = softmax_k( -d_i(k) / 2σ² + λ Σ_j w_ij q_j(k) ),

    j the eight neighbours, w = 1 beside and above, 1/√2 across a corner, λ the coupling. The cleaner a sample, the less
    its neighbours can say: a mask without noise comes back exactly, down to single pixels. Objects two pixels thin
    stay, since an average is never taken over colours, only over beliefs.

    Potts model: Geman and Geman 1984; the update: Krähenbühl and Koltun 2011, equation 4, here with the nearest
    neighbours alone.

    Args:
        distances: squared distances to the colours, B c H W.
        coupling: λ, above 0.
        iterations: number of updates; more than four change next to nothing.
        min_variance: what σ² is at least. A mask as clean as that heeds no neighbour, since the squared distances of
            255 colours are thousands of times larger.

    Returns:
        Index of a colour, int64, B 1 H W. A sample's result is the same whatever stands beside it in the batch.
    """
    return torch.stack([_of_sample(sample, coupling, iterations, min_variance) for sample in distances])


def _of_sample(distances: torch.Tensor, coupling: float, iterations: int, min_variance: float) -> torch.Tensor:
    variance = (distances.amin(0).mean() / 3).clamp(min=min_variance)
    own = -distances / (2 * variance)
    corner = 1 / math.sqrt(2)
    weights = [[corner, 1.0, corner], [1.0, 0.0, 1.0], [corner, 1.0, corner]]
    kernel = torch.tensor(weights, dtype=own.dtype, device=own.device)[None, None]
    belief = own.softmax(0)
    for _ in range(iterations):
        # colours stand in the batch's place: each is summed by itself
        around = conv2d(pad(belief[:, None], [1, 1, 1, 1], mode="replicate"), kernel)[:, 0]
        belief = (own + coupling * around).softmax(0)
    return belief.argmax(0, keepdim=True)
