"""The generator of a share of the real data: trained on that share alone, or refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monai.bundle import create_workflow

from cosimgen_monai.codec import check_smoothing, check_speck_size
from cosimgen_monai.data import CachedPairs, PairSource
from cosimgen_monai.engines import check_min_certainty
from cosimgen_monai.export import size_trained_at
from cosimgen_monai.networks import ancestors, read_model
from cosimgen_monai.sampling import NoiseSchedule, SamplingInferer, as_precision
from cosimgen_monai.settings import DATASET_KEYS, as_boolean, as_device, atomic_write, check_counts, nearest_names

_VALIDATIONS = 3
_EVERYWHERE = ("ckpt_path", "output_dir", "seed", "device", "resume")
_DECIDED_OF_TRAINING = (*_EVERYWHERE, "train_share", "max_epochs", "val_interval", "validate#pairs")
_DECIDED_OF_DRAWING = (
    *_EVERYWHERE,
    *("num_samples", "mix", "prompts", "classes", "shard", "dry_run"),
    *("export_size", "upscale", "formats", "keep_classes"),
)
_LENGTH = ("max_epochs", "val_interval")


@dataclass(frozen=True)
class GeneratorJob:
    """Train a generator and draw from it, by the bundle's own jobs.

    Args:
        training_config: the config files of the training.
        drawing_config: the config file of ``generating``.
        dataset: the training's keys that say where its pairs come from, see :func:`dataset_settings`.
        training: further keys of the training, nested as in its config.
        drawing: further keys of ``generating``.
        iterations: length of the training, in batches.
        seed: seed of split, training and drawing.
        device: as the key ``device``.
        architectures: the networks that a model file may name.
    """

    training_config: Sequence[str]
    drawing_config: str
    dataset: dict[str, Any]
    training: dict[str, Any]
    drawing: dict[str, Any]
    iterations: int
    seed: int
    device: str
    architectures: dict[str, Any] = field(default_factory=dict)

    def check(self) -> None:
        """Check what is to be trained and drawn with, before the training is paid for.

        Raises:
            ValueError: if the study decides a key itself, a key is none of ``generating``'s, or one that decides how to
                sample is out of range.
        """
        written = json.loads(Path(self.drawing_config).read_text("utf-8"))
        for key in self.drawing:
            if key.split("#")[0] not in written:
                raise ValueError(f"`drawing_settings` holds {key!r}: {nearest_names(key, written)}")
        _leave_out("drawing_settings", self.drawing, _DECIDED_OF_DRAWING)
        _leave_out("training_settings", flattened(self.training), _DECIDED_OF_TRAINING)
        chosen = {**written, **self.drawing}
        SamplingInferer(NoiseSchedule(), **{key: chosen[key] for key in ("sampler", "steps", "guidance_scale")})
        check_counts(batch_size=chosen["batch_size"], max_redraws=chosen["max_redraws"])
        as_boolean("require_classes", chosen["require_classes"])
        check_smoothing(chosen["mask_smoothing"])
        check_speck_size(chosen["speck_size"])
        check_min_certainty(chosen["min_certainty"])
        as_precision(chosen["precision"], as_device(self.device))

    def check_beginning(self, source: PairSource) -> None:
        """Raise ``ValueError`` where the training would begin with weights that knew pairs of this dataset."""
        if (path := self.training.get("init_from")) is not None:
            card = read_model(path, "init_from", self.architectures).card
            _check_ancestors([card, *ancestors(card)], source, f"`training_settings#init_from` {path}", "Leave it out.")

    def train(self, share: float, num_pairs: int, folder: Path) -> Path:
        """Train on a share of the training groups, or go on where a training was stopped; return its model."""
        model, finished = folder / "model.pt", folder / "finished.json"
        if not finished.is_file():
            batch_size = self.training.get("batch_size", self._written("batch_size"))
            epochs = max(1, round(self.iterations / max(1, num_pairs // batch_size)))
            keys = {
                **self.dataset,
                **flattened(self.training),
                "train_share": share,
                "max_epochs": epochs,
                "val_interval": -(-epochs // _VALIDATIONS),
                # the best weights are chosen by what the share holds: held-out pairs have no say in it
                "validate#pairs": "@train#pairs",
                "train#handlers#2#next_steps": {},
            }
            self._run("training", list(self.training_config), "train", folder, keys)
            with atomic_write(finished) as draft:
                draft.write_text(json.dumps({"max_epochs": epochs}), "utf-8")
        return model

    def draw(self, model: Path, mix: str, number: int, folder: Path) -> Path:
        """Draw pairs of a mix of class sets at the size trained at; return their folder."""
        size = size_trained_at(read_model(model, architectures=self.architectures).card)
        keys = {"ckpt_path": str(model), "num_samples": number, "mix": mix, "export_size": size}
        keys |= {"upscale": 1, "formats": ["png"]}
        self._run("generating", self.drawing_config, "infer", folder, {**flattened(self.drawing), **keys})
        return folder

    def _run(self, job: str, config: Any, kind: str, folder: Path, keys: dict[str, Any]) -> None:
        places = {"output_dir": str(folder), "seed": self.seed, "device": self.device, "resume": True}
        run = create_workflow(
            config_file=config, workflow_type=kind, run_id=job, logging_file=False, **{**keys, **places}
        )
        run.run()
        run.finalize()

    def _written(self, key: str) -> Any:
        """Return the value of a key as the training's files write it."""
        values = [json.loads(Path(file).read_text("utf-8")).get(key) for file in self.training_config]
        return [value for value in values if value is not None][-1]


def check_generator(
    path: str | Path, share: float, pairs: CachedPairs, source: PairSource, image_size: int, architectures: Any
) -> None:
    """Check that a model learned from the real pairs of this share and from no others.

    Args:
        path: its ``model.pt``.
        share: the share of the training groups.
        pairs: the pairs of that share.
        source: the dataset.
        image_size: the size of the study.
        architectures: the networks that a model file may name.

    Raises:
        ValueError: if it is of other classes or another size, was trained on other pairs (what it knows of held-out
            ones would leak), began with weights that knew this dataset, or its file says nothing of it.
    """
    model = read_model(path, architectures=architectures)
    remedy = "Leave --ckpt_path out, and the study trains its own."
    if model.classes != source.classes:
        differing = sorted(set(model.classes.names) ^ set(source.classes.names)) or ["their order or background"]
        raise ValueError(f"`ckpt_path` {path} draws other classes than {source.name}'s: {differing}. {remedy}")
    size = model.card["network"]["image_size"]
    if size != image_size:
        raise ValueError(
            f"`ckpt_path` {path} draws {size} pixels, `image_size` is {image_size}: set --image_size {size}."
        )
    training = model.card.get("training")
    if training is None:
        raise ValueError(f"{path}: its model.json does not say which pairs it was trained on, so it may leak. {remedy}")
    if training["labels_sha256"] != pairs.labels_sha256():
        raise ValueError(
            f"`ckpt_path` {path} was trained on other pairs than this share's: it says train_share "
            f"{training['train_share']}, val_share {training['val_share']}, seed {training['seed']}; here the share is "
            f"{share}. It may know held-out pairs. Train it with `--train_share {share}` and this study's dataset, "
            f"split, val_share and seed. {remedy}"
        )
    _check_ancestors(ancestors(model.card), source, f"`ckpt_path` {path} began with weights (--init_from) that", remedy)


def _check_ancestors(cards: Iterable[dict[str, Any]], source: PairSource, which: str, remedy: str) -> None:
    """Raise ``ValueError`` where one of some models was trained on this dataset."""
    dataset = source.card().get("dataset")
    if any(card["images"].get("dataset") == dataset for card in cards):
        doubt = "nobody knows whether from held-out ones: it may leak."
        raise ValueError(f"{which} learned from pairs of {source.name}, {doubt} {remedy}")


def _leave_out(name: str, settings: dict[str, Any], decided: Sequence[str]) -> None:
    """Raise ``ValueError`` where settings hold a key that the study decides."""
    for key in settings:
        if key in decided:
            remedy = "set `generator_iterations`." if key in _LENGTH else "leave it out."
            raise ValueError(f"`{name}` holds {key!r}, which the study decides itself: {remedy}")


def dataset_settings(config: dict[str, Any]) -> dict[str, Any]:
    """Return what of a config is the dataset's: ``source``, all that it refers to, and what a data overlay may set."""
    found = {key: config[key] for key in DATASET_KEYS if key in config}
    waiting = ["source"]
    while waiting:
        key = waiting.pop()
        if key not in found and key in config:
            found[key] = config[key]
            waiting += re.findall(r"@(\w+)", json.dumps(config[key], default=str))
    return found


def flattened(settings: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested settings as overrides: ``{"network": {"patch_size": 2}}`` as ``{"network#patch_size": 2}``."""
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        flat |= flattened(value, f"{prefix}{key}#") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return flat
