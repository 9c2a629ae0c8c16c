"""What a study found, as figures with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cosimgen_monai.data import PairSource
from cosimgen_monai.utility.arms import Arm
from cosimgen_monai.utility.bootstrap import Estimate, Resamples, by_group

Figure = dict[str, Any]
"""``value``, ``low`` and ``high``; ``None`` where there is none."""
_FEWEST = 2
"""Held-out groups that have to hold a class for it to have an interval, and to be in a mean that has one."""


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
                arm.name: {
                    "real": arm.real,
                    "mix": arm.mix,
                    "finish_on_real": arm.finish_on_real,
                    "real_pairs": arm.num_real(0, self.settings["steps"], self.settings["batch_size"]),
                }
                for arm in self.arms
            },
            "baseline": self.arms[0].name,
            "held_out": {"pairs": len(self.groups), "groups": num_groups},
            "resampled": self.source.group_name if num_groups > 1 else "pair",
            "num_resamples": self.num_resamples,
            "held_out_with": {classes.names[i]: number for i, number in tested.items()},
            "not_held_out": list(classes.names_of(i for i in classes.objects if i not in tested)),
            "held_out_once": list(classes.names_of(i for i, number in tested.items() if number < _FEWEST)),
            "shares": [self._share(share, tested) for share in self.shares],
        }

    def _tested(self) -> dict[int, int]:
        """Return the ids of the objects that held-out pairs hold, and how many groups hold each."""
        true = by_group(self.shares[0].counts[self.arms[0].name][:1], self._units())[0, :, 2]
        held = (true > 0).sum(axis=0)
        return {i: int(held[i]) for i in self.source.classes.objects if held[i]}

    def _units(self) -> Sequence[str]:
        """What is resampled: groups, or pairs where there is a single group."""
        return self.groups if len(set(self.groups)) > 1 else [f"{i:09d}" for i in range(len(self.groups))]

    def _share(self, results: ShareResults, tested: dict[int, int]) -> dict[str, Any]:
        grouped = {name: by_group(counts, self._units()) for name, counts in results.counts.items()}
        baseline = self.arms[0].name
        resamples = Resamples.draw(grouped[baseline].shape[1], self.num_resamples, self.seed)
        found = {name: resamples.dice(counts) for name, counts in grouped.items()}
        rare = self._rare(results, tested)
        arms = {}
        for name, estimate in found.items():
            difference = None if name == baseline else self._figures(estimate - found[baseline], tested, rare)
            arms[name] = {
                "dice": self._figures(estimate, tested, rare, limits=(0, 1)),
                "difference": difference,
                "mean_of_each_seed": [_known(value) for value in estimate.class_mean(_in_means(tested)).by_seed],
            }
        return {
            "share": results.share,
            "groups": results.num_groups,
            "pairs": len(results.presence),
            "generated": results.num_generated,
            "rare": list(self.source.classes.names_of(rare)),
            "pairs_with": {self.source.classes.names[i]: int(results.presence[:, i].sum()) for i in tested},
            "arms": arms,
            "on_generated": self._on_generated(results, found[baseline], tested),
        }

    def _figures(
        self, found: Estimate, tested: dict[int, int], rare: list[int], limits: tuple[float, float] = (-1, 1)
    ) -> dict[str, Any]:
        """Return the mean over the classes, over the rare ones, and each class, with intervals within limits."""
        names = self.source.classes.names
        return {
            "mean": _figure(found.class_mean(_in_means(tested)), _fewest(tested, _in_means(tested)), limits),
            "rare": _figure(found.class_mean(rare), _fewest(tested, rare), limits),
            "classes": {names[i]: _figure(found.of_class(i), number, limits) for i, number in tested.items()},
        }

    def _rare(self, results: ShareResults, tested: dict[int, int]) -> list[int]:
        """Return the classes in the fewest of the share's real pairs, of those that some hold."""
        number = results.presence.sum(axis=0)
        return sorted((i for i in _in_means(tested) if number[i]), key=lambda i: (number[i], i))[: self.num_rare]

    def _on_generated(self, results: ShareResults, held_out: Estimate, tested: dict[int, int]) -> dict[str, Any]:
        """Return the real arm's Dice on generated pairs over that on held-out ones, over the classes that both hold."""
        counts = results.on_generated
        drawn = Resamples.draw(counts.shape[1], self.num_resamples, self.seed + 1).dice(counts)
        ids = [i for i in tested if counts[0, :, 2, i].sum()]
        both = [i for i in ids if i in _in_means(tested)]
        means = {"generated": drawn.class_mean(both), "held_out": held_out.class_mean(both)}
        names = self.source.classes.names
        return {
            "ratio": _figure(means["generated"] / means["held_out"], _fewest(tested, both), (0, np.inf)),
            "dice_generated": _known(means["generated"].value),
            "dice_held_out": _known(means["held_out"].value),
            "classes": {
                names[i]: {"generated": _known(drawn.value[i]), "held_out": _known(held_out.value[i])} for i in ids
            },
            "never_drawn": [names[i] for i in tested if i not in ids],
        }


def _in_means(tested: dict[int, int]) -> list[int]:
    return [i for i, number in tested.items() if number >= _FEWEST]


def _fewest(tested: dict[int, int], ids: list[int]) -> int:
    """Return the groups that hold the rarest of some classes: a mean is known no better than that one is."""
    return min((tested[i] for i in ids), default=0)


def _known(value: Any) -> float | None:
    """Return a figure as JSON knows it: ``None`` where there is nothing to divide by."""
    return float(value) if np.isfinite(value) else None


def _figure(estimate: Estimate, num_groups: int, limits: tuple[float, float]) -> Figure:
    between = estimate.interval(num_groups)
    low, high = (None, None) if between is None else (max(between[0], limits[0]), min(between[1], limits[1]))
    return {"value": _known(estimate.value), "low": low, "high": high}
