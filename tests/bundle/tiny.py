"""The real configs at a size that trains in seconds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from monai.bundle import create_workflow

ROOT = Path(__file__).resolve().parents[2]
CONFIGS = ROOT / "bundle" / "configs"
TRAIN = str(CONFIGS / "train.json")
INFERENCE = str(CONFIGS / "inference.json")
UPSCALER = str(CONFIGS / "train_upscaler.json")

TINY: dict[str, Any] = {
    "device": "cpu",
    "max_epochs": 2,
    "val_interval": 1,
    "num_val_samples": 4,
    "batch_size": 4,
    "image_size": 32,
    "centre_background": False,  # what a network draws that has learned nothing yet is the centre: all background
    "source#num_volumes": 3,
    "source#num_slices": 6,
    "source#matrix_size": 64,
    "network#base_channels": 8,
    "network#channel_mults": [1, 2],
    "loss#triplet_weight": 1.0,
    "loss#adversarial_weight": 0.1,
    "loss#adversarial_start": 0,
    "discriminator#base_channels": 4,
    "discriminator#num_layers": 2,
    "validate#inferer#steps": 2,
}

TINY_UPSCALER: dict[str, Any] = {
    "device": "cpu",
    "max_epochs": 2,
    "val_interval": 1,
    "batch_size": 4,
    "image_size": 16,
    "source#num_volumes": 3,
    "source#num_slices": 6,
    "source#matrix_size": 64,
    "network#features": 8,
    "network#num_layers": 1,
}


def workflow(config: Any, kind: str, folder: Path, **override: Any) -> Any:
    """Create a bundle workflow that keeps everything below one folder."""
    # the tests' own logging stays, so that pytest sees what a run says
    places: dict[str, Any] = {"output_dir": str(folder / "run"), "logging_file": False}
    if kind == "train":
        places |= {"dataset_dir": str(folder / "phantom"), "cache_dir": str(folder / "cache")}
    return create_workflow(config_file=config, workflow_type=kind, **{**places, **override})


def train_tiny(folder: Path, config: Any = TRAIN, **override: Any) -> Path:
    """Train at the tiny size and return the run's folder."""
    run = workflow(config, "train", folder, **{**TINY, "run_id": "training", **override})
    run.run()
    run.finalize()
    return Path(run.parser.get_parsed_content("output_dir"))


def train_upscaler(folder: Path, config: Any = UPSCALER, **override: Any) -> Path:
    """Train a tiny upscaler and return the run's folder."""
    run = workflow(config, "train", folder, **{**TINY_UPSCALER, "run_id": "training", **override})
    run.run()
    run.finalize()
    return Path(run.parser.get_parsed_content("output_dir"))


def generate(folder: Path, model: Path, **override: Any) -> Path:
    """Generate with a model and return the run's folder."""
    few = {"num_samples": 3, "batch_size": 2, "steps": 2, "device": "cpu", "upscale": 1, "run_id": "generating"}
    run = workflow(INFERENCE, "infer", folder, ckpt_path=str(model), **{**few, **override})
    run.run()
    run.finalize()
    return Path(run.parser.get_parsed_content("output_dir"))


def command_line(overrides: dict[str, Any]) -> list[str]:
    """Return overrides as arguments of ``python -m monai.bundle run``."""
    return [part for key, value in overrides.items() for part in (f"--{key}", str(value))]


def root_cause(error: BaseException) -> BaseException:
    """Return what a config's expression raised, below MONAI's wrappers."""
    while isinstance(error, RuntimeError) and error.__cause__ is not None:
        error = error.__cause__
    return error
