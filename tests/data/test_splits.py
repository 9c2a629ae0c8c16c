"""No patient is on both sides."""

from __future__ import annotations

import logging
from itertools import pairwise
from types import SimpleNamespace

import pytest

from cosimgen_monai.data import check_groups, share_of_groups, split_items


def source_of(num_groups: int, slices: int = 2) -> SimpleNamespace:
    """A dataset of several items a patient."""
    items = [{"image": f"{g}-{i}", "label": "", "group": f"{g:04d}"} for g in range(num_groups) for i in range(slices)]
    return SimpleNamespace(name="test set", group_name="patient", items=lambda: list(items))


def groups(items: list[dict[str, str]]) -> set[str]:
    return {item["group"] for item in items}


@pytest.mark.parametrize(
    ("num_groups", "val_share", "num_val"), [(2, 0.2, 1), (10, 0.2, 2), (24, 0.2, 5), (4, 0.01, 1), (9, 0.5, 4)]
)
@pytest.mark.parametrize("seed", [0, 1])
def test_whole_patients_are_held_out(num_groups: int, val_share: float, num_val: int, seed: int) -> None:
    source = source_of(num_groups)
    parts = split_items(source, val_share=val_share, seed=seed)
    assert len(groups(parts["val"])) == num_val
    assert not groups(parts["train"]) & groups(parts["val"])
    assert sorted(item["image"] for part in parts.values() for item in part) == sorted(
        i["image"] for i in source.items()
    )


def test_the_draw_is_the_seeds() -> None:
    source = source_of(20)
    assert split_items(source, seed=3) == split_items(source, seed=3)
    assert len({tuple(sorted(groups(split_items(source, seed=seed)["val"]))) for seed in range(5)}) > 1


def test_all_is_said_aloud(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        parts = split_items(source_of(1), split="all")
    assert parts["train"] == parts["val"] != []
    assert "SAME 2 item(s)" in caplog.text


def source_with_lists(*parts: str | None) -> SimpleNamespace:
    source = source_of(len(parts), slices=1)
    items = [{**item, "part": part} if part else item for item, part in zip(source.items(), parts, strict=True)]
    return SimpleNamespace(name="test set", group_name="patient", items=lambda: items)


def test_official_lists_are_followed(caplog: pytest.LogCaptureFixture) -> None:
    parts = split_items(source_with_lists("train", None, "val", "train"), split="official")
    assert {side: sorted(groups(items)) for side, items in parts.items()} == {
        "train": ["0000", "0003"],
        "val": ["0002"],
    }
    assert "1 item(s) of test set are in no official list" in caplog.text


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ((None, None), "test set has no official lists here.*--split all"),
        (("val", "val"), r"official list of the train part is missing or empty.*--split all"),
        (("train",), r"official list of the val part is missing or empty.*--split group"),
    ],
)
def test_lists_that_are_not_there_are_named(parts: tuple, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        split_items(source_with_lists(*parts), split="official")


def test_a_group_on_both_official_sides_is_refused() -> None:
    source = source_with_lists("train", "val")
    for item in source.items():
        item["group"] = "7"
    with pytest.raises(ValueError, match=r"patients are on both sides of the split: \['7'\]"):
        split_items(source, split="official")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"split": "slice"}, "`split` must be 'group', 'official' or 'all', got 'slice'"),
        ({"val_share": 0}, "`val_share` must lie between 0 and 1, got 0"),
        ({"val_share": 1}, "`val_share` must lie between 0 and 1"),
        ({"val_share": float("nan")}, "`val_share` must lie between 0 and 1"),
        ({"val_share": 0.95}, r"holds 4 patient\(s\), too few to hold 4 out.*--split all"),
    ],
)
def test_wrong_options_are_refused(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        split_items(source_of(4), **options)


@pytest.mark.parametrize(
    ("train", "val", "message"),
    [
        ([], ["1"], "train split is empty"),
        (["1"], [], "val split is empty"),
        (["1", "2", "3"], ["3", "2"], r"These patients are on both sides of the split: \['2', '3'\]"),
    ],
)
def test_parts_made_elsewhere_are_checked(train: list[str], val: list[str], message: str) -> None:
    parts = {"train": [{"group": g} for g in train], "val": [{"group": g} for g in val]}
    with pytest.raises(ValueError, match=message):
        check_groups(parts, "patient")


@pytest.mark.parametrize("seed", [0, 1])
def test_a_smaller_share_of_training_patients_lies_within_a_larger_one(seed: int) -> None:
    source = source_of(24)
    shares = (0.1, 0.25, 0.6, 1.0)
    parts = [split_items(source, seed=seed, train_share=share) for share in shares]
    train = [groups(part["train"]) for part in parts]
    assert [len(names) for names in train] == [2, 5, 11, 19]
    assert all(few < more for few, more in pairwise(train))
    assert all(part["val"] == parts[-1]["val"] for part in parts)
    assert parts[-1] == split_items(source, seed=seed)


def test_another_seed_draws_another_share() -> None:
    items = source_of(20).items()
    assert len({tuple(sorted(groups(share_of_groups(items, 0.2, seed)))) for seed in range(5)}) > 1


@pytest.mark.parametrize("share", [0, -0.1, 1.01, "half", True, float("nan")])
def test_a_wrong_share_is_refused(share: object) -> None:
    with pytest.raises(ValueError, match="`train_share` must be above 0 and at most 1"):
        split_items(source_of(4), train_share=share)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="needs a split that holds groups out"):
        split_items(source_of(4), split="all", train_share=0.5)
