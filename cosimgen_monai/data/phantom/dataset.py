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

from cosimgen_monai.data.phantom.case import check_whole, render_case
from cosimgen_monai.settings import place_folder

SETTINGS_FILE = "phantom.json"
_VERSION = 1
_STATEMENT = (
    "Synthetic abdominal CT drawn by cosimgen_monai.data.phantom from shapes and random numbers. "
    "It is free of any patient data and of no diagnostic meaning."
)


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
    for name in ("num_volumes", "num_slices", "matrix_size", "seed"):
        check_whole(name, getattr(settings, name))
    folder = Path(dataset_dir)
    if _already_written(folder, settings):
        return folder
    draft = folder.absolute().with_name(f".{folder.name}-{uuid4().hex}")
    try:
        _write_volumes(draft, settings)
        try:
            place_folder(draft, folder)
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
