"""Every training of the bundle for a few iterations: what one process and what several do, in the same words.

``python trainings.py FOLDER`` under ``torchrun`` runs all of them, one after the other, in one group of processes.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from tiny import CONFIGS, TINY, TINY_UPSCALER, TRAIN, UPSCALER, workflow

from cosimgen_monai.processes import leave

_EXACT = {"precision": "float32", "max_epochs": 2, "val_interval": 2, "num_val_samples": 5, "run_id": "training"}
_SHARED = {key: TINY[key] for key in TINY if key.split("#")[0] not in ("loss", "discriminator", "validate")}
_JUDGE = {"discriminator#base_channels": 4, "discriminator#num_layers": 2}

TRAININGS: dict[str, tuple[list[str], dict[str, Any]]] = {
    "cosimgen": ([TRAIN], {**TINY, "loss#adversarial#max_timestep": 900, "train#trainer#accumulation_steps": 2}),
    "cvae": ([TRAIN, "baselines/cvae.json"], {**_SHARED, "loss#free_nats": 0.01}),
    "pix2pix": ([TRAIN, "baselines/pix2pix.json"], {**_SHARED, **_JUDGE, "loss#r1_interval": 2}),
    "upscaler": ([UPSCALER], TINY_UPSCALER),
}


def train(folder: Path, name: str, *overlays: str) -> Path:
    """Train and return the run's folder."""
    configs, settings = TRAININGS[name]
    files = [str(CONFIGS / file) for file in (*configs, *overlays)]
    exact = {key: value for key, value in _EXACT.items() if key != "num_val_samples" or name != "upscaler"}
    run = workflow(files, "train", folder, **{**settings, **exact, "output_dir": str(folder / name)})
    run.run()
    return folder / name


if __name__ == "__main__":
    for name in TRAININGS:
        train(Path(sys.argv[1]), name, "multi_gpu.json")
    leave()
