"""Multi-scale structural similarity of pairs within one set: how alike its images are (Odena et al. 2017)."""

from __future__ import annotations

import torch
from monai.metrics import MultiScaleSSIMMetric

_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)  # Wang et al. 2003
_KERNEL = 7


def num_scales(image_size: int) -> int:
    """Return how many of the five scales fit: the coarsest image must be larger than the kernel.

    Raises:
        ValueError: if not even one does.
    """
    scales = sum(image_size // 2**k > _KERNEL for k in range(len(_WEIGHTS)))
    if scales == 0:
        raise ValueError(f"Multi-scale SSIM needs images above {_KERNEL} pixels, got {image_size}.")
    return scales


def multi_scale_ssim(image: torch.Tensor, other: torch.Tensor, sigma: float = 1.5) -> torch.Tensor:
    """Return the similarity (B) of images to others (B C H W, [-1, 1]), with a kernel of 7 and as many scales as fit.

    The mean over pairs of one set is its likeness: a set whose mean is well above the real set's lacks diversity. What
    it cannot tell: whether the diversity is the right one; noise is diverse.
    """
    weights = _WEIGHTS[: num_scales(min(image.shape[-2:]))]
    metric = MultiScaleSSIMMetric(
        spatial_dims=2,
        data_range=1.0,
        kernel_size=_KERNEL,
        kernel_sigma=sigma,
        weights=[weight / sum(weights) for weight in weights],
    )
    # luminance is compared as a ratio, which only numbers from 0 on have
    similarity = metric((image + 1) / 2, (other + 1) / 2)
    assert isinstance(similarity, torch.Tensor)
    return similarity.flatten()
