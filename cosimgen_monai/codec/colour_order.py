"""Which class has which colour: where two classes touch, the blend of their colours should be no third class's."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import quadratic_assignment

from cosimgen_monai.codec.class_table import VOID, ClassTable
from cosimgen_monai.codec.palette import fibonacci_palette

_BEGINNINGS = 30
_LABELS_AT_ONCE = 256
_SHARES = torch.linspace(0, 1, 101, dtype=torch.float64)[:, None]


def colour_order(labels: NDArray[np.uint8], classes: ClassTable, centre: int | None = None) -> list[int]:
    """Return which colour of the F-RGB palette each class takes, by what touches what in the training labels.

    A drawn mask blends two classes' colours along their border. The order makes

        Σ_{a<b} T_ab S_{o(a) o(b)}

    small: T_ab, the border of classes a and b, S_kl, the share of the blends of colours k and l that lie nearest to a
    third. It is a quadratic assignment problem (Koopmans and Beckmann 1957), which SciPy solves nearly, from several
    beginnings (FAQ: Vogelstein et al. 2015). The same labels give the same order.

    Args:
        labels: ids, N 1 H W.
        classes: the classes.
        centre: the class that keeps the cube's centre, see :func:`fibonacci_palette`.

    Returns:
        Indices of colours, one a class and one for the void where there is one.
    """
    touching = borders(labels, classes)
    mistaken = shares_of_thirds(fibonacci_palette(classes.num_colours, centre=centre))
    kept = np.array([] if centre is None else [(centre, centre)], int).reshape(-1, 2)
    options = {"P0": "randomized", "rng": np.random.default_rng(0), "partial_match": kept}
    found = [quadratic_assignment(touching, mistaken, options=options) for _ in range(_BEGINNINGS)]
    order: list[int] = min(found, key=lambda result: result.fun).col_ind.tolist()
    return order


def borders(labels: NDArray[np.uint8], classes: ClassTable) -> NDArray[np.float64]:
    """Count the neighbouring pixels, beside and above each other, of each two classes.

    Args:
        labels: ids, N 1 H W.
        classes: the classes.

    Returns:
        Symmetric, c x c with zeros on the diagonal, the void's row the last where there is one.
    """
    size = classes.num_colours
    counts = np.zeros((size, size))
    for start in range(0, len(labels), _LABELS_AT_ONCE):
        block = np.asarray(labels[start : start + _LABELS_AT_ONCE]).astype(np.int64)
        block[block == VOID] = classes.num_classes
        for one, other in ((block[..., 1:], block[..., :-1]), (block[..., 1:, :], block[..., :-1, :])):
            inside = (one < size) & (other < size)  # a void without a colour
            counts += np.bincount(one[inside] * size + other[inside], minlength=size * size).reshape(size, size)
    np.fill_diagonal(counts, 0)
    return counts + counts.T


def shares_of_thirds(palette: torch.Tensor) -> NDArray[np.float64]:
    """Return the share of the blends of each two colours (c x 3) that lie nearest to a third's: symmetric, c x c."""
    colours = palette.double()
    index = torch.arange(len(colours))
    shares = torch.empty(len(colours), len(colours), dtype=torch.float64)
    for k, colour in enumerate(colours):
        blends = _SHARES * colour + (1 - _SHARES) * colours[:, None]  # c x 101 x 3
        nearest = torch.cdist(blends, colours[None].expand(len(colours), -1, -1)).argmin(-1)
        shares[k] = ((nearest != k) & (nearest != index[:, None])).double().mean(-1)
    return ((shares + shares.T) / 2).numpy()
