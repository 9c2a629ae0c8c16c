"""A utility study as one HTML page: a verdict in words, Dice by arm, by class, and the other way round."""

from __future__ import annotations

from html import escape
from typing import Any

from cosimgen_monai.reports.pages.elements import document, section, table, verdict_section
from cosimgen_monai.reports.utility.verdict import utility_verdict


def utility_page(report: dict[str, Any]) -> str:
    """Return the page. It shows figures only, no image and no name of a group."""
    held_out = report["held_out"]
    heading = (
        f"<h1>What generated pairs are worth on {escape(report['dataset'])}</h1>"
        f'<p class="soft">{escape(report["network"])} segmenters, {report["steps"]} steps of {report["batch_size"]} '
        f"pairs in every arm, {report['num_seeds']} seed(s) an arm, tested on {held_out['pairs']} held-out real pairs "
        f"of {held_out['groups']} {escape(report['group_name'])}(s), {report['image_size']} × {report['image_size']}, "
        f"seed {report['seed']}.</p>"
    )
    sections = [verdict_section(utility_verdict(report))]
    for share in report["shares"]:
        sections += [_arms(share, report), _classes(share, report), _on_generated(share)]
    return document(f"{report['dataset']}: utility", heading, [*sections, _method(report)])


def _title(share: dict[str, Any], what: str) -> str:
    return f"{share['share']:.0%} of the real data: {what}"


def _arms(share: dict[str, Any], report: dict[str, Any]) -> str:
    head = ["arm", "mean Dice", "95 %", "difference", "95 %", "rarest classes", "difference", "95 %", "each seed"]
    rows = []
    for name, arm in share["arms"].items():
        difference = arm["difference"] or {"mean": {}, "rare": {}}
        rows.append(
            [
                escape(name),
                *_cells(arm["dice"]["mean"]),
                *_cells(difference["mean"], signed=True),
                _cells(arm["dice"]["rare"])[0],
                *_cells(difference["rare"], signed=True),
                ", ".join(map(_dice, arm["mean_of_each_seed"])),
            ]
        )
    rare = escape(", ".join(share["rare"])) or "none"
    words = (
        f'<p class="soft">{share["pairs"]} real pairs of {share["groups"]} {escape(report["group_name"])}(s); '
        f"{share['generated']} generated ones, by a generator that has seen these real pairs alone. Differences are to "
        f"the arm {escape(report['baseline'])}. Rarest classes: {rare}.</p>"
    )
    return section(_title(share, "arms"), words + table(head, rows))


def _classes(share: dict[str, Any], report: dict[str, Any]) -> str:
    others = [name for name in share["arms"] if name != report["baseline"]]
    unit = escape(report["resampled"])
    head = ["class", "real pairs with it", f"held-out {unit}s with it", escape(report["baseline"])]
    for name in others:
        head += [escape(name), "difference", "95 %"]
    rows = []
    for name, number in share["pairs_with"].items():
        cells = [escape(name), f"{number:,}" if number else '<span class="none">none</span>']
        cells.append(f"{report['held_out_with'][name]:,}")
        cells.append(_cells(share["arms"][report["baseline"]]["dice"]["classes"][name])[0])
        for other in others:
            arm = share["arms"][other]
            cells.append(_cells(arm["dice"]["classes"][name])[0])
            cells += _cells(arm["difference"]["classes"][name], signed=True)
        rows.append(cells)
    absent = report["not_held_out"]
    words = f"<p>In no held-out pair, so without a figure: {escape(', '.join(absent))}.</p>" if absent else ""
    once = report["held_out_once"]
    words += f"<p>In one held-out {unit} alone, so in no mean: {escape(', '.join(once))}.</p>" if once else ""
    return section(_title(share, "Dice by class"), table(head, rows) + words)


def _on_generated(share: dict[str, Any]) -> str:
    found = share["on_generated"]
    rows = [[escape(name), _dice(row["generated"]), _dice(row["held_out"])] for name, row in found["classes"].items()]
    rows.append(["mean", _dice(found["dice_generated"]), _dice(found["dice_held_out"])])
    ratio = found["ratio"]
    words = "<p>Without a ratio: no class is drawn and found on held-out pairs.</p>"
    if ratio["value"] is not None:
        words = f"<p>Ratio {ratio['value']:.3f} ({_cells(ratio)[1] or 'without an interval'}).</p>"
    note = (
        '<p class="soft">The segmenters of the real arm, tested on generated pairs. They learned from the same real '
        "pairs as the generator, so a ratio above 1 may be copied anatomy as well as clear pictures.</p>"
    )
    return section(
        _title(share, "the other way round"), note + table(["class", "generated", "held-out real"], rows) + words
    )


def _method(report: dict[str, Any]) -> str:
    chosen = "The generator's best weights are chosen by the training pairs' class sets."
    if report["generator_is_given"]:
        chosen = (
            "The generator was given: it learned from the share's real pairs and no others, but its best weights were "
            "chosen by the class sets that its training held out."
        )
    seeds = ", and of the one over the seeds, their squares added" if report["num_seeds"] > 1 else ""
    words = (
        "<p>Dice of a class is 2 |P ∩ T| / (|P| + |T|) with the pixels of all held-out pairs counted together; the "
        "mean is over the classes that two held-out groups hold, background and void left out, and over seeds. The "
        f"intervals of 95 % are Student's, of the standard error over {report['num_resamples']:,} paired bootstrap "
        f"resamples of the held-out {escape(report['resampled'])}s, each of one fewer than there are (Rao and Wu "
        f"1988){seeds}; both arms of a difference are resampled alike. Each arm takes the same number of steps, so "
        "that more data is not more training, and the same augmentation; real pairs are stored in 8-bit steps as "
        f"generated ones are. {chosen}</p>"
    )
    rows = [
        [
            escape(name),
            f"{arm['real_pairs']} of {report['batch_size']}",
            escape(arm["mix"]) if arm["real"] < 1 else "",
            f"{arm['finish_on_real']:.0%}",
        ]
        for name, arm in report["arms"].items()
    ]
    head = ["arm", "real pairs of a batch", "class sets of the others", "steps at the end on real pairs alone"]
    return section("How it was measured", words + table(head, rows))


def _dice(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _cells(figure: dict[str, Any], signed: bool = False) -> list[str]:
    """Return a figure and its interval as two cells."""
    if figure.get("value") is None:
        return ["–", ""]
    form = "{:+.3f}" if signed else "{:.3f}"
    if figure["low"] is None:
        return [form.format(figure["value"]), ""]
    value, low, high = (form.format(figure[key]) for key in ("value", "low", "high"))
    return [f"<strong>{value}</strong>" if signed and figure["low"] * figure["high"] > 0 else value, f"{low} to {high}"]
