"""The phantom as a dataset: written where it is missing, then read as BTCV is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cosimgen_monai.data.datasets.btcv import BTCV
from cosimgen_monai.data.phantom.dataset import write_phantom


class PhantomCT(BTCV):
    """BTCV's loader on the embedded CT phantom; the volumes are drawn on first use, in seconds.

    Args:
        dataset_dir: where the phantom is, or is to be written.
        num_volumes: number of volumes (synthetic patients).
        num_slices: axial slices a volume.
        matrix_size: in-plane voxels of a volume.
        phantom_seed: seed of the patients.
        noise_free: whether to leave out the scanner's noise.
        btcv: further arguments of :class:`BTCV`.
    """

    name = "phantom"
    group_name = "phantom patient"

    def __init__(
        self,
        dataset_dir: str | Path,
        num_volumes: int = 24,
        num_slices: int = 24,
        matrix_size: int = 128,
        phantom_seed: int = 0,
        noise_free: bool = False,
        **btcv: Any,
    ) -> None:
        folder = write_phantom(dataset_dir, num_volumes, num_slices, matrix_size, phantom_seed, noise_free)
        super().__init__(folder, **btcv)

    def card(self) -> dict[str, Any]:
        """Return what a model's file says of its training data's images."""
        return {**super().card(), "terms": "Synthetic phantom of this project (Apache-2.0); no patient's data."}
