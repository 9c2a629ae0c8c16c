"""A segmenter's loss, and that one learns, and learns the same again."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch
from monai.losses import DiceCELoss
from monai.networks.nets import UNet
from monai.transforms import Compose, ScaleIntensityRanged
from tiny_parts import TINY_CLASSES, tiny_pairs

from cosimgen_monai.codec import VOID
from cosimgen_monai.data import CachedPairs
from cosimgen_monai.utility import Arm, SegmenterRecipe, VoidDiceCELoss
from cosimgen_monai.utility.dice import dice
from cosimgen_monai.utility.pools import joined, real_pool


def test_without_void_the_loss_is_monais() -> None:
    logits, label = torch.randn(3, 4, 8, 8), torch.randint(0, 4, (3, 1, 8, 8), dtype=torch.uint8)
    monais = DiceCELoss(include_background=False, to_onehot_y=True, softmax=True, batch=True)
    torch.testing.assert_close(VoidDiceCELoss(background=0)(logits, label), monais(logits, label))


def test_what_is_predicted_on_void_changes_nothing() -> None:
    logits, label = torch.randn(2, 4, 8, 8), torch.randint(0, 4, (2, 1, 8, 8), dtype=torch.uint8)
    label[:, :, :3] = VOID
    other = logits.clone()
    other[:, :, :3] += 5 * torch.randn(2, 4, 3, 8)
    loss = VoidDiceCELoss()
    torch.testing.assert_close(loss(logits, label), loss(other, label))


@pytest.mark.parametrize("background", [None, 0, 1, 3])
def test_the_dice_term_leaves_out_the_background_whatever_its_id(background: int | None) -> None:
    label = torch.arange(4, dtype=torch.uint8).repeat(2, 1, 8, 2)  # 2 1 8 8: every class in every row
    certain = 50 * torch.nn.functional.one_hot(label[:, 0].long(), 4).movedim(-1, 1).float()
    loss = VoidDiceCELoss(background)
    assert loss(certain, label) < 1e-3
    for missed in range(4):
        erased = certain.clone()
        erased[:, missed] = -50
        dice_term = loss(erased, label) - torch.nn.functional.cross_entropy(erased, label[:, 0].long())
        # the erased class has no overlap left; where its pixels went, the next class is drawn too large
        assert (dice_term > 0.24) == (missed != background)


def test_a_batch_that_is_all_void_teaches_nothing_and_is_finite() -> None:
    logits = torch.randn(2, 4, 8, 8, requires_grad=True)
    loss = VoidDiceCELoss()(logits, torch.full((2, 1, 8, 8), VOID, dtype=torch.uint8))
    loss.backward()
    assert loss == 0
    assert logits.grad is not None
    assert not logits.grad.any()


def recipe(steps: int) -> SegmenterRecipe:
    scale = ScaleIntensityRanged("image", 0, 255, -1, 1)
    return SegmenterRecipe(
        network=partial(UNet, 2, 1, 4, (16, 16), (1,), norm="batch"),
        optimizer=partial(torch.optim.AdamW, lr=0.02),
        loss=VoidDiceCELoss(),
        transform=Compose([scale]),
        preprocess=scale,
        steps=steps,
        batch_size=4,
        device=torch.device("cpu"),
    )


def pool() -> CachedPairs:
    return real_pool(tiny_pairs(12), (-200, 200))


def test_a_segmenter_learns_the_tiny_pairs() -> None:
    pairs, some = pool(), recipe(80)
    network = some.train(Arm("real", 1.0), pairs, len(pairs.rows), seed=0)
    counts = some.test(network, pairs, TINY_CLASSES.num_classes)
    assert counts.shape == (12, 3, 4)
    assert dice(counts.sum(0)).min() > 0.7


def test_the_same_seed_gives_the_same_segmenter() -> None:
    pairs, some = pool(), recipe(3)
    both = joined(pairs, pairs)
    counts = [
        some.test(some.train(Arm("arm", 0.5), both, len(pairs.rows), seed), both, 4).tolist() for seed in (1, 1, 2)
    ]
    assert counts[0] == counts[1] != counts[2]


def test_real_pairs_are_stored_in_eight_bits_over_the_window() -> None:
    pairs = tiny_pairs(12)
    found = pool().images.astype(float)
    expected = (np.asarray(pairs.images, float) + 200).clip(0, 400) / 400 * 255
    assert np.abs(found - expected).max() <= 0.5 + 1e-4
