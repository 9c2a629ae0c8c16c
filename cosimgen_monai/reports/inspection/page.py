"""The inspection as one HTML page that needs nothing else."""

from __future__ import annotations

from html import escape
from typing import Any

from cosimgen_monai.reports.inspection.notes import inspection_notes
from cosimgen_monai.reports.inspection.samples import Sample
from cosimgen_monai.reports.pages.elements import document, picture, section
from cosimgen_monai.reports.pages.heat_map import heat_map_svg

_MAX_ROWS = 8


def inspection_page(figures: dict[str, Any], samples: list[Sample]) -> str:
    """Return the page; pictures are within it, so that it opens anywhere and is one file to keep."""
    name = escape(figures["dataset"])
    sections = [
        _notes(figures),
        _parts(figures),
        _samples(figures, samples),
        _classes(figures),
        _native(figures),
        _matrix(figures),
        _palette(figures),
    ]
    heading = (
        f"<h1>{name}</h1>"
        '<p class="soft">What training will see. This page shows the dataset\'s own images: do not share it where the '
        f"data's terms forbid it. {escape(figures['terms'])}</p>"
    )
    return document(f"{figures['dataset']}: inspection", heading, sections)


def _notes(figures: dict[str, Any]) -> str:
    notes = inspection_notes(figures)
    if not notes:
        return section("Before you train", "<p>Every file reads, and every class is in every part.</p>")
    rows = "".join(f"<li><strong>{escape(head)}</strong> {escape(text)}</li>" for head, text in notes)
    return section("Before you train", f"<ul>{rows}</ul>", "notes")


def _parts(figures: dict[str, Any]) -> str:
    rows = ""
    for side, part in figures["parts"].items():
        shown = "train and val" if figures["split"] == "all" else side
        names = escape(", ".join(part.get("group_names", [])))
        rows += f"<tr><td>{shown}</td><td>{part['items']:,}</td><td>{part['groups']:,}</td><td>{part['pairs']:,}</td>"
        rows += f"<td>{names}</td></tr>" if names else "<td></td></tr>"
    head = f"<tr><th>part</th><th>items</th><th>{escape(figures['group_name'])}s</th><th>pairs</th><th></th></tr>"
    size = figures["image_size"]
    note = (
        f'<p class="soft">Split: {escape(figures["split"])}. An item is a file; a pair is what the model learns from, '
        f"{size} × {size} pixels. Pairs that show no class are left out.</p>"
    )
    return section("Parts", f'<div class="wide"><table>{head}{rows}</table></div>{note}')


def _classes(figures: dict[str, Any]) -> str:
    largest = max((row["pixel_share"] for row in figures["classes"]), default=0) or 1
    sides = list(figures["parts"])
    columns = "".join(f"<th>{side} pairs</th>" for side in sides) if len(sides) > 1 else "<th>pairs</th>"
    rows = ""
    for row in figures["classes"]:
        label = escape(row["name"]) + (' <span class="soft">background</span>' if row["background"] else "")
        counts = "".join(_count(row["pairs_by_part"].get(side, 0)) for side in sides)
        rows += (
            f'<tr><td>{_swatch(row["colour"])}{label}</td><td class="bar">'
            f'<i style="width:{100 * row["pixel_share"] / largest:.2f}%"></i></td>'
            f"<td>{row['pixel_share']:.2%}</td>{counts}{_count(row['groups'])}</tr>"
        )
    void = _swatch(figures["void_colour"]) if "void_colour" in figures else ""
    rows += f'<tr><td>{void}void</td><td class="bar"></td><td>{figures["void_share"]:.2%}</td>'
    rows += "<td></td>" * (len(sides) + 1) + "</tr>"
    group = escape(figures["group_name"])
    head = f'<tr><th>class</th><th class="bar"></th><th>pixels</th>{columns}<th>{group}s</th></tr>'
    note = '<p class="soft">A pair holds a class from 0.1 % of its pixels, and 8 at least.</p>'
    return section("Classes", f'<div class="wide"><table>{head}{rows}</table></div>{note}')


def _count(number: int) -> str:
    return f"<td>{number:,}</td>" if number else '<td class="none">none</td>'


def _native(figures: dict[str, Any]) -> str:
    native = figures["native"]
    ct = figures["modality"] == "CT"
    kinds = (("sizes", "size in voxels" if ct else "width × height"), ("spacings", "spacing in mm"))
    tables = "".join(_value_table(native[key], title) for key, title in kinds if native[key])
    low, high = native["window"]
    values = "no item could be read"
    if native["value_range"]:
        values = "{:g} to {:g} {}".format(*native["value_range"], native["unit"])
    clip = " Values outside are clipped." if ct else ""
    body = f"<p>Values: {values}. The model sees {low:g} as black and {high:g} as white.{clip}</p>{tables}"
    return section("Files as they are", body)


def _value_table(rows: list[dict[str, Any]], title: str) -> str:
    shown = "".join(f"<tr><td>{escape(row['value'])}</td><td>{row['items']:,}</td></tr>" for row in rows[:_MAX_ROWS])
    more = len(rows) - _MAX_ROWS
    rest = f'<p class="soft">and {more} more, listed in inspection.json</p>' if more > 0 else ""
    return f"<table><tr><th>{title}</th><th>items</th></tr>{shown}</table>{rest}"


def _matrix(figures: dict[str, Any]) -> str:
    matrix = figures["co_occurrence"]
    note = (
        "<p class=\"soft\">How often the column's class is in a pair that holds the row's. Dense: classes come "
        "together, and are hard to ask for alone. Also as co_occurrence.png and co_occurrence.csv.</p>"
    )
    return section("Co-occurrence", f'{note}<div class="wide">{heat_map_svg(matrix["names"], matrix["matrix"])}</div>')


def _palette(figures: dict[str, Any]) -> str:
    colours = [(f"{row['id']} {row['name']}", row["colour"]) for row in figures["classes"]]
    colours += [("255 void", figures["void_colour"])] if "void_colour" in figures else []
    rows = "".join(f"<li>{_swatch(colour)}{escape(name)} <code>{colour}</code></li>" for name, colour in colours)
    return section("Palette", f'<ul class="palette">{rows}</ul>')


def _samples(figures: dict[str, Any], samples: list[Sample]) -> str:
    cards = "".join(
        f'<figure><div class="two">{picture(sample.image, "image")}{picture(sample.overlay, "overlay")}</div>'
        f"<figcaption>{escape(sample.side)}: {escape(sample.title)}</figcaption></figure>"
        for sample in samples
    )
    note = '<p class="soft">Image, and its mask laid over it. Do the masks lie where the objects are?</p>'
    return section(f"{len(samples)} samples", f'{note}<div class="samples">{cards}</div>')


def _swatch(colour: str) -> str:
    return f'<span class="swatch" style="background:{colour}"></span>'
