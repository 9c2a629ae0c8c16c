"""PPV as the paper's tables use it: asked for one class, is it there?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cosimgen_monai.metrics.proportions import wilson_interval


class PPV:
    """Over queries of a single class, the share of masks that hold it; beside it |P ∩ Q| / |P| over masks not empty.

    P is the set of classes drawn, Q the set asked for, the background in neither. Give the classes found as
    :meth:`PresenceRates.found` returns them: an asked class counts as drawn from half of the presence threshold on, any
    other from the whole, which favours both figures. What it cannot tell: what is drawn beside the asked class (the
    second figure does), and how well.
    """

    def __init__(self) -> None:
        self.single = self.single_hits = self.queries = 0
        self._precision = 0.0

    def update(self, asked: Sequence[int], found: Sequence[int]) -> None:
        """Count one sample: ids asked for, and ids found in its mask."""
        if len(asked) == 1:
            self.single += 1
            self.single_hits += asked[0] in found
        if found:
            self.queries += 1
            self._precision += len(set(asked) & set(found)) / len(found)

    def compute(self) -> dict[str, Any]:
        """Return ``ppv`` (``None`` without queries of a single class) with its interval and N, and ``precision``."""
        return {
            "ppv": self.single_hits / self.single if self.single else None,
            "ppv_interval": wilson_interval(self.single_hits, self.single),
            "single_class_queries": self.single,
            "precision": self._precision / self.queries if self.queries else None,
            "masks_with_classes": self.queries,
        }
