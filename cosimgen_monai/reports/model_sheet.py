"""Models one below the other, the same prompts from left to right (the paper's figures 5 and 6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, ImageOps

from cosimgen_monai.codec import Picture, colour_label, to_8_bit
from cosimgen_monai.data import RealPairs
from cosimgen_monai.export import GeneratedFolder
from cosimgen_monai.settings import derive_seed

Cell = tuple[Picture, Picture] | None
"""An image (H W 3) and its label (H W ids), or nothing where there is none."""
_MARGIN, _GAP, _LINE = 92, 4, 14


def shared_requests(folders: Sequence[GeneratedFolder], number: int = 6) -> dict[str, tuple[int, ...]]:
    """Return samples that all sets were asked for alike, by id: the classes asked, no two samples the same.

    They go from few classes to many, evenly, so that easy and hard requests are both seen.

    Raises:
        ValueError: if a set has no manifest.
    """
    asked = []
    for folder in folders:
        ids = folder.asked()
        if ids is None:
            raise ValueError(f"{folder.folder} has no manifest.csv, so that nobody knows what was asked for.")
        asked.append(dict(zip(folder.names, ids, strict=True)))
    found: dict[tuple[int, ...], str] = {}
    for name, wanted in asked[0].items() if asked else ():
        if all(other.get(name) == wanted for other in asked[1:]):
            found.setdefault(wanted, name)
    ranked = sorted(found, key=lambda ids: (len(ids), ids))
    chosen = np.linspace(0, len(ranked) - 1, min(number, len(ranked))).round().astype(int)
    return {found[ranked[i]]: ranked[i] for i in chosen.tolist()}


def generated_cells(folder: GeneratedFolder, ids: Sequence[str]) -> list[Cell]:
    """Return the pairs of samples by their ids, at the set's size of comparison."""
    items = [folder[folder.names.index(name)] for name in ids]
    return [(to_8_bit(item["image"].numpy()), item["label"][0].numpy()) for item in items]


def real_cells(
    pairs: RealPairs, presence: NDArray[np.uint8], asked: Sequence[tuple[int, ...]], seed: int
) -> list[Cell]:
    """Return for each class set a real pair that holds it, and as few other classes as any; nothing where none does.

    Args:
        pairs: the real pairs.
        presence: their presence vectors, N x c.
        asked: the class sets.
        seed: which of those that fit equally well is taken.
    """
    cells: list[Cell] = []
    for k, ids in enumerate(asked):
        holders = np.flatnonzero(presence[:, list(ids)].all(axis=1))
        if not len(holders):
            cells.append(None)
            continue
        sizes = presence[holders].sum(axis=1)
        fitting = holders[sizes == sizes.min()]
        chosen = np.random.default_rng(derive_seed("sheet", seed, k)).choice(fitting)
        item = pairs[int(chosen)]
        cells.append((to_8_bit(item["image"].numpy()), item["label"][0].numpy()))
    return cells


def draw_model_sheet(
    rows: Mapping[str, Sequence[Cell]],
    columns: Sequence[str],
    colours: Sequence[tuple[int, int, int]],
    heading: str,
    tile: int = 128,
) -> Image.Image:
    """Draw a row a model, each image above its mask.

    Args:
        rows: the pairs of each model, one a column.
        columns: what was asked for.
        colours: colours of the classes, the void's last where there is one.
        heading: what stands above.
        tile: side of a picture in pixels.
    """
    font, name_font = ImageFont.load_default(size=12), ImageFont.load_default(size=14)
    titles = [_wrapped(words, tile - 2, font) for words in columns]
    head = 34 + _LINE * max(map(len, titles), default=0) + _GAP
    height = 2 * (tile + 2) + 2 * _GAP
    sheet = Image.new("RGB", (_MARGIN + len(columns) * (tile + _GAP) + _GAP, head + len(rows) * height), "white")
    draw = ImageDraw.Draw(sheet)
    draw.text((8, 8), heading, fill="black", font=ImageFont.load_default(size=15))
    for k, lines in enumerate(titles):
        for line, words in enumerate(lines):
            draw.text((_MARGIN + k * (tile + _GAP), 34 + _LINE * line), words, fill="black", font=font)
    for i, (name, cells) in enumerate(rows.items()):
        top = head + i * height
        lines = _wrapped(name, _MARGIN - 12, name_font)
        draw.multiline_text((8, top + tile), "\n".join(lines), fill="black", font=name_font, anchor="lm")
        for k, cell in enumerate(cells):
            left = _MARGIN + k * (tile + _GAP)
            if cell is None:
                draw.text((left + tile / 2, top + tile), "none", fill="gray", font=font, anchor="mm")
                continue
            for part, picture in enumerate((cell[0], colour_label(cell[1], colours))):
                shown = ImageOps.contain(Image.fromarray(picture), (tile, tile), Image.Resampling.NEAREST)
                sheet.paste(shown, (left, top + part * (tile + 2)))
    return sheet


def _wrapped(words: str, width: int, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> list[str]:
    """Break words into lines no wider than so many pixels."""
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
