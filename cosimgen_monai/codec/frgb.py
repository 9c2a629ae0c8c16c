"""Labels as colours and back: the mask half of the pair that the diffusion model sees."""

from __future__ import annotations

import torch

from cosimgen_monai.codec.class_table import VOID
from cosimgen_monai.codec.mean_field import mean_field_index


def encode_frgb(label: torch.Tensor, palette: torch.Tensor, num_classes: int) -> torch.Tensor:
    """Colour a label.

    Args:
        label: class ids, B 1 H W, ``VOID`` where the palette has a colour for it.
        palette: colours, c x 3 (or c + 1 x 3 with the void's last), [-1, 1].
        num_classes: number of classes c.

    Returns:
        B 3 H W, in the palette's dtype.

    Raises:
        ValueError: if a label holds an id that has no colour.
    """
    index = label[:, 0].long()
    void = (index == VOID) & (palette.shape[0] > num_classes)
    colourless = (index < 0) | (index >= num_classes) & ~void
    if colourless.any():
        raise ValueError(
            f"A label holds id {int(index[colourless][0])}, which has no colour: the palette has {palette.shape[0]} "
            f"colours for ids 0 to {num_classes - 1}{' and the void' if palette.shape[0] > num_classes else ''}."
        )
    return palette[torch.where(void, num_classes, index)].permute(0, 3, 1, 2)


def decode_frgb(colours: torch.Tensor, palette: torch.Tensor, num_classes: int, smoothing: float = 0.0) -> torch.Tensor:
    """Return the class of each pixel: that of the nearest colour, or with smoothing the most probable one.

    Args:
        colours: B 3 H W.
        palette: colours, c x 3 (or c + 1 x 3 with the void's last), [-1, 1].
        num_classes: number of classes c.
        smoothing: how much neighbours count where colours are noisy, see :func:`mean_field_index`; 0 for not at all.
            At 14 classes and Gaussian noise of 0.25, 0 gets 94 to 95 % of the pixels right and 1.4 gets 99.9 %.

    Returns:
        uint8 ids, B 1 H W, ``VOID`` where it is the void's colour.
    """
    # argmin |x - p|^2 = argmin |p|^2 - 2 x.p: |x|^2 is the same for all colours of a pixel
    scores = palette.square().sum(1)[None, :, None, None] - 2 * torch.einsum("bkhw,ck->bchw", colours.float(), palette)
    if smoothing > 0:
        distances = (scores + colours.float().square().sum(1, keepdim=True)).clamp(min=0)
        index = mean_field_index(distances, smoothing)
    else:
        index = scores.argmin(dim=1, keepdim=True)
    return torch.where(index == num_classes, VOID, index).to(torch.uint8)
