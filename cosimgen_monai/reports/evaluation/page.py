"""An evaluation as one HTML page: a verdict in words, tables with floors, classes, pictures."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from cosimgen_monai.reports.evaluation.class_section import class_section
from cosimgen_monai.reports.evaluation.definitions import definition
from cosimgen_monai.reports.evaluation.paper_figures import dataset_note, paper_rows
from cosimgen_monai.reports.evaluation.pictures import gallery_section, pairs_beside
from cosimgen_monai.reports.evaluation.ranked_pairs import GalleryPair, NearestPair
from cosimgen_monai.reports.evaluation.remarks import UNASKED, remarks
from cosimgen_monai.reports.evaluation.verdict import BAD, verdict_of
from cosimgen_monai.reports.pages.elements import document, number, section, table, verdict_section
from cosimgen_monai.reports.pages.heat_map import heat_map_svg


def evaluation_page(report: dict[str, Any], gallery: list[GalleryPair], beside: Sequence[NearestPair] = ()) -> str:
    """Return the page. It shows generated images only, and real ones where pairs of both (``beside``) are given."""
    n = report["n"]
    shows_real = (
        f'<p class="real">This page shows real images of {escape(report["dataset"])}: share it only where the data\'s '
        "terms allow it.</p>"
    )
    heading = (
        f"<h1>Generated against {escape(report['dataset'])}</h1>"
        f'<p class="soft">{escape(report["generated_dir"])}: {n["generated"]} generated pairs against {n["real"]} real '
        f"ones ({escape(report['real_part'])} part, {n['real_groups']} {escape(report['group_name'])}(s)), "
        f"{report['image_size']} × {report['image_size']}, seed {report['seed']}, split {escape(report['split'])}. "
        f"{escape(report['value_range'])}; {escape(report['resize'])}. Prompts: {escape(report['prompts'])}.</p>"
    )
    pictures, figures = gallery_section(gallery, report["colours"]), _figures(report)
    note = dataset_note(report["dataset"])
    # where distances tell little, pictures come first
    first = [section("How to read this dataset", f"<p>{escape(note)}</p>", "notes"), pictures, figures] if note else []
    rest = first or [figures, pictures]
    sections = [
        verdict_section(verdict_of(report)),
        *rest,
        _presence(report),
        class_section(report),
        _matrices(report),
        _memorisation(report, beside),
        _networks(report),
    ]
    return document(f"{report['dataset']}: evaluation", heading + (shows_real if beside else ""), sections)


def _define(name: str) -> str:
    better, words = definition(name)
    tail = f" Better: {better}." if better else ""
    return f"<details><summary>what it is</summary><p>{escape(words + tail)}</p></details>"


def _named(figure: str) -> str:
    """Return a figure's name, which a narrow page may break at its underscores."""
    return escape(figure).replace("_", "_<wbr>")


def _figures(report: dict[str, Any]) -> str:
    paper = paper_rows(report["dataset"])
    models = list(paper)
    head = ["figure", "generated", "floor", "better", "N gen. / real", *(f"paper: {model}" for model in models)]
    rows = []
    for row in report["figures"]:
        value = number(row["value"]) + (f" ± {number(row['std'], 2)}" if row.get("std") is not None else "")
        cells = [_named(row["name"]) + _define(row["name"]), escape(row.get("note") or value), number(row["floor"])]
        key = "lpips" if row["name"].startswith("lpips") else row["name"]
        other = (number(paper[model].get(key)) for model in models)
        rows.append([*cells, definition(row["name"])[0], _counts(row), *other])
    for name, found in report["sfid"].items():
        known = "; ".join(remarks([], found["too_few_real"], found["floor"]["never_drawn"]))
        title = _named(f"sfid_{name}, mean of classes") + (f'<div class="soft">{escape(known)}</div>' if known else "")
        cells = [title + _define("sfid"), number(found["mean"])]
        other = (number(paper[model].get(f"sfid_{name}")) for model in models)
        measured = sum(row["distance"] is not None for row in found["classes"].values())
        rows.append([*cells, number(found["floor"]["mean"]), "lower", f"{measured} class(es)", *other])
    words = f'<p class="soft">Floor: {escape(report["floor"])}. Its N is in report.json.</p>'
    beside = "The paper's figures were made with its own sets and sizes: a guide, not a contest." if models else ""
    return section("Distances", words + table(head, rows) + f'<p class="soft">{beside}</p>')


def _counts(figure: dict[str, Any]) -> str:
    """Return how many images, or random pairs of them, are behind a figure; nothing where it was not measured."""
    if figure["value"] is None:
        return ""
    if "n_pairs" in figure:
        return f"{figure['n_pairs']:,} pairs"
    if "n_each" in figure:
        return f"{figure['n_each']:,} / {figure['n_each']:,}"
    return f"{figure['n_generated']:,} / {figure['n_real']:,}"


def _presence(report: dict[str, Any]) -> str:
    presence = report["presence"]
    if presence is None:
        return section("What was asked for", f"<p>Not measured: {UNASKED}.</p>")
    rows = [
        ("presence F1", "presence_f1", "samples", ""),
        ("the same, masks of other requests", "presence_f1_chance", "samples", ""),
        ("hit rate", "hit_rate", "asked_pairs", "no class was asked for"),
        ("unrequested rate", "unrequested_rate", "unasked_pairs", "every class was asked for"),
        ("the same in real images", "unrequested_rate_real", "unrequested_rate_real_pairs", ""),
        ("PPV", "ppv", "single_class_queries", "no single class was asked for"),
        ("precision |P ∩ Q| / |P|", "precision", "masks_with_classes", ""),
    ]
    paper = paper_rows(report["dataset"])
    cells = [
        [
            name,
            number(presence[key]),
            " to ".join(map(number, presence.get(f"{key}_interval", ()))) if presence[count] else reason,
            f"{presence[count]:,}",
            *(number(row.get(name.lower())) for row in paper.values()),
        ]
        for name, key, count, reason in rows
    ]
    head = ["", "value", "95 % interval", "N", *(f"paper: {model}" for model in paper)]
    return section("What was asked for", _define("presence") + table(head, cells))


def _matrices(report: dict[str, Any]) -> str:
    matrix = report["co_occurrence"]
    maps = "".join(
        f'<div class="wide"><h3>{kind}</h3>{heat_map_svg(matrix["names"], matrix[kind], 30)}</div>'
        for kind in ("real", "generated")
    )
    known = remarks(matrix["never_drawn"], [], matrix["floor_lacks"])
    words = (
        f"<p>Mean difference {number(matrix['mean_absolute_difference'])}, between two halves of the real images "
        f"{number(matrix['floor'])}{''.join(f'; {escape(remark)}' for remark in known)}.</p>"
    )
    return section("Co-occurrence", _define("co_occurrence") + words + f'<div class="beside">{maps}</div>')


def _memorisation(report: dict[str, Any], beside: Sequence[NearestPair]) -> str:
    found = report["memorisation"]
    if found is None:
        words = "<p>Cannot be told: no real image of this comparison is held out from training.</p>"
        return section("Memorisation", words + _define("memorisation"))
    low, high = found["share_interval"]
    rows = [
        ["suspect images", f"{found['share_suspect']:.1%} (95 %: {low:.1%} to {high:.1%})"],
        ["by chance, in one set of twenty, above", f"{found['share_by_chance']:.1%}"],
        ["copies of training images", f"{found['copies']:.1%}"],
        ["copies of the real images compared with", f"{found['copies_of_held_out']:.1%}"],
        ["threshold", number(found["threshold"])],
        ["median distance, generated", number(found["median_generated"])],
        ["median distance, held out", number(found["median_held_out"])],
    ]
    nearest = [
        [escape(str(row["generated"])), str(row["training"]), number(row["distance"])] for row in found["nearest"]
    ]
    listed = table(["nearest generated", "training row", "distance"], nearest)
    body = table(["", ""], rows) + pairs_beside(beside) + f"<details><summary>the nearest</summary>{listed}</details>"
    flagged = found["flagged_suspects"] or found["flagged_copies_of_held_out"]
    return section("Memorisation", body + _define("memorisation"), BAD if flagged else "")


def _networks(report: dict[str, Any]) -> str:
    rows = [
        [escape(name), escape(str(card["size"])), escape(card["resize"]), escape(str(card["weights"]))]
        for name, card in report["networks"].items()
    ]
    absent = "".join(
        f"<li><strong>{escape(name)}</strong>: {escape(words)}</li>" for name, words in report["weights_absent"].items()
    )
    missing = f"<h3>Weights absent</h3><ul>{absent}</ul>" if absent else ""
    return section("Feature networks", table(["network", "size", "resize", "weights"], rows) + missing)
