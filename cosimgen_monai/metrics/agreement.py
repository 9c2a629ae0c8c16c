"""Do image and mask agree: is what lies under a class's mask as bright as that class is in real images?

The paper shows pairs and has no such figure; its formula is this project's own.
"""

from __future__ import annotations

import math
from typing import Any

import torch

from cosimgen_monai.codec import ClassTable, presence_threshold

_SUMS = ("images", "means", "squared means", "spreads")
_CONSTANT = 1e-6
"""A deviation below is one of rounding errors."""


class MaskIntensity:
    """Intensity under each class's mask over a set of pairs, with its own mask and with another image's.

    The other image is the one before, and for the first the last, so that each mask is used once. Sums alone are kept,
    and those two. A class counts in an image from the presence threshold on.

    Args:
        classes: the dataset's classes.
    """

    def __init__(self, classes: ClassTable) -> None:
        self.classes = classes
        zeros = torch.zeros(classes.num_classes, len(_SUMS), 3, dtype=torch.float64)
        self._sums = {"own": zeros, "shuffled": zeros.clone()}
        self._first_image: torch.Tensor | None = None
        self._last_label: torch.Tensor | None = None

    def update(self, image: torch.Tensor, label: torch.Tensor) -> None:
        """Add a batch of images (B 3 H W, [-1, 1]) and labels (B 1 H W, ids)."""
        self._sums["own"] += self._sums_of(image, label)
        if self._last_label is None:
            self._first_image = image[:1]
            self._sums["shuffled"] += self._sums_of(image[1:], label[:-1])
        else:
            self._sums["shuffled"] += self._sums_of(image, torch.cat([self._last_label, label[:-1]]))
        self._last_label = label[-1:]

    def _sums_of(self, image: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        """Return the sums over the images that hold each class, c 4 3."""
        found = torch.zeros(self.classes.num_classes, len(_SUMS), 3, dtype=torch.float64)
        threshold = presence_threshold(label.shape[-2] * label.shape[-1])
        for class_id in self.classes.objects:
            mask = label == class_id
            area = mask.sum(dim=(1, 2, 3))
            present = area >= threshold
            if not present.any():
                continue
            inside, area = (image[present] * mask[present]).double(), area[present, None]
            means = inside.sum(dim=(2, 3)) / area
            spreads = (inside.square().sum(dim=(2, 3)) / area - means.square()).clamp(min=0).sqrt()
            rows = torch.stack([torch.ones_like(means), means, means.square(), spreads], dim=1)
            found[class_id] = rows.sum(0).cpu()
        return found

    def _whole(self, kind: str) -> torch.Tensor:
        """Return the sums of a kind, the first image under the last one's mask among the shuffled."""
        if kind == "own" or self._first_image is None or self._last_label is None:
            return self._sums[kind]
        return self._sums[kind] + self._sums_of(self._first_image, self._last_label)

    def __add__(self, other: MaskIntensity) -> MaskIntensity:
        """Return the statistics of both sets together."""
        both = MaskIntensity(self.classes)
        both._sums = {kind: self._whole(kind) + other._whole(kind) for kind in self._sums}
        return both

    def statistics(self, class_id: int, kind: str = "own") -> tuple[int, torch.Tensor, torch.Tensor]:
        """Return the number of images that hold a class, and mean and deviation (3) of its intensity over them."""
        count, total, squares, _ = self._whole(kind)[class_id]
        number = int(count[0])
        mean = total / max(number, 1)
        variance = (squares - number * mean.square()) / max(number - 1, 1)
        return number, mean, variance.clamp(min=0).sqrt()

    def spread(self, class_id: int) -> float:
        """Return the deviation of a class's intensity within its mask, mean over images and channels; 0 without any."""
        count, _, _, spreads = self._sums["own"][class_id]
        return float((spreads / count.clamp(min=1)).mean())


def standardised_difference(
    real: MaskIntensity, generated: MaskIntensity, class_id: int, kind: str = "own"
) -> float | None:
    """Return the root mean square over channels of (mean generated - mean real) / deviation real.

    ``None`` where a set has no image of the class, or the real ones do not vary (one image, constant images). With
    ``shuffled`` the generated masks are those of other images: a model whose figures are no better than those draws
    masks that its images do not heed.

    What it cannot tell: the place and shape of a mask within tissue of one brightness, nor, as it compares means, any
    texture or noise within the mask (:func:`spread_ratio` tells how strong it is).
    """
    (_, real_mean, deviation), (number, mean, _) = real.statistics(class_id), generated.statistics(class_id, kind)
    if number == 0 or not _varies(real, class_id):
        return None
    return math.sqrt(float(((mean - real_mean) / deviation).square().mean()))


def spread_ratio(real: MaskIntensity, generated: MaskIntensity, class_id: int) -> float | None:
    """Return the mean over images of the standard deviation within the mask, generated / real.

    ``None`` where a set has no image of the class, or the real ones are constant there. Below 1: what is drawn is
    smoother than real tissue; above 1: noisier, or the mask reaches into its neighbours. What it cannot tell: the
    texture's pattern.
    """
    usual = real.spread(class_id)
    return generated.spread(class_id) / usual if generated.statistics(class_id)[0] and usual > _CONSTANT else None


def _varies(real: MaskIntensity, class_id: int) -> bool:
    """Whether real images tell how much a class's intensity varies."""
    number, _, deviation = real.statistics(class_id)
    return number >= 2 and not bool((deviation < _CONSTANT).any())


def agreement(real: MaskIntensity, generated: MaskIntensity) -> dict[str, Any]:
    """Return the figures of every class, and both means over the classes that have them.

    A class that the generated set never draws has none, and its mean would look better for it: ``never_drawn`` names
    those. ``too_few_real`` names the classes that one real image alone holds, or at one intensity in all.
    """
    rows: dict[str, dict[str, Any]] = {
        real.classes.names[i]: {
            "difference": standardised_difference(real, generated, i),
            "difference_shuffled": standardised_difference(real, generated, i, "shuffled"),
            "spread_ratio": spread_ratio(real, generated, i),
            "real_images": real.statistics(i)[0],
            "generated_images": generated.statistics(i)[0],
        }
        for i in real.classes.objects
    }
    held = [i for i in real.classes.objects if rows[real.classes.names[i]]["real_images"]]
    too_few = list(real.classes.names_of(i for i in held if not _varies(real, i)))
    known = [row for row in rows.values() if row["difference"] is not None]

    def mean(key: str) -> float | None:
        return sum(row[key] for row in known) / len(known) if known else None

    return {
        "mean": mean("difference"),
        "mean_shuffled": mean("difference_shuffled"),
        "never_drawn": [
            name for name in real.classes.names_of(held) if not rows[name]["generated_images"] and name not in too_few
        ],
        "too_few_real": too_few,
        "classes": rows,
    }
