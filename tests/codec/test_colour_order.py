"""Which class has which colour: borders counted, blends that seem a third class, and the order that spares them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from cosimgen_monai.codec import VOID, ClassTable, colour_order, fibonacci_palette
from cosimgen_monai.codec.colour_order import borders, shares_of_thirds


def table(num_classes: int, void: bool = False) -> ClassTable:
    names = ("background", *(f"class {i}" for i in range(1, num_classes)))
    return ClassTable(names=names, background=0, has_void=void)


def of_cost(order: list[int], touching: np.ndarray, mistaken: np.ndarray) -> float:
    pairs = itertools.combinations(range(len(order)), 2)
    return float(sum(touching[a, b] * mistaken[order[a], order[b]] for a, b in pairs))


def random_labels(num_classes: int, seed: int) -> np.ndarray:
    """Two classes a label, so that classes touch some classes and not others."""
    rng = np.random.default_rng(seed)
    pairs = rng.integers(0, num_classes, (num_classes, 1, 1, 2))
    return np.repeat(np.repeat(pairs, 4, axis=-1), 8, axis=-2).astype(np.uint8)


def test_borders_are_the_neighbouring_pixels_of_two_classes() -> None:
    label = np.array([[[[0, 0, 1], [2, 2, 1], [VOID, 2, 2]]]], np.uint8)
    found = borders(label, table(3, void=True))
    expected = np.zeros((4, 4))
    for one, other, number in ((0, 1, 1), (0, 2, 2), (1, 2, 2), (2, 3, 2)):
        expected[one, other] = expected[other, one] = number
    assert found.tolist() == expected.tolist()
    assert borders(label, table(3)).tolist() == expected[:3, :3].tolist()  # a void without a colour


def test_the_share_of_a_blend_that_seems_a_third_class() -> None:
    line = torch.tensor([[-1.0, 0, 0], [1.0, 0, 0], [0.0, 0, 0], [0.0, 1, 1]])
    found = shares_of_thirds(line)
    assert found[0, 1] == pytest.approx(0.5, abs=0.02)  # the third lies in the middle and has half of it
    assert found[0, 2] == found[1, 2] == 0
    assert np.array_equal(found, found.T)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_hardly_any_other_order_of_few_colours_is_better(seed: int) -> None:
    classes, labels = table(7), random_labels(7, seed)
    touching, mistaken = borders(labels, classes), shares_of_thirds(fibonacci_palette(7))
    costs = sorted(of_cost(list(order), touching, mistaken) for order in itertools.permutations(range(7)))
    found = of_cost(colour_order(labels, classes), touching, mistaken)
    assert found <= costs[len(costs) // 100] < costs[len(costs) // 2]


def test_classes_that_touch_have_no_third_between_and_the_background_keeps_its_centre() -> None:
    classes, palette = table(14), fibonacci_palette(14, centre=0)
    mistaken = shares_of_thirds(palette)
    one, other = next((a, b) for a in range(1, 14) for b in range(a) if mistaken[a, b] > 0.3)
    labels = np.zeros((2, 1, 8, 8), np.uint8)
    labels[..., 2:5, 2:6], labels[..., 5:7, 2:6] = one, other
    order = colour_order(labels, classes, centre=0)
    assert order[0] == 0
    assert mistaken[order[one], order[other]] == 0
    assert sorted(order) == list(range(14))
    assert order == colour_order(labels.copy(), classes, centre=0)
    assert torch.equal(fibonacci_palette(14, centre=0, order=order), palette[order])


@pytest.mark.parametrize("order", [[0, 1], [0, 1, 1], [0, 1, 3]])
def test_an_order_holds_each_colour_once(order: list[int]) -> None:
    with pytest.raises(ValueError, match="each colour's index below 3 once"):
        fibonacci_palette(3, order=order)
