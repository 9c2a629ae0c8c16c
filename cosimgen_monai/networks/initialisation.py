"""Fine-tuning: a network that begins with the weights of a model trained on other data or other classes."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import torch

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.networks.cosimgen import CoSimGen
from cosimgen_monai.networks.model_file import TrainedModel, read_model
from cosimgen_monai.networks.sentence_encoder import SentenceEncoder

logger = logging.getLogger(__name__)
_KEY = "init_from"
_CLASS_ROWS = "class_encoder.weight"
Network = TypeVar("Network", bound=torch.nn.Module)


def initialise(
    network: Network, init_from: str | Path | None, classes: ClassTable, sentence_encoder: SentenceEncoder
) -> Network:
    """Load into a network what fits of a trained model, and say in the log what does not.

    Tensors fit by name and shape, the rows of the class encoder by class name. The palette stays the network's own:
    another number of classes has other colours, which the training then has to learn.

    Args:
        network: the network of the training; it is changed in place.
        init_from: the ``model.pt`` to begin from, its ``model.json`` beside it; ``None`` changes nothing.
        classes: the training's classes.
        sentence_encoder: the training's sentence encoder.

    Returns:
        The network.

    Raises:
        FileNotFoundError: if one of the model's two files is missing.
        ValueError: if the network is no CoSimGen, they are no model of one, another sentence encoder made it, or no
            convolution of its U-Net fits.
    """
    if init_from is None:
        return network
    if not isinstance(network, CoSimGen):
        kind = type(network).__name__
        raise ValueError(f"`{_KEY}` is for CoSimGen; a {kind} begins with random weights: leave the key out.")
    model = read_model(init_from, _KEY)
    model.check_sentence_encoder(sentence_encoder.fingerprint)
    own = network.state_dict()
    fitting = _fitting(own, model)
    with torch.no_grad():
        for name in fitting:
            own[name].copy_(model.state[name])
        rows = _copy_class_rows(own[_CLASS_ROWS], classes, model)
    rest = sorted(own.keys() - {*fitting, "palette", _CLASS_ROWS})
    logger.info("%d of %d tensors begin with those of %s", len(fitting), len(own) - 2, init_from)
    logger.info("begin anew: %s", ", ".join(rest) or "none")
    logger.info("classes known to it: %s; new: %s", *(", ".join(names) or "none" for names in rows))
    return network


def _fitting(own: dict[str, torch.Tensor], model: TrainedModel) -> list[str]:
    """Return the tensors that fit by name and shape, palette and class rows apart; refuse a model with too few."""
    fitting = [
        name
        for name, tensor in own.items()
        if name not in ("palette", _CLASS_ROWS) and name in model.state and model.state[name].shape == tensor.shape
    ]
    # the maps of Spectron fit any width; without a convolution they are of no use
    if not any(name.startswith("unet.") and own[name].ndim == 4 for name in fitting):
        raise ValueError(
            f"`{_KEY}` {model.path}: no convolution of its U-Net fits this network. It was trained with "
            f"{model.card['network']}; give the same `network` settings."
        )
    return fitting


def origin(init_from: str | Path | None) -> dict[str, Any] | None:
    """Return what a fine-tuned model's file says of the one it began from: its hash, data and terms bind it too.

    Also how its data were split, and what it began from itself: whoever holds pairs out must know them all.
    """
    if init_from is None:
        return None
    card = read_model(init_from, _KEY).card
    known = ("sha256", "images", "split", "training", "initialised_from")
    return {key: card[key] for key in known if key in card}


def ancestors(card: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return what a model's file says of the models that it began from, the nearest first."""
    began = card.get("initialised_from")
    while began is not None:
        yield began
        began = began.get("initialised_from")


def _copy_class_rows(weight: torch.Tensor, classes: ClassTable, model: TrainedModel) -> tuple[list[str], list[str]]:
    """Copy the rows of the classes that both lists name; return the names of those, and of the others."""
    theirs, their_weight = model.classes.names, model.state[_CLASS_ROWS]
    fits = their_weight.shape[1] == weight.shape[1]
    known = [name for name in classes.names if fits and name in theirs]
    for name in known:
        weight[classes.names.index(name)] = their_weight[theirs.index(name)]
    return known, [name for name in classes.names if name not in known]
