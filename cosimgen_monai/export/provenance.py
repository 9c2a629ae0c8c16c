"""Is a generated set of the classes, the colours and the model that it is evaluated as?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from cosimgen_monai.codec import ClassTable, display_colours, fibonacci_palette
from cosimgen_monai.export.nifti.nnunet_labels import NnUNetLabels
from cosimgen_monai.networks import ancestors

VOID_NOT_MEASURED = (
    "its masks hold void, which the real data has not, as `generating` writes them with --keep_classes asked: what was "
    "drawn unasked is hidden there. Evaluate a set drawn with --keep_classes all."
)


def check_names(folder: Path, classes: ClassTable) -> None:
    """Compare the class names that the set's NIfTI dataset gives, where there is one, with the real data's.

    Raises:
        ValueError: if they differ in a name or in its id, or the file cannot be read.
    """
    for file in sorted((folder / "nifti").glob("*/dataset.json")):
        try:
            found, expected = json.loads(file.read_text("utf-8"))["labels"], NnUNetLabels(classes).names
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(
                f"{file} cannot be read as an nnU-Net dataset.json ({type(error).__name__}: {error}): generate the set "
                f"again, or take {folder / 'nifti'} away."
            ) from error
        if found == {**expected, "ignore": len(expected)}:
            raise ValueError(f"`generated_dir` {folder}: {VOID_NOT_MEASURED}")
        if found != expected:
            differing = sorted(set(found) ^ set(expected)) or ["the order of ids"]
            raise ValueError(
                f"`generated_dir` {folder} is of other classes than the real data: {file} and the dataset differ "
                f"in {', '.join(differing[:8])}. Evaluate it against the dataset that its model was trained on."
            )


def check_colours(label: Path, classes: ClassTable, palette: torch.Tensor | None = None) -> None:
    """Compare the colours of a label that ``generating`` wrote with those that its classes should have.

    Args:
        label: an index PNG.
        classes: the dataset's classes.
        palette: the model's palette, a row a class and one for the void where there is one, in [-1, 1]; where it is
            not known, the colours may be those of the default F-RGB palette or of the paper's, in any order.

    Raises:
        ValueError: if a class has another colour, so that its id stands for something else.
    """
    with Image.open(label) as picture:
        if picture.mode != "P":
            return
        values = picture.getpalette("RGB") or []
    found = [tuple(values[3 * i : 3 * i + 3]) for i in range(classes.num_classes)]
    centres = (classes.background, None)  # of a training by default, and by the paper's palette
    known = [display_colours(fibonacci_palette(classes.num_colours, centre=centre)) for centre in centres]
    if palette is not None:
        known = [display_colours(palette)]
        fits = found == known[0][: classes.num_classes]
    else:  # the void may have a class's colour, and the class the void's
        fits = len({*found}) == len(found) and any({*found} <= {*colours} for colours in known)
    if fits:
        return
    other = next(i for i, colour in enumerate(found) if colour != known[0][i])
    whose, remedy = "the model's", "Give the model that drew the set, or leave ckpt_path out."
    if palette is None:
        whose = "the real data's classes"
        remedy = "Evaluate it against the dataset of its model's training; a palette of its own comes with --ckpt_path."
    raise ValueError(
        f"{label} is of another palette than {whose}: id {other} is {_hex(found[other])}, but {classes.names[other]} "
        f"is {_hex(known[0][other])}. {remedy}"
    )


def check_model(
    card: dict[str, Any],
    classes: ClassTable,
    images: dict[str, Any],
    rows: Sequence[dict[str, str]] | None,
    path: Path,
) -> None:
    """Check that a model is of the dataset's classes and saw its images alike, and that it drew the set.

    Args:
        card: the model's file.
        classes: the dataset's classes.
        images: what the dataset says of its images, as the model's file does.
        rows: the set's manifest, where there is one.
        path: the model's path, for the messages.

    Raises:
        ValueError: if it is of other classes, another window, field of view or fit, or a row of the manifest names
            another model.
    """
    if (known := ClassTable(**card["classes"])) != classes:
        differing = sorted(set(known.names) ^ set(classes.names)) or ["their order, the background or the void"]
        raise ValueError(
            f"`ckpt_path` {path} is of other classes than the real data; they differ in {', '.join(differing[:8])}. "
            "Give the data overlay and --dataset_dir of its training."
        )
    for key in ("window", "field_of_view", "fit"):
        theirs, ours = card["images"].get(key), json.loads(json.dumps(images.get(key)))  # a window as a list
        if None not in (theirs, ours) and theirs != ours:
            raise ValueError(
                f"`ckpt_path` {path} draws images of {key} {theirs}, real ones are read with {ours}: they do "
                "not compare. Give the data overlay of its training, with the same keys."
            )
    for row in rows or ():
        if row.get("model_sha256", card["sha256"]) != card["sha256"]:
            raise ValueError(
                f"`ckpt_path` {path} (sha256 {card['sha256'][:12]}…) did not draw {row['id']}: the manifest names "
                f"{row['model_sha256'][:12]}…. Give the model that drew the set, or leave ckpt_path out."
            )


def check_held_out(card: dict[str, Any], dataset: str, split: dict[str, Any], path: Path) -> None:
    """Check that pairs held out from a model's training are those that an evaluation takes for held out.

    The same is asked of the models that it began from.

    Args:
        card: the model's file.
        dataset: the name of the evaluation's dataset; of a model of another one nothing is known.
        split: the evaluation's ``split``, ``val_share`` and ``seed``.
        path: the model's path, for the messages.

    Raises:
        ValueError: if the training was split otherwise, so that it may have seen them.
    """
    for known in (card, *ancestors(card)):
        if known["images"].get("dataset") != dataset or known.get("training") is None:
            continue
        trained = {"split": known["split"], **{key: known["training"][key] for key in ("val_share", "seed")}}
        deciding = list(split) if trained["split"] == split["split"] == "group" else ["split"]
        if differing := [key for key in deciding if trained[key] != split[key]]:
            options = " ".join(f"--{key} {trained[key]}" for key in differing)
            began = "" if known is card else " began with weights (--init_from) that"
            raise ValueError(
                f"`ckpt_path` {path}{began} was trained with another split of {dataset}: "
                + ", ".join(f"{key} {trained[key]}, here {split[key]}" for key in differing)
                + ". It may have seen the pairs that are compared with. "
                + f"Evaluate with {options}, or with --real_part all."
            )


def check_trained_pairs(card: dict[str, Any], dataset: str, num_pairs: int, image_size: int, path: Path) -> None:
    """Check that a model's training held as many pairs as the training part of an evaluation.

    Another version or excerpt of a dataset is split otherwise by the same seed. Numbers are compared, not the labels'
    hash: a mask resampled on another machine may differ by a pixel.

    Args:
        card: the model's file.
        dataset: the name of the evaluation's dataset; of a model of another one nothing is known.
        num_pairs: pairs of the evaluation's training part.
        image_size: the evaluation's size; of a model of another one, or of a share of the pairs, nothing is known.
        path: the model's path, for the messages.

    Raises:
        ValueError: if the numbers differ, so that the training may have seen the pairs that are held out here.
    """
    training = card.get("training")
    if card["images"].get("dataset") != dataset or training is None or training["train_share"] != 1:
        return
    trained = sum(entry["count"] for entry in card["class_sets"])
    if card["network"]["image_size"] == image_size and trained != num_pairs:
        raise ValueError(
            f"`ckpt_path` {path} was trained on {trained} pairs of {dataset}, but the training part here holds "
            f"{num_pairs}: other files, so it may have seen the pairs that are compared with. Evaluate with the data "
            "of its training, or with --real_part all."
        )


def _hex(colour: Sequence[int]) -> str:
    return "#" + "".join(f"{value:02x}" for value in colour) if colour else "no colour"
