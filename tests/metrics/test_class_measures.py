"""What is measured class by class: agreement, layout, regions, PPV, companions."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import wasserstein_distance

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.metrics import (
    PPV,
    ClassCrops,
    Layout,
    MaskIntensity,
    agreement,
    frechet_of_features,
    layout_distance,
    real_unrequested_rate,
    semantic_frechet,
)

CLASSES = ClassTable(("background", "disc", "bar"), background=0)


def pairs(n: int, seed: int, brightness: float = 0.5, honest: bool = True) -> tuple[torch.Tensor, torch.Tensor]:
    """Dark images with one bright square each, and its label; a dishonest label lies elsewhere."""
    rng = np.random.default_rng(seed)
    image, label = torch.full((n, 3, 32, 32), -0.8), torch.zeros(n, 1, 32, 32, dtype=torch.uint8)
    for k in range(n):
        (y, x), (v, u) = rng.integers(0, 24, (2, 2))
        image[k, :, y : y + 8, x : x + 8] = brightness + rng.normal(0, 0.05)
        if not honest:
            y, x = v, u
        label[k, 0, y : y + 8, x : x + 8] = 1
    return image, label


def intensity_of(image: torch.Tensor, label: torch.Tensor, batch: int = 5) -> MaskIntensity:
    found = MaskIntensity(CLASSES)
    for start in range(0, len(image), batch):
        found.update(image[start : start + batch], label[start : start + batch])
    return found


def test_intensity_under_masks_is_standardised_as_said() -> None:
    real, generated = pairs(40, 0), pairs(30, 1, brightness=0.7)
    found = agreement(intensity_of(*real), intensity_of(*generated))
    means = [
        np.array([float(i[0][m[0] == 1].mean()) for i, m in zip(*both, strict=True)]) for both in (real, generated)
    ]
    expected = (means[1].mean() - means[0].mean()) / means[0].std(ddof=1)
    row = found["classes"]["disc"]
    assert row["difference"] == pytest.approx(expected, rel=1e-4)
    assert (row["real_images"], row["generated_images"]) == (40, 30)
    assert found["classes"]["bar"]["difference"] is None
    assert found["mean"] == row["difference"]


def test_masks_that_images_do_not_heed_are_no_better_than_shuffled_ones() -> None:
    real = intensity_of(*pairs(40, 0))
    honest = agreement(real, intensity_of(*pairs(40, 1)))
    dishonest = agreement(real, intensity_of(*pairs(40, 1, honest=False)))
    assert honest["mean"] < 1
    assert honest["mean_shuffled"] > 5
    assert dishonest["mean"] > 0.5 * dishonest["mean_shuffled"]


def test_a_class_that_is_never_drawn_is_named_beside_the_mean() -> None:
    image, label = pairs(40, 0)
    bars = torch.cat([label[:20], label[20:] * 2])
    found = agreement(intensity_of(image, bars), intensity_of(*pairs(40, 1)))
    assert (found["never_drawn"], found["too_few_real"]) == (["bar"], [])
    assert found["mean"] == found["classes"]["disc"]["difference"]
    once = torch.cat([label[:19], label[19:20] * 2, label[20:]])
    last = torch.cat([label[:39], label[39:] * 2])  # none follows: the first image has its mask
    for drawn in (once, last):
        alone = agreement(intensity_of(image, bars), intensity_of(image, drawn))
        assert alone["classes"]["bar"]["difference"] is not None
        assert alone["classes"]["bar"]["difference_shuffled"] is not None
        assert alone["never_drawn"] == []
    rare = agreement(intensity_of(image, once), intensity_of(image, bars))  # it is the real set that holds it once
    assert (rare["never_drawn"], rare["too_few_real"]) == ([], ["bar"])


def test_two_halves_are_together_what_the_whole_is() -> None:
    image, label = pairs(12, 0)
    both = intensity_of(image[:6], label[:6]) + intensity_of(image[6:], label[6:])
    whole = intensity_of(image, label)
    assert torch.equal(both.statistics(1)[1], whole.statistics(1)[1])


def test_shuffled_masks_go_round() -> None:
    image, label = pairs(12, 0)
    whole, shuffled = intensity_of(image, label), intensity_of(image, torch.roll(label, 1, 0))
    for found, expected in zip(whole.statistics(1, "shuffled"), shuffled.statistics(1), strict=True):
        torch.testing.assert_close(found, expected)
    halves = intensity_of(image[:6], label[:6]) + intensity_of(image[6:], label[6:])
    assert halves.statistics(1, "shuffled")[0] == 12


def test_spreads_within_the_mask_are_compared() -> None:
    image, label = pairs(20, 0)
    noise = torch.from_numpy(np.random.default_rng(1).normal(0, 0.1, image.shape)).float()
    found = agreement(intensity_of(image + noise, label), intensity_of(image + 3 * noise, label))["classes"]
    within = [
        float((i + noise[k])[:, m[0] == 1].std(1, correction=0).mean())
        for k, (i, m) in enumerate(zip(image, label, strict=True))
    ]
    assert intensity_of(image + noise, label).spread(1) == pytest.approx(np.mean(within), rel=1e-4)
    assert found["disc"]["spread_ratio"] == pytest.approx(3, rel=1e-4)
    assert found["disc"]["difference"] < 1  # which the means hardly tell
    assert found["bar"]["spread_ratio"] is None
    flat = agreement(intensity_of(image, label), intensity_of(image, label))["classes"]
    assert flat["disc"]["spread_ratio"] is None


def test_constant_images_have_no_standardised_difference() -> None:
    image, label = torch.zeros(6, 3, 32, 32), pairs(6, 0)[1]
    assert agreement(intensity_of(image, label), intensity_of(image, label))["mean"] is None


def test_layout_is_scipys_distance_of_areas_and_centres() -> None:
    label = torch.zeros(2, 1, 10, 20, dtype=torch.uint8)
    label[0, 0, 2:6, 4:8] = 1
    label[1, 0, 0:10, 0:10] = 1
    other = torch.zeros(1, 1, 10, 20, dtype=torch.uint8)
    other[0, 0, 5:10, 10:20] = 1
    a, b = Layout(CLASSES), Layout(CLASSES)
    a.update(label)
    b.update(other)
    row = layout_distance(a, b)["disc"]
    assert row["area_distance"] == pytest.approx(wasserstein_distance([16 / 200, 0.5], [0.25]))
    assert row["x_distance"] == pytest.approx(wasserstein_distance([6 / 20, 0.25], [0.75]))
    assert row["y_distance"] == pytest.approx(wasserstein_distance([0.4, 0.5], [0.75]))
    assert row["area_quantiles_real"] == pytest.approx(np.quantile([16 / 200, 0.5], (0.05, 0.25, 0.5, 0.75, 0.95)))
    assert row["x_quantiles_generated"] == pytest.approx([0.75] * 5)
    assert layout_distance(a, b)["bar"]["area_distance"] is None
    assert layout_distance(a, b)["bar"]["area_quantiles_real"] is None


def region_features(crops: torch.Tensor) -> torch.Tensor:
    return crops.flatten(1)[:, ::7]


def crops_of(image: torch.Tensor, label: torch.Tensor, max_crops: int = 100) -> ClassCrops:
    found = ClassCrops(CLASSES, region_features, crop_size=4, max_crops=max_crops)
    for start in range(0, len(image), 4):
        found.update(image[start : start + 4], label[start : start + 4])
    return found


def test_sfid_is_the_frechet_distance_of_the_boxes() -> None:
    (image, label), (other, other_label) = pairs(20, 0), pairs(16, 1, brightness=0.9)
    found = semantic_frechet(crops_of(image, label), crops_of(other, other_label))

    def boxes(images: torch.Tensor, labels: torch.Tensor) -> np.ndarray:
        rows = []
        for i, mask in zip(images, labels[:, 0], strict=True):
            y, x = np.nonzero(mask.numpy())
            box = i[None, :, y.min() : y.max() + 1, x.min() : x.max() + 1]
            rows.append(torch.nn.functional.interpolate(box, (4, 4), mode="bilinear", antialias=True))
        return region_features(torch.cat(rows)).numpy()

    expected = frechet_of_features(boxes(image, label), boxes(other, other_label))
    assert found["classes"]["disc"]["distance"] == pytest.approx(expected)
    assert found["mean"] == pytest.approx(expected)
    assert found["too_few_real"] == ["bar"]


def test_a_class_that_is_never_drawn_leaves_no_mean() -> None:
    image, label = pairs(8, 0)
    label = torch.cat([label, label * 2])
    found = semantic_frechet(crops_of(torch.cat([image, image]), label), crops_of(image, label[:8]))
    assert found["never_drawn"] == ["bar"]
    assert found["mean"] is None
    assert found["classes"]["disc"]["distance"] is not None


def test_the_floor_is_over_the_classes_of_the_whole() -> None:
    image, label = pairs(12, 0)
    label = torch.cat([label[:5], label[5:6] * 2, label[6:11], label[11:] * 2])  # a bar in each half
    first, second = crops_of(image[:6], label[:6]), crops_of(image[6:], label[6:])
    whole = first + second
    assert semantic_frechet(whole, whole)["mean"] == pytest.approx(0, abs=1e-9)  # over both classes
    floor = semantic_frechet(first, second, whole)
    assert (floor["mean"], floor["never_drawn"], floor["too_few_real"]) == (None, ["bar"], [])
    assert floor["classes"]["disc"]["distance"] == pytest.approx(
        semantic_frechet(first, second)["classes"]["disc"]["distance"]
    )


def test_a_class_that_is_seldom_drawn_is_farther_for_its_few_crops_alone() -> None:
    real, drawn = pairs(200, 0), pairs(100, 1)
    many = semantic_frechet(crops_of(*real, 200), crops_of(*drawn, 100))["classes"]["disc"]
    few = semantic_frechet(crops_of(*real, 200), crops_of(*drawn, 4))["classes"]["disc"]
    assert (few["real_crops"], few["generated_crops"]) == (200, 4)
    assert few["distance"] > 1.5 * many["distance"]


def test_regions_kept_are_bounded() -> None:
    assert len(crops_of(*pairs(20, 0), max_crops=7).vectors(1)) == 7


def test_ppv_counts_single_class_queries_and_precision() -> None:
    ppv = PPV()
    for asked, found in (((1,), (1, 2)), ((2,), (1,)), ((1, 2), (1,)), ((1,), ())):
        ppv.update(asked, found)
    result = ppv.compute()
    assert result["ppv"] == pytest.approx(1 / 3)
    assert result["single_class_queries"] == 3
    assert result["precision"] == pytest.approx((0.5 + 0 + 1) / 3)
    assert PPV().compute()["ppv"] is None


def test_the_real_unrequested_rate_is_that_of_images_that_hold_what_was_asked() -> None:
    presence = np.array([[0, 1, 0], [0, 1, 1], [0, 1, 1], [0, 0, 1]])
    rate, number = real_unrequested_rate([(1,), (2,), (1, 2)], presence, (1, 2))
    assert number == 2  # the third sample leaves nothing unasked
    assert rate == pytest.approx((2 / 3 + 2 / 3) / 2)
    assert real_unrequested_rate([(1,)], presence * 0, (1, 2)) == (None, 0)
