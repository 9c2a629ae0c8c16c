"""What pages are made of: one self-contained document, sections, pictures within the text, tables."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from PIL import Image

from cosimgen_monai.codec import Picture
from cosimgen_monai.reports.pages.style import STYLE

_MAX_SIDE = 256
_MARKS = {"good": "✓", "bad": "✗", "open": "?"}


def document(title: str, heading: str, body: Iterable[str]) -> str:
    """Return a page that needs nothing else; pictures are within it, so that it opens anywhere and is one file.

    Args:
        title: the window's title.
        heading: what stands above the sections, as HTML.
        body: the sections.
    """
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><title>{escape(title)}</title><style>{STYLE}</style></head>'
        f"<body><main>{heading}{''.join(body)}</main></body></html>\n"
    )


def section(title: str, body: str, kind: str = "") -> str:
    """Return a section with a heading; ``kind`` is its CSS class."""
    return f'<section class="{kind}"><h2>{escape(title)}</h2>{body}</section>'


def verdict_section(sentences: Iterable[tuple[str, str]]) -> str:
    """Return what was found in plain words, each sentence after its mark (``good``, ``bad`` or ``open``)."""
    rows = "".join(
        f'<li class="{mark}"><strong>{_MARKS[mark]}</strong> {escape(words)}</li>' for mark, words in sentences
    )
    return section("Verdict", f'<ul class="verdict">{rows}</ul>')


def picture(image: Picture, words: str) -> str:
    """Return a picture (H W 3) as an image element, 256 pixels at most, that says what it is."""
    file = io.BytesIO()
    shown = Image.fromarray(image)
    shown.thumbnail((_MAX_SIDE, _MAX_SIDE))
    shown.save(file, "JPEG", quality=90, subsampling=0)
    data = base64.b64encode(file.getvalue()).decode()
    return f'<img alt="{escape(words)}" src="data:image/jpeg;base64,{data}">'


def legend(colours: Mapping[str, str]) -> str:
    """Return what colours (``#rrggbb`` by class) stand for."""
    names = "".join(
        f'<li><span class="swatch" style="background:{colour}"></span>{escape(name)}</li>'
        for name, colour in colours.items()
    )
    return f'<ul class="palette">{names}</ul>'


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; cells are HTML already. Its head is on each page that it is printed on, if it says anything."""
    cells = "".join(f"<th>{cell}</th>" for cell in head)
    titles = f"<thead><tr>{cells}</tr></thead>" if any(head) else ""
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table class="numbers">{titles}<tbody>{body}</tbody></table></div>'


def number(value: float | None, digits: int = 3) -> str:
    """Return a number in a few digits, ``–`` where there is none."""
    if value is None:
        return "–"
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.{digits}g}"
