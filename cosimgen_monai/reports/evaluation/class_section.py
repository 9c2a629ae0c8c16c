"""The section of an evaluation's page that goes class by class: a table, and where and how large classes are."""

from __future__ import annotations

from html import escape
from typing import Any

from cosimgen_monai.reports.evaluation.definitions import definition
from cosimgen_monai.reports.evaluation.remarks import remarks
from cosimgen_monai.reports.pages.elements import number, section, table
from cosimgen_monai.reports.pages.quantile_plot import quantile_svg

_KINDS = ("area", "x", "y")


def class_section(report: dict[str, Any]) -> str:
    """Return the section."""
    agreed = report["agreement"]
    known = remarks(agreed["never_drawn"], agreed["too_few_real"], agreed["floor_lacks"])
    words = (
        f"<p>Off under the mask, mean of classes: {number(agreed['mean'])}, masks shuffled "
        f"{number(agreed['mean_shuffled'])}, two halves of the real images {number(agreed['floor'])}"
        f"{''.join(f'; {escape(remark)}' for remark in known)}.</p>"
    )
    define = "".join(f"<p>{escape(definition(name)[1])}</p>" for name in ("sfid", "agreement", "layout"))
    more = f"<details><summary>what these are</summary>{define}</details>"
    return section("Classes", words + _table(report) + more + _distributions(report["layout"]))


def _table(report: dict[str, Any]) -> str:
    main = next(iter(report["sfid"]))
    sfid, floors = report["sfid"][main]["classes"], report["sfid"][main]["floor"]["classes"]
    missing = dict.fromkeys(report["sfid"][main]["never_drawn"], "never drawn, or once")
    missing |= dict.fromkeys(report["sfid"][main]["too_few_real"], "too few real images")
    rows = []
    for name, row in report["agreement"]["classes"].items():
        layout, floor = report["layout"][name], report["layout_floor"][name]
        none = f'<span class="none">{missing[name]}</span>' if name in missing else ""
        # in the same cell: a column more would not fit a screen
        crops = f'<div class="soft">{sfid[name]["generated_crops"]} / {sfid[name]["real_crops"]}</div>'
        rows.append(
            [
                escape(name),
                f"{none or number(sfid[name]['distance'])} / {number(floors[name]['distance'])}{crops}",
                f"{number(row['difference'])} / {number(row['difference_shuffled'])}",
                number(row["spread_ratio"]),
                *(f"{number(layout[f'{kind}_distance'])} / {number(floor[f'{kind}_distance'])}" for kind in _KINDS),
                f"{row['generated_images']} / {row['real_images']}",
            ]
        )
    sfid_head = f"sFID ({main.replace('_', '_<wbr>')}) / floor<br>its crops gen. / real"
    head = ["class", sfid_head, "off under mask / shuffled", "spread gen. / real"]
    head += ["area off, share of the image / floor", "x off, share of the width / floor"]
    head += ["y off, share of the height / floor", "N gen. / real"]
    return table(head, rows)


def _distributions(layout: dict[str, Any]) -> str:
    rows = []
    for name, row in layout.items():
        both = {kind: {which: row[f"{kind}_quantiles_{which}"] for which in ("generated", "real")} for kind in _KINDS}
        medians = " / ".join(number(quantiles and quantiles[2]) for quantiles in both["area"].values())
        largest = max((quantiles[-1] for quantiles in both["area"].values() if quantiles), default=1.0)
        area = f"0 to {number(largest)} {quantile_svg(both['area'], largest)}"
        rows.append([escape(name), medians, area, *(quantile_svg(both[axis], 1) for axis in ("x", "y"))])
    head = [
        "class",
        "median area, share of the image, gen. / real",
        "area, share of the image",
        "x, left to right",
        "y, top to bottom",
    ]
    words = (
        "<p>Above the generated set, below the real one: the line spans 5 % to 95 % of the images that hold the class, "
        "the box half of them, about the median. x and y are the centre's, from 0 to 1, as shares of the image's width "
        "and height; each class has its own axis of areas.</p>"
    )
    return f"<details><summary>where and how large</summary>{words}{table(head, rows)}</details>"
