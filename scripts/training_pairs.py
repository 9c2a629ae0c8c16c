"""The pairs that a training learns from or holds out, opened through its own configs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from monai.bundle import ConfigParser

from cosimgen_monai.data import CachedPairs, PairSource, cache_pairs
from cosimgen_monai.networks import TrainedModel
from cosimgen_monai.settings import errors_in_their_own_words

CONFIGS = Path(__file__).resolve().parents[1] / "bundle" / "configs"


def training_pairs(
    part: str, config: str, data_config: str | None, image_size: int, **keys: Any
) -> tuple[PairSource, CachedPairs]:
    """Return a training's dataset and one part of its pairs, or end with one line that says why not.

    Args:
        part: ``train``, what it learns from, or ``val``, what it holds out.
        config: the training's file in ``bundle/configs``.
        data_config: a data overlay; the phantom where it is ``None``.
        image_size: height and width of the pairs.
        keys: keys of the training; ``dataset_dir`` and ``cache_dir`` are among them.
    """
    if data_config and not Path(data_config).is_file():
        sys.exit(f"--data_config {data_config} is missing; overlays are in {CONFIGS / 'data'}.")
    files = [str(CONFIGS / config), *([data_config] if data_config else [])]
    parser = ConfigParser(ConfigParser.load_config_files(files))
    parser.update(keys)
    try:
        with errors_in_their_own_words():
            source, parts = (parser.get_parsed_content(key) for key in ("source", "parts"))
            return source, cache_pairs(source, parts[part], image_size, parser["cache_dir"])
    except (OSError, ValueError) as error:
        sys.exit(f"{type(error).__name__}: {error}")


def pairs_of_model(
    model: TrainedModel, part: str, dataset_dir: str, cache_dir: str, data_config: str | None = None
) -> tuple[PairSource, CachedPairs]:
    """Return the dataset and one part of the pairs of the training that made a model, by the split on its card."""
    known = {key: model.card["training"][key] for key in ("val_share", "seed", "train_share")}
    split = {"split": model.card["split"], **known}
    size, places = model.card["network"]["image_size"], {"dataset_dir": dataset_dir, "cache_dir": cache_dir}
    return training_pairs(part, "train.json", data_config, size, **places, **split)
