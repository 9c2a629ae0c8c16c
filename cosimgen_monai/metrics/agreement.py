"""Do image and mask agree: is what lies under a class's mask as bright as that class is in real images?"""

from __future__ import annotations

import math
from typing import Any

import torch

from cosimgen_monai.codec import ClassTable, presence_threshold


class MaskIntensity:
    """Mean intensity under each class's mask over a set of pairs, with its own mask and with another image's.

    Sums alone are kept. A class counts in an image from the presence threshold on.

    Args:
        classes: the dataset's classes.
    """

    def __init__(self, classes: ClassTable) -> None:
        self.classes = classes
        zeros = torch.zeros(classes.num_classes, 3, dtype=torch.float64)
        self.sums = {kind: [zeros[:, 0].clone(), zeros.clone(), zeros.clone()] for kind in ("own", "shuffled")}
        self._last: torch.Tensor | None = None

    def update(self, image: torch.Tensor, label: torch.Tensor) -> None:
        """Add a batch of images (B 3 H W, [-1, 1]) and labels (B 1 H W, ids)."""
        self._add("own", image, label)
        # each image under the mask of the image before it; the very first goes without
        masks = label[:-1] if self._last is None else torch.cat([self._last, label[:-1]])
        self._add("shuffled", image[len(image) - len(masks) :], masks)
        self._last = label[-1:]

    def _add(self, kind: str, image: torch.Tensor, label: torch.Tensor) -> None:
        count, total, squares = self.sums[kind]
        threshold = presence_threshold(label.shape[-2] * label.shape[-1])
        for class_id in self.classes.objects:
            mask = label == class_id
            area = mask.sum(dim=(1, 2, 3))
            present = area >= threshold
            if not present.any():
                continue
            means = (image * mask).double().sum(dim=(2, 3))[present] / area[present, None]
            count[class_id] += int(present.sum())
            total[class_id] += means.sum(0).cpu()
            squares[class_id] += means.square().sum(0).cpu()

    def __add__(self, other: MaskIntensity) -> MaskIntensity:
        """Return the statistics of both sets together."""
        both = MaskIntensity(self.classes)
        both.sums = {
            kind: [a + b for a, b in zip(values, other.sums[kind], strict=True)] for kind, values in self.sums.items()
        }
        return both

    def statistics(self, class_id: int, kind: str = "own") -> tuple[int, torch.Tensor, torch.Tensor]:
        """Return the number of images that hold a class, and mean and deviation (3) of its intensity over them."""
        count, total, squares = (values[class_id] for values in self.sums[kind])
        number = int(count)
        mean = total / max(number, 1)
        variance = (squares - number * mean.square()) / max(number - 1, 1)
        return number, mean, variance.clamp(min=0).sqrt()


def standardised_difference(
    real: MaskIntensity, generated: MaskIntensity, class_id: int, kind: str = "own"
) -> float | None:
    """Return the root mean square over channels of (mean generated - mean real) / deviation real.

    ``None`` where a set has no image of the class, or the real ones do not vary (one image, constant images). With
    ``shuffled`` the generated masks are those of other images: a model whose figures are no better than those draws
    masks that its images do not heed.

    What it cannot tell: the place and shape of a mask within tissue of one brightness.
    """
    (_, real_mean, deviation), (number, mean, _) = real.statistics(class_id), generated.statistics(class_id, kind)
    if number == 0 or not _varies(real, class_id):
        return None
    return math.sqrt(float(((mean - real_mean) / deviation).square().mean()))


def _varies(real: MaskIntensity, class_id: int) -> bool:
    """Whether real images tell how much a class's intensity varies; a deviation of rounding errors is none."""
    number, _, deviation = real.statistics(class_id)
    return number >= 2 and not bool((deviation < 1e-6).any())


def agreement(real: MaskIntensity, generated: MaskIntensity) -> dict[str, Any]:
    """Return the figures of every class, and both means over the classes that have both.

    A class that the generated set never draws has none, and its mean would look better for it: ``never_drawn`` names
    those. ``too_few_real`` names the classes that one real image alone holds, or at one intensity in all.
    """
    rows: dict[str, dict[str, Any]] = {
        real.classes.names[i]: {
            "difference": standardised_difference(real, generated, i),
            "difference_shuffled": standardised_difference(real, generated, i, "shuffled"),
            "real_images": real.statistics(i)[0],
            "generated_images": generated.statistics(i)[0],
        }
        for i in real.classes.objects
    }
    held = [i for i in real.classes.objects if rows[real.classes.names[i]]["real_images"]]
    too_few = list(real.classes.names_of(i for i in held if not _varies(real, i)))
    known = [row for row in rows.values() if row["difference"] is not None and row["difference_shuffled"] is not None]

    def mean(key: str) -> float | None:
        return sum(row[key] for row in known) / len(known) if known else None

    return {
        "mean": mean("difference"),
        "mean_shuffled": mean("difference_shuffled"),
        "never_drawn": [
            name for name in real.classes.names_of(held) if rows[name] not in known and name not in too_few
        ],
        "too_few_real": too_few,
        "classes": rows,
    }
