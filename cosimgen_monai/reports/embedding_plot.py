"""Text and class embeddings of models, side by side: the paper's figure 8."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE

from cosimgen_monai.codec import presence_of
from cosimgen_monai.metrics import embedding_alignment
from cosimgen_monai.networks import TrainedModel
from cosimgen_monai.prompts import write_prompt

MAX_SETS = 200
CLASS_COLOUR, TEXT_COLOUR, LINK_COLOUR = (31, 119, 180), (255, 127, 14), (205, 210, 216)
"""Blue and orange, as in the paper."""
_FINE = 2
"""How many times larger the picture is drawn, so that its dots and lines come out smooth."""


@dataclass(frozen=True)
class Embeddings:
    """The two embeddings of a model's class sets.

    Attributes:
        text: text embeddings, K D.
        classes: class embeddings, K D.
    """

    text: NDArray[np.float32]
    classes: NDArray[np.float32]

    def alignment(self) -> dict[str, float]:
        """Return the figures that stand beside the plot, see :func:`embedding_alignment`."""
        return embedding_alignment(self.text, self.classes)


def embeddings_of(
    model: TrainedModel, embed: Callable[[Sequence[str]], torch.Tensor], max_sets: int = MAX_SETS
) -> Embeddings:
    """Embed the class sets that a model was trained on, the most frequent ones, as classes and as plain prompts.

    Args:
        model: a trained CoSimGen.
        embed: its sentence encoder.
        max_sets: how many class sets at most.

    Raises:
        ValueError: if the model has only one of the two embeddings (TGAN, Pix2PixGAN), or was trained on one class set.
    """
    network = model.network()
    if network.conditioned_by is not None:
        raise ValueError(f"{model.path} ({model.architecture}) is conditioned by {network.conditioned_by} alone.")
    rows = sorted(model.card["class_sets"], key=lambda row: (-row["count"], row["ids"]))[:max_sets]
    sets = [tuple(row["ids"]) for row in rows]
    if len(sets) < 2:
        raise ValueError(f"{model.path} was trained on {len(sets)} class set; two are needed to tell sets apart.")
    template, classes = model.card["prompt_template"], model.classes
    presence = torch.stack([presence_of(ids, network.num_classes) for ids in sets])
    with torch.no_grad():
        sentence = embed([write_prompt(ids, classes, template) for ids in sets])
        both = network.condition(sentence=sentence), network.condition(presence=presence)
    text, known = (embedding.float().numpy() for embedding in both)
    return Embeddings(text, known)


def draw_embeddings(models: Mapping[str, Embeddings], seed: int = 0, tile: int = 340) -> Image.Image:
    """Draw a column a model, PCA above t-SNE; a text and the classes that it names are linked.

    Args:
        models: embeddings by the model's name.
        seed: seed of t-SNE.
        tile: side of a panel in pixels.
    """
    gap, head, foot = 14, 66, 30
    size = (len(models) * (tile + gap) + gap, head + 2 * (tile + gap) + foot)
    sheet = Image.new("RGB", (size[0] * _FINE, size[1] * _FINE), "white")
    draw = ImageDraw.Draw(sheet)
    for i, (name, embeddings) in enumerate(models.items()):
        left = gap + i * (tile + gap)
        found = embeddings.alignment()
        _write(draw, (left, 8), name, 17)
        first = f"text finds its classes: {found['retrieval_accuracy']:.0%} (chance {found['chance']:.1%})"
        _write(draw, (left, 30), first, 12)
        _write(draw, (left, 46), f"matched / unmatched distance: {found['distance_ratio']:.2f}, N {found['n']}", 12)
        for k, (kind, points) in enumerate(_planes(embeddings, seed).items()):
            _panel(draw, points, kind, left, head + k * (tile + gap), tile)
    _legend(draw, gap, size[1] - foot + 4)
    return sheet.resize(size, Image.Resampling.LANCZOS)


def _planes(embeddings: Embeddings, seed: int) -> dict[str, NDArray[Any]]:
    """Return both embeddings in two dimensions (2K x 2, texts first), by method."""
    together = np.concatenate([embeddings.text, embeddings.classes]).astype(np.float64)
    perplexity = min(30.0, (len(together) - 1) / 3)
    return {
        "PCA": PCA(n_components=2, svd_solver="full").fit_transform(together),
        "t-SNE": TSNE(perplexity=perplexity, init="pca", random_state=seed).fit_transform(together),
    }


def _panel(draw: ImageDraw.ImageDraw, points: NDArray[Any], kind: str, left: int, top: int, tile: int) -> None:
    """Draw one plane: links below, then dots; both axes to one scale."""
    low, high = points.min(axis=0), points.max(axis=0)
    scale = (tile - 28) / max(float((high - low).max()), 1e-12)
    centre = np.array([left + tile / 2, top + tile / 2])
    place = ((points - (low + high) / 2) * (scale, -scale) + centre) * _FINE
    corners = [value * _FINE for value in (left, top, left + tile, top + tile)]
    draw.rectangle(corners, outline=(150, 150, 150), width=_FINE)
    number = len(points) // 2
    for text, known in zip(place[:number], place[number:], strict=True):
        draw.line([*text, *known], fill=LINK_COLOUR, width=_FINE)
    for dots, colour in ((place[number:], CLASS_COLOUR), (place[:number], TEXT_COLOUR)):
        for x, y in dots:
            draw.ellipse([x - 3 * _FINE, y - 3 * _FINE, x + 3 * _FINE, y + 3 * _FINE], fill=colour)
    _write(draw, (left + 6, top + 4), kind, 12)


def _legend(draw: ImageDraw.ImageDraw, left: int, top: int) -> None:
    for k, (colour, words) in enumerate(((CLASS_COLOUR, "classes"), (TEXT_COLOUR, "text"))):
        x = left + 90 * k
        draw.ellipse([value * _FINE for value in (x, top + 4, x + 8, top + 12)], fill=colour)
        _write(draw, (x + 13, top), words, 12)
    _write(draw, (left + 180, top), "a line joins a pair", 12)


def _write(draw: ImageDraw.ImageDraw, place: tuple[int, int], words: str, size: int) -> None:
    font = ImageFont.load_default(size=size * _FINE)
    draw.text((place[0] * _FINE, place[1] * _FINE), words, fill="black", font=font)
