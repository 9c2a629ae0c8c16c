"""A blinded reader sheet: real and generated pairs mixed, for a radiologist to tell apart; the key is another file."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
from PIL import Image

from cosimgen_monai.codec import Picture, overlay, to_8_bit
from cosimgen_monai.reports.colours import class_colours, colours_by_name
from cosimgen_monai.reports.evaluation.evaluated_pairs import EvaluatedPairs
from cosimgen_monai.reports.pages.elements import legend
from cosimgen_monai.reports.pages.style import STYLE
from cosimgen_monai.reports.reader.script import SCRIPT
from cosimgen_monai.settings import atomic_write, derive_seed

SHEET, KEY = "reader_sheet.html", "reader_key.csv"
KEY_COLUMNS = ("sheet", "case", "kind", "name")
KINDS = ("real", "generated")


@dataclass(frozen=True)
class ReaderCase:
    """One pair of the sheet.

    Attributes:
        kind: ``real`` or ``generated``.
        name: the generated pair's id, or the number of the real pair in its part; never a patient's.
        image: H W 3, 8 bit.
        overlay: the mask laid over it.
    """

    kind: str
    name: str
    image: Picture
    overlay: Picture


def write_reader_sheet(pairs: EvaluatedPairs, output_dir: str | Path, number: int, seed: int, window: str) -> Path:
    """Write the sheet, one HTML file that a reader fills in and exports as CSV, and its key.

    Nothing but the pictures tells which is which: both kinds come through the same resize and encoding, in a random
    order, and the pictures' files are equally long.

    Args:
        pairs: the sets; the real ones are of the part compared with.
        output_dir: where both files go.
        number: cases, half of them real; fewer where a set is smaller.
        seed: seed of the choice and of the order.
        window: the values seen as black and as white, in words.

    Returns:
        The path of the sheet.
    """
    cases = choose_cases(pairs, number, seed)
    pictures = [(png_of(case.image), png_of(case.overlay)) for case in cases]
    sheet = hashlib.sha256(b"".join(image + over for image, over in pictures)).hexdigest()[:12]
    classes, size = pairs.generated.classes, pairs.generated.image_size
    colours = colours_by_name(classes)
    if classes.background is not None:  # which the masks leave clear
        del colours[classes.names[classes.background]]
    facts = f"<p>All images are {size} × {size} pixels; from black to white: {escape(window)}.</p>{legend(colours)}"
    with atomic_write(Path(output_dir) / SHEET) as draft:
        draft.write_text(sheet_page(sheet, pictures, facts), "utf-8")
    with atomic_write(Path(output_dir) / KEY) as draft, draft.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(KEY_COLUMNS)
        writer.writerows((sheet, k, case.kind, case.name) for k, case in enumerate(cases, start=1))
    return Path(output_dir) / SHEET


def choose_cases(pairs: EvaluatedPairs, number: int, seed: int) -> list[ReaderCase]:
    """Choose as many real as generated pairs at random, in random order."""
    rng = np.random.default_rng(derive_seed("reader", seed))
    half = min(number // 2, len(pairs.real), len(pairs.generated))
    classes = pairs.generated.classes
    colours = class_colours(classes)
    cases = []
    for kind in KINDS:
        dataset = pairs.real if kind == "real" else pairs.generated
        for i in rng.choice(len(dataset), half, replace=False).tolist():
            item = dataset[i]
            image, label = to_8_bit(item["image"].numpy()), item["label"][0].numpy()
            name = str(i) if kind == "real" else pairs.generated.names[i]
            cases.append(ReaderCase(kind, name, image, overlay(image, label, colours, classes.background)))
    return [cases[i] for i in rng.permutation(len(cases)).tolist()]


def png_of(picture: Picture) -> bytes:
    """Return a picture as PNG without compression, since a smooth image would make a shorter file."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG", compress_level=0)
    return file.getvalue()


def sheet_page(sheet: str, pictures: Sequence[tuple[bytes, bytes]], facts: str) -> str:
    """Return the page; it needs no network, and its policy forbids any. The facts (HTML) hold for all its pictures."""
    cases = "".join(_case(k, image, over) for k, (image, over) in enumerate(pictures, start=1))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
        "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">"
        f'<title>Reader sheet {sheet}</title><style>{STYLE}{_STYLE}</style></head><body data-sheet="{sheet}"><main>'
        f"<h1>Real or generated?</h1><p>{len(pictures)} images, each with its mask laid over it. Some are real, some "
        "were drawn by a model. Say which you take each for, and how well the mask fits the image: 1 (useless) to 5 "
        "(could not be better). Your answers stay in this browser until you save them as a file; nothing is sent.</p>"
        f"{facts}"
        '<p><label>Reader <input id="reader" autocomplete="off" placeholder="initials"></label></p>'
        f'<form autocomplete="off">{cases}</form><footer><span id="done" role="status"></span> '
        '<button id="save" type="button">Save the answers (CSV)</button></footer></main>'
        f"<script>{SCRIPT}</script></body></html>\n"
    )


def _case(number: int, image: bytes, over: bytes) -> str:
    answers = "".join(_radio(f"answer-{number}", kind, kind) for kind in KINDS)
    quality = "".join(_radio(f"quality-{number}", str(k), str(k)) for k in range(1, 6))
    return (
        f'<section class="case" data-case="{number}"><h2>Case {number}</h2><div class="two">'
        f"{_img(image, f'case {number}: image')}{_img(over, f'case {number}: mask over the image')}</div>"
        f"<fieldset><legend>This image is</legend>{answers}</fieldset>"
        f"<fieldset><legend>Mask quality</legend>{quality}</fieldset>"
        f'<label>Comment <input name="comment-{number}" maxlength="500"></label></section>'
    )


def _radio(name: str, value: str, words: str) -> str:
    return f'<label><input type="radio" name="{name}" value="{value}"> {escape(words)}</label>'


def _img(png: bytes, words: str) -> str:
    return f'<img alt="{escape(words)}" src="data:image/png;base64,{base64.b64encode(png).decode()}">'


_STYLE = """
.case .two{max-width:44rem}.case .two img{image-rendering:auto}
.case.open h2::after{content:" (open)";color:var(--warn);font-weight:400}
fieldset{border:0;padding:0;margin:.6rem 0;display:flex;flex-wrap:wrap;gap:.4rem 1.1rem}
legend{float:left;font-weight:600;min-width:8rem;padding:0}
input:not([type=radio]){font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);
border-radius:6px;padding:.3rem .5rem;width:min(28rem,100%)}
@media (max-width:32rem){legend{float:none}}
footer{position:sticky;bottom:0;background:var(--page);padding:.8rem 0;display:flex;gap:1rem;align-items:center}
button{font:inherit;padding:.45rem .9rem;border-radius:8px;border:1px solid var(--bar);background:var(--bar);color:#fff;
cursor:pointer}
@media print{footer{display:none}}
"""
