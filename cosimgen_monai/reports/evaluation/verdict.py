"""An evaluation in plain words: what is good, what is not, what cannot be told."""

from __future__ import annotations

from typing import Any

from cosimgen_monai.reports.evaluation.remarks import UNASKED

GOOD, BAD, OPEN = "good", "bad", "open"
FEW_GROUPS = 10
FEW_IMAGES = 100
"""Below so many, a set that is no worse than real ones may only be too small to tell."""
NO_BETTER, CLEARLY_BETTER = 0.1, 0.5
"""Parts of the way from chance to perfection."""
UNTELLING_CHANCE = 0.1
"""Above such a share of suspects by chance, none are no good news."""
Sentence = tuple[str, str]
"""A mark (good, bad, open) and a sentence."""


def verdict_of(report: dict[str, Any]) -> list[Sentence]:
    """Return the sentences that stand on top of a report."""
    sentences = [
        *_memorised(report["memorisation"]),
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
    sentences += _few_groups(report)
    if report["weights_absent"]:
        names = ", ".join(report["weights_absent"])
        sentences.append((OPEN, f"The field's standard figures are not measured: weights absent ({names})."))
    return sentences


def _memorised(found: dict[str, Any] | None) -> list[Sentence]:
    if found is None:
        words = "Whether it memorised cannot be told: no real image of this comparison is held out from training."
        return [(OPEN, words)]
    share = f"{found['share_suspect']:.1%} of its images are nearer to a training image than 99 % of held-out ones are"
    chance, copied = found["share_by_chance"], _copied(found)
    if found["flagged_suspects"]:
        advice = "Look at the nearest training images before sharing anything."
        if found["share_suspect"] <= chance:
            advice = (
                f"But of so few images chance alone may give {chance:.0%}: look at the nearest training images, or "
                "compare more."
            )
        return [(BAD, f"It may have memorised: {share}. {advice}"), *copied]
    if copied:  # nothing good can be said of such a set
        return copied
    if chance > UNTELLING_CHANCE:
        words = f"Too few images to tell whether it memorised: {share}, and chance alone may give {chance:.0%}. Look at"
        return [(OPEN, f"{words} the nearest training images.")]
    return [(GOOD, f"No sign of memorised images: {share} (5 % are allowed).")]


def _copied(found: dict[str, Any]) -> list[Sentence]:
    if not found["flagged_copies_of_held_out"]:
        return []
    share = f"{found['copies_of_held_out']:.1%} of its images are copies of the very images that they are compared with"
    return [(BAD, f"{share}: it is no generated set, or its model knew them.")]


def _asked(presence: dict[str, Any] | None) -> list[Sentence]:
    if presence is None:
        return [(OPEN, f"Whether it draws what it is asked for cannot be told: {UNASKED}.")]
    hit, extra, usual = presence["hit_rate"], presence["unrequested_rate"], presence["unrequested_rate_real"]
    heard = _heard(presence["presence_f1"], presence["presence_f1_chance"])
    good = OPEN if heard and heard[0] == BAD else GOOD  # many classes are there anyway
    sentences = []
    if hit is not None:
        sentences.append((good if hit >= 0.9 else BAD, f"Of the classes asked for, {hit:.1%} are there."))
    if extra is not None:
        beside = f"; real images with the same classes hold others in {usual:.1%}" if usual is not None else ""
        words = f"Classes that nobody asked for are there in {extra:.1%} of the cases{beside}."
        sentences.append((good if extra <= max(0.1, usual or 0) else BAD, words))
    return sentences + ([heard] if heard else [])


def _heard(f1: float | None, chance: float | None) -> Sentence | None:
    """Return whether masks fit their own request better than others'."""
    if f1 is None or chance is None or chance >= 1:  # of one and the same request, none is another's
        return None
    words = f"presence F1 {f1:.2f} with the request of each mask, {chance:.2f} with another's"
    gain = (f1 - chance) / (1 - chance)
    if gain < NO_BETTER:
        return BAD, f"It does not draw what it is asked for: {words}."
    if gain < CLEARLY_BETTER:
        return OPEN, f"What it is asked for is heard a little: {words}."
    return GOOD, f"It draws what it is asked for: {words}."


def _realistic(report: dict[str, Any]) -> list[Sentence]:
    figure = _main(report, "kernel_")
    if figure is None or figure["floor"] is None:
        return []
    excess = figure["value"] - figure["floor"]
    tolerance = 2 * ((figure["std"] or 0) ** 2 + (figure["floor_std"] or 0) ** 2) ** 0.5
    words = f"kernel distance {figure['value']:.3g}, two halves of the real images {figure['floor']:.3g}"
    if excess > tolerance:
        return [(BAD, f"Its images can be told from real ones ({words}).")]
    few, groups = min(figure["n_generated"], *figure["n_floor"]), report["n"]["real_groups"]
    if few < FEW_IMAGES:
        return [(OPEN, f"Too few images, {few} in the smallest set, to tell its images from real ones ({words}).")]
    floor_is_theirs = report["halves_by"] == report["group_name"]  # it is what so few happen to differ by
    if groups < FEW_GROUPS and floor_is_theirs:
        so_few = f"{groups} {report['group_name']}(s)"
        return [(OPEN, f"Its images cannot be told from real ones by so few as {so_few} ({words}).")]
    if excess > 0:  # the tolerance is of the spread over subsets, wider than the error of their mean
        hardly = "Its images are hardly farther from the real ones than those are from each other"
        return [(OPEN, f"{hardly}; whether they are, so many images do not tell ({words}).")]
    return [(GOOD, f"Its images are no farther from the real ones than real ones are from each other ({words}).")]


def _diverse(report: dict[str, Any]) -> list[Sentence]:
    sentences = []
    figure = _main(report, "ms_ssim")
    if figure is not None:
        more = figure["value"] - figure["floor"]
        words = f"similarity of two of its images {figure['value']:.2f}, of two real ones {figure['floor']:.2f}"
        if more > 0.05:
            sentences.append((BAD, f"Its images are too much alike ({words})."))
        elif more < -0.1:
            sentences.append((OPEN, f"Its images are less alike than real ones, as noise is too ({words})."))
        else:
            sentences.append((GOOD, f"Its images are as diverse as real ones ({words})."))
    return sentences


def _few_groups(report: dict[str, Any]) -> list[Sentence]:
    groups, name, by = report["n"]["real_groups"], report["group_name"], report["halves_by"]
    remedy = ""
    if report["real_part"] != "all":
        trained = "the model was trained on many of them: copies of those would score best"
        remedy = f" --real_part all may have more, but {trained}."
    if by != name:  # one group may be too large for a half, however many there are
        return [(OPEN, f"Both real halves hold images of one {name}, so that the floors are too low.{remedy}")]
    if groups < FEW_GROUPS:
        return [(OPEN, f"The floors rest on {groups} {name}(s), which differ.{remedy}")]
    return []


def _agrees(agreement: dict[str, Any]) -> list[Sentence]:
    own, shuffled, floor = (agreement[key] for key in ("mean", "mean_shuffled", "floor"))
    if own is None or shuffled is None:
        return []
    words = f"intensities are {own:.2f} deviations off under their own masks, {shuffled:.2f} under other images' masks"
    if own < 0.5 * shuffled:
        return [(GOOD, f"Images and masks agree: {words}."), *_but_not_by_class(agreement["classes"])]
    if floor is not None and floor >= 0.5 * shuffled:
        apart = f"two halves of the real images are {floor:.2f} apart"
        return [
            (OPEN, f"Brightness tells too little of these masks to say whether images heed them: {words}; {apart}.")
        ]
    return [(BAD, f"Images heed their masks too little: {words}.")]


def _but_not_by_class(classes: dict[str, dict[str, Any]]) -> list[Sentence]:
    failing = [
        f"{name} ({row['difference']:.2f}; {row['difference_shuffled']:.2f} shuffled)"
        for name, row in classes.items()
        if None not in (row["difference"], row["difference_shuffled"])
        and row["difference"] >= 0.5 * row["difference_shuffled"]
    ]
    why = "images heed these masks too little, or brightness tells too little of them"
    return [(OPEN, f"But not by class: {', '.join(failing)}: {why}.")] if failing else []


def _never_drawn(sfid: dict[str, Any]) -> list[Sentence]:
    missing = sorted({name for rows in sfid.values() for name in rows["never_drawn"]})
    return [(BAD, f"Never drawn, or once: {', '.join(missing)}.")] if missing else []


def _main(report: dict[str, Any], start: str) -> dict[str, Any] | None:
    """Return the first figure of a kind that has a value."""
    known = (row for row in report["figures"] if row["name"].startswith(start) and row["value"] is not None)
    return next(known, None)
