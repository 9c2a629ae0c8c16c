"""Class ids as nnU-Net v2 wants them: 0 is the background, the last is what to ignore."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cosimgen_monai.codec import VOID, ClassTable


class NnUNetLabels:
    """Ids of a dataset for nnU-Net, which never learns id 0 as an object and ignores the highest, named ``ignore``.

    A table whose background is class 0 keeps its ids. One without a background has all its ids raised by one, so that
    its first class is learnt as the others are. (Its documentation: ``dataset_format.md`` and ``ignore_label.md``.)

    Args:
        classes: the model's classes.

    Attributes:
        names: id of each name, as ``labels`` of ``dataset.json``.
    """

    def __init__(self, classes: ClassTable) -> None:
        self.names: dict[str, int] = {"background": 0}
        ids = np.zeros(256, dtype=np.uint16)
        for new, class_id in enumerate(classes.objects, start=1):
            name = classes.names[class_id]
            # the two names that nnU-Net keeps for itself
            self.names[f"{name} (class)" if name in ("background", "ignore") else name] = new
            ids[class_id] = new
        if classes.has_void:
            self.names["ignore"] = ids[VOID] = len(self.names)
        # 255 classes and a void need a 16th bit
        self._ids = ids.astype(np.min_scalar_type(int(ids.max())))

    def __call__(self, label: NDArray[np.uint8]) -> NDArray[np.integer]:
        """Return a label (H W ids, ``VOID``) in nnU-Net's ids."""
        return self._ids[label]
