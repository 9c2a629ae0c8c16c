"""Seeding by item gives what MONAI's own seeding gives, number for number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from monai.transforms import (
    Compose,
    MapTransform,
    OneOf,
    RandAffined,
    RandFlipd,
    RandGaussianNoised,
    Randomizable,
    RandScaleIntensityd,
    ScaleIntensityRanged,
)

from cosimgen_monai.data import CachedPairs, PairDataset
from cosimgen_monai.data.loading.reseeding import Reseeder

KEYS = ["image", "label"]


class HalfSeeded(Randomizable, MapTransform):
    """A transform that leaves its inner one's seed to chance of its own."""

    def __init__(self) -> None:
        super().__init__("image")
        self.noise = RandGaussianNoised("image", prob=1.0)

    def set_random_state(self, seed: Any = None, state: Any = None) -> HalfSeeded:
        super().set_random_state(seed, state)
        self.noise.set_random_state(seed=(seed or 0) // 2)
        return self

    def __call__(self, data: Any) -> Any:
        return self.noise(data)


def affine() -> RandAffined:
    return RandAffined(KEYS, mode=["bilinear", "nearest"], padding_mode="border", prob=0.5, rotate_range=0.3)


TRANSFORMS: dict[str, Callable[[], Any]] = {
    "a training's": lambda: Compose([ScaleIntensityRanged("image", 0, 9, -1, 1), affine(), RandFlipd(KEYS, prob=0.5)]),
    "intensity": lambda: Compose([RandScaleIntensityd("image", 0.2, prob=0.7), RandGaussianNoised("image", prob=0.5)]),
    "a choice": lambda: Compose([OneOf([RandFlipd(KEYS, prob=0.5), affine()]), RandGaussianNoised("image", prob=1)]),
    "nested": lambda: Compose([Compose([affine(), RandFlipd(KEYS, prob=0.5)]), RandGaussianNoised("image", prob=1)]),
    "half seeded": lambda: Compose([RandFlipd(KEYS, prob=0.5), HalfSeeded()]),
    "no Compose": lambda: RandGaussianNoised("image", prob=1.0),
    "not random": lambda: ScaleIntensityRanged("image", 0, 9, -1, 1),
}


def draw(transform: Any) -> list[np.ndarray]:
    image = torch.arange(64.0).reshape(1, 8, 8)
    item = transform({"image": image.clone(), "label": (image > 30).float()})
    return [np.asarray(item[key]) for key in KEYS]


@pytest.mark.parametrize("name", TRANSFORMS)
def test_draws_are_those_of_monais_seeding(name: str) -> None:
    fast, slow = TRANSFORMS[name](), TRANSFORMS[name]()
    reseed = Reseeder(fast)
    for seed in (0, 5, 2**32 - 1, 5, 77):
        reseed(seed)
        if isinstance(slow, Randomizable):
            slow.set_random_state(seed=seed)
        for _ in range(3):  # the state after the first item counts too
            for a, b in zip(draw(fast), draw(slow), strict=True):
                np.testing.assert_array_equal(a, b)


def test_it_holds_where_others_have_seeded_meanwhile() -> None:
    fast, slow = (TRANSFORMS["a training's"]() for _ in range(2))
    reseed = Reseeder(fast)
    fast.set_random_state(seed=9)  # MONAI's DataLoader does so in each worker
    reseed(3)
    slow.set_random_state(seed=3)
    np.testing.assert_array_equal(draw(fast)[0], draw(slow)[0])


def test_a_training_makes_no_random_state_an_item(monkeypatch: pytest.MonkeyPatch) -> None:
    blank = np.zeros((2, 1, 8, 8), np.uint8)
    pairs = CachedPairs(blank, blank, [{"group": "0"}] * 2, np.ones((2, 1), np.uint8))
    dataset = PairDataset(pairs, TRANSFORMS["a training's"]())

    def made(*_: Any) -> None:
        raise AssertionError("a new random state was made")

    monkeypatch.setattr(np.random, "RandomState", made)
    assert dataset[1]["image"].shape == (1, 8, 8)
