"""What a utility study found, in plain words, misses as plainly as gains."""

from __future__ import annotations

from typing import Any

from cosimgen_monai.reports.evaluation.verdict import BAD, FEW_GROUPS, GOOD, OPEN, Sentence

TARGET_RATIO = 0.8
FEW_SEEDS = 5


def utility_verdict(report: dict[str, Any]) -> list[Sentence]:
    """Return the sentences that stand on top of a report."""
    sentences = [sentence for share in report["shares"] for sentence in _share(share, report)]
    groups, name = report["held_out"]["groups"], report["group_name"]
    if groups == 1:
        words = f"Only one {name} is held out: the intervals are over its pairs, and say nothing about another {name}."
        sentences.append((OPEN, words))
    elif groups < FEW_GROUPS:
        sentences.append((OPEN, f"Only {groups} {name}s are held out, which makes the intervals wide and rough."))
    seeds = report["num_seeds"]
    if seeds == 1:
        words = "Each arm has one segmenter: what another seed would give is not in the intervals."
        sentences.append((OPEN, words))
    elif seeds < FEW_SEEDS:
        words = f"Each arm has only {seeds} segmenters, which makes the intervals wide: --num_seeds adds more of them."
        sentences.append((OPEN, words))
    if report["not_held_out"]:
        words = f"No held-out pair holds {', '.join(report['not_held_out'])}: nothing is said of them."
        sentences.append((OPEN, words))
    if report["held_out_once"]:
        names = ", ".join(report["held_out_once"])
        words = f"A single held-out {report['resampled']} holds {names}: in no mean, and without an interval."
        sentences.append((OPEN, words))
    one = "Each share has one generator: what another training of it would give is not in the intervals."
    return [*sentences, (OPEN, one)]


def _share(share: dict[str, Any], report: dict[str, Any]) -> list[Sentence]:
    where = f"With {share['share']:.0%} of the real data ({share['groups']} {report['group_name']}s)"
    sentences = []
    for name, arm in share["arms"].items():
        if arm["difference"] is not None:
            sentences.append(_compared(where, name, arm, share["arms"][report["baseline"]], report["baseline"]))
            if report["arms"][name]["mix"] == "balanced" and share["rare"]:
                sentences.append(_rare(where, name, arm, share["rare"], report["baseline"]))
    return [*sentences, _ratio(where, share["on_generated"])]


def _compared(where: str, name: str, arm: dict[str, Any], baseline: dict[str, Any], baseline_name: str) -> Sentence:
    dice, beside = arm["dice"]["mean"]["value"], baseline["dice"]["mean"]["value"]
    mark, found = _judged(arm["difference"]["mean"])
    if dice is None or beside is None:
        return mark, f"{where}, {name} against {baseline_name}: {found}, since no class is held by two held-out groups."
    words = f"{where}, {name} reaches a mean Dice of {dice:.3f} against {beside:.3f} on {baseline_name} alone"
    return mark, f"{words}: {found}."


def _rare(where: str, name: str, arm: dict[str, Any], rare: list[str], baseline_name: str) -> Sentence:
    mark, found = _judged(arm["difference"]["rare"])
    return mark, f"{where}, on the rarest classes ({', '.join(rare)}), {name} against {baseline_name}: {found}."


def _judged(difference: dict[str, Any]) -> Sentence:
    """Return a mark and a difference in words."""
    value, low, high = (difference[key] for key in ("value", "low", "high"))
    if value is None or low is None:
        return OPEN, "nothing can be said"
    figures = f"{value:+.3f} ({low:+.3f} to {high:+.3f})"
    if low > 0:
        return GOOD, f"generated pairs help, {figures}"
    if high < 0:
        return BAD, f"generated pairs make it worse, {figures}"
    return OPEN, f"no gain can be shown, {figures}"


def _ratio(where: str, found: dict[str, Any]) -> Sentence:
    ratio, low, high = (found["ratio"][key] for key in ("value", "low", "high"))
    if ratio is None:
        return OPEN, (
            f"{where}, no class is both drawn and found on held-out pairs of two groups or more: generated pairs "
            "cannot be judged by it."
        )
    between = "" if low is None else f"{low:.2f} to {high:.2f}; "
    words = (
        f"{where}, the segmenter trained on real pairs keeps {ratio:.2f} of its held-out Dice on generated ones "
        f"({between}{TARGET_RATIO:g} is wanted)."
    )
    if found["never_drawn"]:
        words += f" Never drawn: {', '.join(found['never_drawn'])}."
    return (GOOD if ratio >= TARGET_RATIO else BAD), words
