"""Density, coverage and memorisation against their definitions, written out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from cosimgen_monai.metrics import density_coverage, memorisation, neighbours


@pytest.mark.parametrize("rows_at_once", [1024, 45, 7, 1])
def test_density_and_coverage_are_as_defined(rows_at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "_CHUNK", rows_at_once)
    rng = np.random.default_rng(0)
    real, generated, k = rng.normal(size=(60, 4)), rng.normal(0.2, 0.8, size=(45, 4)), 5
    radius = [np.sort([np.linalg.norm(x - y) for y in real])[k] for x in real]
    inside = np.array([[np.linalg.norm(x - y) < r for y in generated] for x, r in zip(real, radius, strict=True)])
    found = density_coverage(real, generated, k)
    assert found["density"] == pytest.approx(inside.sum() / (k * len(generated)))
    assert found["coverage"] == pytest.approx(inside.any(1).mean())


def test_a_collapsed_set_covers_little() -> None:
    real = np.random.default_rng(0).normal(size=(200, 3))
    found = density_coverage(real, np.repeat(real[:1], 200, axis=0))
    assert found["coverage"] < 0.1
    with pytest.raises(ValueError, match="more than 5 real images"):
        density_coverage(real[:5], real)


@pytest.mark.parametrize("size", [3.7, 1e-3, 0.0])
def test_copies_of_one_constant_image_are_within_its_ball(size: float) -> None:
    constant = np.full((40, 1280), size, np.float32)
    assert density_coverage(constant, constant[:20]) == {"density": 40 / 5, "coverage": 1, "k": 5}
    assert density_coverage(constant, constant + 0.01) == {"density": 0, "coverage": 0, "k": 5}


def test_planted_copies_are_found_and_flag_the_set() -> None:
    rng = np.random.default_rng(0)
    training, held_out, generated = (rng.normal(size=(n, 16)).astype(np.float32) for n in (300, 100, 50))
    clean = memorisation(generated, held_out, training)
    assert not clean["flagged_suspects"]
    generated[7] = training[123] + 1e-4
    one = memorisation(generated, held_out, training)
    assert (one["nearest"][0]["generated"], one["nearest"][0]["training"]) == (7, 123)
    assert not one["flagged_suspects"]  # one in fifty is 2 %
    generated[:4] = training[:4]
    assert memorisation(generated, held_out, training)["flagged_suspects"]


@pytest.mark.parametrize("rows_at_once", [1024, 7])
def test_the_nearest_is_found_among_many(rows_at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "_CHUNK", rows_at_once)
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(20, 4)), rng.normal(size=(33, 4))
    distance, index = neighbours.nearest(a, b)
    every = np.linalg.norm(a[:, None] - b[None], axis=2)
    np.testing.assert_allclose(distance, every.min(1))
    np.testing.assert_array_equal(index, every.argmin(1))


def test_copies_are_found_where_held_out_images_are_copies_too() -> None:
    rng = np.random.default_rng(0)
    training, held_out = rng.normal(size=(100, 8)), rng.normal(size=(100, 8))
    held_out[:3] = training[:3]  # blank slices, say, or frames of one still scene
    copied = memorisation(training[:50].copy(), held_out, training)
    assert copied["threshold"] == pytest.approx(0, abs=1e-5)
    assert copied["share_suspect"] == 1
    assert copied["flagged_suspects"]
    assert not memorisation(rng.normal(size=(50, 8)), held_out, training)["flagged_suspects"]


@pytest.mark.parametrize(("num_generated", "num_held_out"), [(64, 12), (256, 40), (64, 120)])
def test_new_images_exceed_their_share_by_chance_in_one_set_of_twenty(num_generated: int, num_held_out: int) -> None:
    beyond = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        sets = (rng.normal(size=(n, 4)) for n in (num_generated, num_held_out, 200))
        found = memorisation(*sets)
        beyond += found["share_suspect"] > found["share_by_chance"]
        assert found["flagged_suspects"] == (found["share_suspect"] > 0.05)  # whatever chance gives
    assert beyond <= 0.08 * 300  # 5 %, three standard errors and a half above


def test_copies_flag_a_set_however_few_are_held_out() -> None:
    rng = np.random.default_rng(0)
    training, held_out, generated = (rng.normal(size=(n, 16)) for n in (300, 12, 50))
    generated[:4] = training[:4]
    found = memorisation(generated, held_out, training)
    assert found["copies"] == 0.08 < found["share_by_chance"]
    assert found["flagged_suspects"]


def test_copies_of_the_held_out_images_flag_a_set() -> None:
    rng = np.random.default_rng(0)
    training, held_out = rng.normal(size=(300, 16)), rng.normal(size=(100, 16))
    found = memorisation(held_out.copy(), held_out, training)
    assert (found["copies_of_held_out"], found["copies"], found["share_suspect"]) == (1, 0, 0.01)
    assert (found["flagged_suspects"], found["flagged_copies_of_held_out"]) == (False, True)
    far = [x + 1e4 for x in (held_out, held_out, training)]  # features long beside what parts them
    assert memorisation(*far)["copies_of_held_out"] == 1
    fresh = memorisation(np.concatenate([held_out[:5], rng.normal(size=(95, 16))]), held_out, training)
    assert (fresh["copies_of_held_out"], fresh["flagged_copies_of_held_out"]) == (0.05, False)


def test_the_share_of_suspects_has_its_interval() -> None:
    training = np.arange(0, 40.0)[:, None]
    generated = np.concatenate([training[:2], training[:18] + 0.5])  # two copies
    found = memorisation(generated, training + 0.25, training)
    expected = binomtest(2, 20).proportion_ci(method="wilson")
    assert found["share_suspect"] == 0.1
    assert found["share_interval"] == pytest.approx((expected.low, expected.high), abs=1e-5)


def test_memorisation_needs_all_three_sets() -> None:
    with pytest.raises(ValueError, match="held-out"):
        memorisation(np.ones((3, 2)), np.ones((0, 2)), np.ones((3, 2)))
