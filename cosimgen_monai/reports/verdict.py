"""An evaluation in plain words: what is good, what is not, what cannot be told."""

from __future__ import annotations

from typing import Any

GOOD, BAD, OPEN = "good", "bad", "open"
FEW_GROUPS = 10
Sentence = tuple[str, str]
"""A mark (good, bad, open) and a sentence."""


def verdict_of(report: dict[str, Any]) -> list[Sentence]:
    """Return the sentences that stand on top of a report."""
    sentences = [
        _memorised(report["memorisation"]),
        *_asked(report["presence"]),
        *_realistic(report),
        *_diverse(report),
        *_agrees(report["agreement"]),
        *_never_drawn(report["sfid"]),
    ]
    few = min(report["n"]["real"], report["n"]["generated"])
    if few < 500:
        sentences.append(
            (OPEN, f"The smaller set has {few} images: read every distance against its floor, never alone.")
        )
    groups = report["n"]["real_groups"]
    if groups < FEW_GROUPS:
        words = f"The floors rest on {groups} {report['group_name']}(s), which differ: --real_part all may have more."
        sentences.append((OPEN, words))
    if report["weights_absent"]:
        names = ", ".join(report["weights_absent"])
        sentences.append((OPEN, f"The field's standard figures are not measured: weights absent ({names})."))
    return sentences


def _memorised(found: dict[str, Any] | None) -> Sentence:
    if found is None:
        return OPEN, "Whether it memorised cannot be told: no real image of this comparison is held out from training."
    share = f"{found['share_suspect']:.1%} of its images are nearer to a training image than 99 % of held-out ones are"
    if found["flagged"]:
        return BAD, f"It may have memorised: {share}. Look at the nearest training images before sharing anything."
    return GOOD, f"No sign of memorised images: {share} (5 % are allowed)."


def _asked(presence: dict[str, Any] | None) -> list[Sentence]:
    if presence is None:
        return [(OPEN, "Whether it draws what it is asked for cannot be told: the folder has no manifest.")]
    hit, extra, usual = presence["hit_rate"], presence["unrequested_rate"], presence["unrequested_rate_real"]
    sentences = []
    if hit is not None:
        sentences.append((GOOD if hit >= 0.9 else BAD, f"Of the classes asked for, {hit:.1%} are there."))
    if extra is not None:
        beside = f"; real images with the same classes hold others in {usual:.1%}" if usual is not None else ""
        words = f"Classes that nobody asked for are there in {extra:.1%} of the cases{beside}."
        sentences.append((GOOD if extra <= max(0.1, usual or 0) else BAD, words))
    return sentences


def _realistic(report: dict[str, Any]) -> list[Sentence]:
    figure = _main(report, "kernel_")
    if figure is None or figure["floor"] is None:
        return []
    excess = figure["value"] - figure["floor"]
    tolerance = 2 * ((figure["std"] or 0) ** 2 + (figure["floor_std"] or 0) ** 2) ** 0.5
    words = f"kernel distance {figure['value']:.3g}, two halves of the real images {figure['floor']:.3g}"
    if excess <= tolerance:
        return [(GOOD, f"Its images are no farther from the real ones than real ones are from each other ({words}).")]
    return [(BAD, f"Its images can be told from real ones ({words}).")]


def _diverse(report: dict[str, Any]) -> list[Sentence]:
    sentences = []
    figure = _main(report, "ms_ssim")
    if figure is not None:
        alike = figure["value"] > figure["floor"] + 0.05
        words = f"similarity of two of its images {figure['value']:.2f}, of two real ones {figure['floor']:.2f}"
        head = "Its images are too much alike" if alike else "Its images are as diverse as real ones"
        sentences.append((BAD if alike else GOOD, f"{head} ({words})."))
    return sentences


def _agrees(agreement: dict[str, Any]) -> list[Sentence]:
    own, shuffled = agreement["mean"], agreement["mean_shuffled"]
    if own is None or shuffled is None:
        return []
    words = f"{own:.2f} deviations off under their own masks, {shuffled:.2f} under other images' masks"
    good = own < 0.5 * shuffled
    head = "Images and masks agree" if good else "Images heed their masks too little"
    return [(GOOD if good else BAD, f"{head}: intensities are {words}.")]


def _never_drawn(sfid: dict[str, Any]) -> list[Sentence]:
    missing = sorted({name for rows in sfid.values() for name in rows["never_drawn"]})
    return [(BAD, f"Never drawn, or once: {', '.join(missing)}.")] if missing else []


def _main(report: dict[str, Any], start: str) -> dict[str, Any] | None:
    """Return the first figure of a kind that has a value."""
    known = (row for row in report["figures"] if row["name"].startswith(start) and row["value"] is not None)
    return next(known, None)
