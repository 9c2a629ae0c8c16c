"""One phantom volume: a seeded patient as a scanner would show it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from cosimgen_monai.data.phantom.patient import new_patient, paint_patient
from cosimgen_monai.data.phantom.shapes import Volume

FIELD_OF_VIEW = 400.0
_SLAB = 204.0
_LEAST = {"num_volumes": 1, "num_slices": 1, "matrix_size": 8, "seed": 0}


@dataclass(frozen=True)
class PhantomCase:
    """One phantom volume; arrays are X Y Z, axes towards the patient's right, front and head (RAS).

    Attributes:
        image: int16 HU, with the scanner's noise.
        noise_free: float32 HU, the same anatomy without noise and streaks.
        label: uint8 class ids of BTCV, 0 to 13.
        affine: 4 x 4 float64, voxel indices to RAS mm.
    """

    image: NDArray[np.int16]
    noise_free: Volume
    label: NDArray[np.uint8]
    affine: NDArray[np.float64]


def render_case(seed: int, matrix_size: int = 128, num_slices: int = 24) -> PhantomCase:
    """Render one patient.

    The same seed gives the same patient at every `matrix_size` and `num_slices`: both only set how finely the same
    400 x 400 x 204 mm are sampled. Anatomy and noise come from two generators, so that neither disturbs the other.

    Args:
        seed: the patient, 0 or more.
        matrix_size: voxels along x and along y, 8 or more; the pixel is 400 mm / `matrix_size`.
        num_slices: axial slices; their spacing is 204 mm / `num_slices`, 8.5 mm for 24.

    Returns:
        The volume, its labels and its affine.

    Raises:
        ValueError: if an argument is no whole number or out of range.
    """
    for name, value in (("seed", seed), ("matrix_size", matrix_size), ("num_slices", num_slices)):
        check_whole(name, value)
    anatomy, noise = (np.random.default_rng((seed, stream)) for stream in (0, 1))
    affine = _affine(matrix_size, num_slices)
    canvas, habitus = new_patient(anatomy, affine, (matrix_size, matrix_size, num_slices))
    paint_patient(canvas, habitus, anatomy)
    noisy = canvas.image + _scanner_noise(noise, canvas.axes)
    image = np.clip(np.rint(noisy), -1024, 3071).astype(np.int16)
    return PhantomCase(image, canvas.image, canvas.label, affine)


def check_whole(name: str, value: int) -> None:
    """Raise ``ValueError`` where an argument is no whole number, or smaller than it may be."""
    least = _LEAST[name]
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, got {value!r}")


def _affine(matrix_size: int, num_slices: int) -> NDArray[np.float64]:
    counts = np.array((matrix_size, matrix_size, num_slices))
    spacing = np.array((FIELD_OF_VIEW, FIELD_OF_VIEW, _SLAB)) / counts
    affine = np.diag((*spacing, 1.0))
    affine[:3, 3] = -spacing * (counts - 1) / 2.0
    return affine


def _scanner_noise(rng: np.random.Generator, axes: tuple[Volume, Volume, Volume]) -> Volume:
    """Grain correlated over about a millimetre in the slice, and in some scans faint streaks across it, HU."""
    x, y, z = axes
    deviation, streaked = rng.uniform(8, 18), rng.uniform() < 0.3
    angle, profile = rng.uniform(-0.3, 0.3), rng.standard_normal(48)
    grain = rng.standard_normal((len(x), len(y), len(z)), dtype=np.float32)
    sigma = 1.0 / (x[1] - x[0]) if len(x) > 1 else 0.0
    if sigma > 0.25:
        grain = gaussian_filter1d(gaussian_filter1d(grain, sigma, axis=0), sigma, axis=1)
    noise = grain * (deviation / grain.std())
    if streaked:
        across = np.sin(angle) * x[:, None] + np.cos(angle) * y[None, :]
        rows = np.interp(across, np.linspace(-240, 240, len(profile)), profile).astype(np.float32)
        noise += 6.0 * rows[:, :, None] * np.cos(z / 23.0)
    return noise
