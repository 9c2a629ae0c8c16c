"""Labels at a higher resolution: the nearest colour among the classes that stand nearby in the low-resolution label."""

from __future__ import annotations

import torch
from torch.nn.functional import interpolate, max_pool2d

from cosimgen_monai.codec.class_table import VOID


def decode_nearby(
    colours: torch.Tensor, palette: torch.Tensor, num_classes: int, low_label: torch.Tensor, reach: int = 1
) -> torch.Tensor:
    """Return the class of each pixel: that of the nearest colour among the classes in its low-resolution neighbourhood.

    Colours between two classes often lie nearest to a third one's; over all classes such pixels would become ghosts of
    classes that are nowhere near.

    Args:
        colours: B 3 kH kW.
        palette: colours, c x 3 (or c + 1 x 3 with the void's last), [-1, 1].
        num_classes: number of classes c.
        low_label: uint8 ids, B 1 H W.
        reach: the neighbourhood is (2 reach + 1)² low-resolution pixels.

    Returns:
        uint8 ids, B 1 kH kW; none that is not within ``reach`` of its place in ``low_label``.
    """
    size = [int(side) for side in colours.shape[-2:]]
    best = torch.full_like(colours[:, :1], torch.inf, dtype=torch.float32)
    label = torch.zeros_like(best, dtype=torch.uint8)
    for class_id in torch.unique(low_label).tolist():  # one class at a time: no array of all classes at the large size
        near = max_pool2d((low_label == class_id).float(), 2 * reach + 1, stride=1, padding=reach)
        near = interpolate(near, size, mode="nearest") > 0
        colour = palette[num_classes if class_id == VOID else class_id][None, :, None, None]
        distance = (colours.float() - colour).square().sum(1, keepdim=True)
        nearer = near & (distance < best)
        best = torch.where(nearer, distance, best)
        label = torch.where(nearer, torch.full_like(label, class_id), label)
    return label
