"""What a study found, as figures with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cosimgen_monai.data import PairSource
from cosimgen_monai.utility.arms import Arm
from cosimgen_monai.utility.bootstrap import Resamples, by_group, class_mean, interval
from cosimgen_monai.utility.dice import dice

Figure = dict[str, Any]
"""``value``, ``low`` and ``high``; ``None`` where there is none."""


@dataclass(frozen=True)
class ShareResults:
    """The results of one share of the real data.

    Attributes:
        share: the share of the training groups.
        num_groups: their number.
        presence: zeros and ones of the real pairs, N x c.
        num_generated: generated pairs of an arm.
        counts: by arm, the pixel counts on held-out pairs, S x N x 3 x c.
        on_generated: those of the real arm's segmenters on generated pairs, S x M x 3 x c.
    """

    share: float
    num_groups: int
    presence: NDArray[np.uint8]
    num_generated: int
    counts: dict[str, NDArray[np.int64]]
    on_generated: NDArray[np.int64]


@dataclass(frozen=True)
class StudyResults:
    """The results of all shares.

    Attributes:
        source: the dataset.
        arms: the arms, that on real pairs alone first.
        groups: the group of each held-out pair.
        shares: the results by share.
        num_rare: how many of the rarest classes are looked at by themselves.
        num_resamples: resamples of the bootstrap.
        seed: its seed.
        settings: what else stands in the report.
    """

    source: PairSource
    arms: Sequence[Arm]
    groups: Sequence[str]
    shares: Sequence[ShareResults]
    num_rare: int
    num_resamples: int
    seed: int
    settings: dict[str, Any]

    def report(self) -> dict[str, Any]:
        """Return all figures, without any group's name."""
        classes, num_groups = self.source.classes, len(set(self.groups))
        tested = self._tested()
        return {
            "dataset": self.source.name,
            "group_name": self.source.group_name,
            **self.settings,
            "seed": self.seed,
            "arms": {
                arm.name: {"real": arm.real, "mix": arm.mix, "finish_on_real": arm.finish_on_real} for arm in self.arms
            },
            "baseline": self.arms[0].name,
            "held_out": {"pairs": len(self.groups), "groups": num_groups},
            "resampled": self.source.group_name if num_groups > 1 else "pair",
            "num_resamples": self.num_resamples,
            "not_held_out": list(classes.names_of(i for i in classes.objects if i not in tested)),
            "shares": [self._share(share, tested) for share in self.shares],
        }

    def _tested(self) -> list[int]:
        """Return the ids of the objects that held-out pairs hold."""
        true = self.shares[0].counts[self.arms[0].name][0, :, 2].sum(0)
        return [i for i in self.source.classes.objects if true[i]]

    def _units(self) -> Sequence[str]:
        """What is resampled: groups, or pairs where there is a single group."""
        return self.groups if len(set(self.groups)) > 1 else [f"{i:09d}" for i in range(len(self.groups))]

    def _share(self, results: ShareResults, tested: list[int]) -> dict[str, Any]:
        grouped = {name: by_group(counts, self._units()) for name, counts in results.counts.items()}
        num_seeds, num_groups = next(iter(grouped.values())).shape[:2]
        resamples = Resamples.draw(num_groups, num_seeds, self.num_resamples, self.seed)
        values = {name: _mean_dice(counts) for name, counts in grouped.items()}
        resampled = {name: resamples.dice(counts) for name, counts in grouped.items()}
        rare = self._rare(results, tested)
        baseline = self.arms[0].name
        arms = {}
        for name in values:
            difference = values[name] - values[baseline], resampled[name] - resampled[baseline]
            arms[name] = {
                "dice": self._figures(values[name], resampled[name], tested, rare),
                "difference": None if name == baseline else self._figures(*difference, tested, rare),
                "mean_of_each_seed": [_known(class_mean(dice(c.sum(0)), tested)) for c in grouped[name]],
            }
        return {
            "share": results.share,
            "groups": results.num_groups,
            "pairs": len(results.presence),
            "generated": results.num_generated,
            "rare": list(self.source.classes.names_of(rare)),
            "pairs_with": {self.source.classes.names[i]: int(results.presence[:, i].sum()) for i in tested},
            "arms": arms,
            "on_generated": self._on_generated(results, grouped[baseline], resamples, tested),
        }

    def _figures(
        self, values: NDArray[np.float64], resampled: NDArray[np.float64], tested: list[int], rare: list[int]
    ) -> dict[str, Any]:
        """Return the mean over the tested classes, over the rare ones, and each class, with intervals."""
        return {
            "mean": _figure(class_mean(values, tested), class_mean(resampled, tested)),
            "rare": _figure(class_mean(values, rare), class_mean(resampled, rare)),
            "classes": {self.source.classes.names[i]: _figure(values[i], resampled[:, i]) for i in tested},
        }

    def _rare(self, results: ShareResults, tested: list[int]) -> list[int]:
        """Return the classes in the fewest of the share's real pairs, of those that some hold."""
        number = results.presence.sum(axis=0)
        return sorted((i for i in tested if number[i]), key=lambda i: (number[i], i))[: self.num_rare]

    def _on_generated(
        self, results: ShareResults, held_out: NDArray, resamples: Resamples, tested: list[int]
    ) -> dict[str, Any]:
        """Return the real arm's Dice on generated pairs over that on held-out ones, over the classes that both hold."""
        drawn = results.on_generated
        others = Resamples.draw(drawn.shape[1], drawn.shape[0], self.num_resamples, self.seed + 1)
        others = Resamples(others.groups, resamples.seeds)  # the same segmenters are tested on both
        ids = [i for i in tested if drawn[0, :, 2, i].sum()]
        value = class_mean(_mean_dice(drawn), ids), class_mean(_mean_dice(held_out), ids)
        resampled = class_mean(others.dice(drawn), ids), class_mean(resamples.dice(held_out), ids)
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = _figure(value[0] / value[1], resampled[0] / resampled[1])
        dices = {"generated": _mean_dice(drawn), "held_out": _mean_dice(held_out)}
        names = self.source.classes.names
        return {
            "ratio": ratio,
            "dice_generated": _known(value[0]),
            "dice_held_out": _known(value[1]),
            "classes": {names[i]: {key: _known(both[i]) for key, both in dices.items()} for i in ids},
            "never_drawn": [names[i] for i in tested if i not in ids],
        }


def _mean_dice(counts: NDArray) -> NDArray[np.float64]:
    """Return the Dice of each class over all groups, the mean over seeds, of counts S x G x 3 x c."""
    means: NDArray[np.float64] = dice(counts.sum(axis=1)).mean(axis=0)
    return means


def _known(value: Any) -> float | None:
    """Return a figure as JSON knows it: ``None`` where there is nothing to divide by."""
    return float(value) if np.isfinite(value) else None


def _figure(value: Any, resampled: NDArray[np.float64]) -> Figure:
    between = interval(resampled)
    if _known(value) is None or between is None:
        return {"value": None, "low": None, "high": None}
    return {"value": float(value), "low": between[0], "high": between[1]}
