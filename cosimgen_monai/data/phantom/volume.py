"""A seeded phantom of abdominal CT in BTCV's own layout: the dataset the project runs on without any download.

The volumes are computed from shapes and random numbers. They hold no patient's data, and the loader of BTCV
(https://www.synapse.org/Synapse:syn3193805) reads them as if they were real.
"""

from __future__ import annotations

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from uuid import uuid4

import nibabel as nib
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from cosimgen_monai.data.phantom.patient import new_patient, paint_patient
from cosimgen_monai.data.phantom.shapes import Volume

FIELD_OF_VIEW = 400.0
SETTINGS_FILE = "phantom.json"
_SLAB = 204.0
_VERSION = 1
_LEAST = {"num_volumes": 1, "num_slices": 1, "matrix_size": 8, "seed": 0}
_STATEMENT = (
    "Synthetic abdominal CT drawn by cosimgen_monai.data.phantom from shapes and random numbers. "
    "It is free of any patient data and of no diagnostic meaning."
)


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
        _check_whole(name, value)
    anatomy, noise = (np.random.default_rng((seed, stream)) for stream in (0, 1))
    affine = _affine(matrix_size, num_slices)
    canvas, habitus = new_patient(anatomy, affine, (matrix_size, matrix_size, num_slices))
    paint_patient(canvas, habitus, anatomy)
    noisy = canvas.image + _scanner_noise(noise, canvas.axes)
    image = np.clip(np.rint(noisy), -1024, 3071).astype(np.int16)
    return PhantomCase(image, canvas.image, canvas.label, affine)


def _check_whole(name: str, value: int) -> None:
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


def write_phantom(
    dataset_dir: str | os.PathLike[str],
    num_volumes: int = 24,
    num_slices: int = 24,
    matrix_size: int = 128,
    seed: int = 0,
    noise_free: bool = False,
) -> Path:
    """Write a phantom dataset in BTCV's layout, or keep the one of the same settings that is already there.

    The folder appears whole or not at all, also when several processes write it at once.

    Args:
        dataset_dir: gets `RawData/Training/img/img0001.nii.gz`, `RawData/Training/label/label0001.nii.gz`, and so on
            (int16 HU and uint8 ids, RAS), and `phantom.json` with these settings.
        num_volumes: patients.
        num_slices: axial slices of each.
        matrix_size: voxels along x and along y, 8 or more.
        seed: the whole dataset's seed, 0 or more.
        noise_free: whether to leave out the scanner's noise: what a restoration is measured against.

    Returns:
        The folder.

    Raises:
        ValueError: if an argument is out of range, or the folder holds something else.
    """
    settings = _Settings(num_volumes, num_slices, matrix_size, seed, noise_free)
    for name in _LEAST:
        _check_whole(name, getattr(settings, name))
    folder = Path(dataset_dir)
    if _already_written(folder, settings):
        return folder
    draft = folder.absolute().with_name(f".{folder.name}-{uuid4().hex}")
    try:
        _write_volumes(draft, settings)
        try:
            draft.rename(folder)
        except OSError:
            # Another process was faster: its folder is as good as this one.
            if not _already_written(folder, settings):
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


@dataclass(frozen=True)
class _Settings:
    num_volumes: int
    num_slices: int
    matrix_size: int
    seed: int
    noise_free: bool

    def record(self) -> dict[str, int | str]:
        return {"phantom_version": _VERSION, **asdict(self), "statement": _STATEMENT}


def _already_written(folder: Path, settings: _Settings) -> bool:
    """Whether `folder` holds this very phantom; a missing or empty folder holds none, anything else is refused."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return False
    try:
        found = json.loads((folder / SETTINGS_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = None
    if found == settings.record():
        return True
    held = "something other than a phantom" if found is None else f"a phantom of other settings, {found}"
    raise ValueError(
        f"{folder} holds {held}; to train on volumes of your own add their overlay (bundle/configs/data/btcv.json) to "
        "--config_file; for a phantom choose another --dataset_dir"
    )


def _write_volumes(folder: Path, settings: _Settings) -> None:
    training = folder / "RawData" / "Training"
    for kind in ("img", "label"):
        (training / kind).mkdir(parents=True)
    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(partial(_write_case, training, settings), range(1, settings.num_volumes + 1)))
    (folder / SETTINGS_FILE).write_text(json.dumps(settings.record(), indent=2) + "\n", encoding="utf-8")


def _write_case(training: Path, settings: _Settings, number: int) -> None:
    # A seed sequence keeps the patients of seed 0 and seed 1 apart, which seed + number would not.
    seed = int(np.random.SeedSequence((settings.seed, number)).generate_state(1)[0])
    case = render_case(seed, settings.matrix_size, settings.num_slices)
    image = np.rint(case.noise_free).astype(np.int16) if settings.noise_free else case.image
    for kind, array in (("img", image), ("label", case.label)):
        volume = nib.Nifti1Image(array, case.affine)
        volume.set_sform(case.affine, code=1)
        volume.set_qform(case.affine, code=1)
        volume.header.set_xyzt_units("mm")
        nib.save(volume, training / kind / f"{kind}{number:04d}.nii.gz")
