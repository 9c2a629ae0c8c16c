"""From how many pixels a class is there."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cosimgen_monai.codec import VOID, ClassTable, class_areas, presence_of, presence_vector

CLASSES = ClassTable(("background", "liver", "spleen"), background=0, has_void=True)
NO_BACKGROUND = ClassTable(("land", "water", "road"))


def label_with(size: int, class_id: int, pixels: int, elsewhere: int = 0) -> torch.Tensor:
    """A square label with so many pixels of a class."""
    flat = torch.full((size * size,), elsewhere, dtype=torch.uint8)
    flat[:pixels] = class_id
    return flat.reshape(1, 1, size, size)


@pytest.mark.parametrize(("size", "from_pixels"), [(16, 8), (64, 8), (89, 8), (90, 9), (128, 17), (512, 263)])
def test_present_from_a_thousandth_and_eight_pixels_at_least(size: int, from_pixels: int) -> None:
    assert presence_vector(label_with(size, 1, from_pixels), CLASSES).tolist() == [[0, 1, 0]]
    assert presence_vector(label_with(size, 1, from_pixels - 1), CLASSES).tolist() == [[0, 0, 0]]


def test_background_and_void_are_never_present() -> None:
    assert not presence_vector(label_with(32, 2, 0), CLASSES).any()
    assert not presence_vector(label_with(32, VOID, 32 * 32), CLASSES).any()
    assert presence_vector(label_with(32, VOID, 1000, elsewhere=2), CLASSES).tolist() == [[0, 0, 1]]


def test_class_0_counts_where_no_class_is_background() -> None:
    assert presence_vector(label_with(32, 2, 100), NO_BACKGROUND).tolist() == [[1, 0, 1]]


def test_areas_are_numpys_counts() -> None:
    label = torch.from_numpy(np.random.default_rng(0).choice([0, 1, 2, VOID], (4, 1, 20, 30)).astype(np.uint8))
    expected = [np.bincount(one.numpy().ravel(), minlength=256)[:3].tolist() for one in label]
    assert class_areas(label, 3).tolist() == expected


def test_presence_of_asked_classes() -> None:
    assert presence_of((0, 2), 4).tolist() == [1, 0, 1, 0]
    assert presence_of((), 3).tolist() == [0, 0, 0]


def test_class_table_gives_ids_by_name() -> None:
    assert CLASSES.objects == (1, 2)
    assert CLASSES.ids_of(["spleen", "liver", "spleen"]) == (1, 2)
    assert (CLASSES.num_classes, CLASSES.num_colours, NO_BACKGROUND.num_colours) == (3, 4, 3)
    assert ClassTable(**CLASSES.to_json()) == CLASSES


@pytest.mark.parametrize(("name", "hint"), [("livr", "nearest: 'liver'"), ("background", "'liver', 'spleen'")])
def test_unknown_class_is_answered_with_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(ValueError, match=f"Unknown class '{name}'.*{hint}"):
        CLASSES.ids_of([name])


@pytest.mark.parametrize(
    ("names", "background", "message"),
    [
        (("liver",), None, "2 to 255 classes, got 1"),
        (tuple(map(str, range(256))), None, "2 to 255 classes, got 256"),
        (("liver", "spleen", "liver"), None, r"more than once: \['liver'\]"),
        (("liver; tumour", "spleen"), None, r"no semicolon or line break.*'liver; tumour'"),
        (("liver", "spleen"), 2, "`background` must be a class id below 2, got 2"),
    ],
)
def test_wrong_class_tables_are_refused(names: tuple[str, ...], background: int | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ClassTable(names, background)
