"""Textron is the paper's equation 4."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cosimgen_monai.losses import TextronLoss


def negatives(classes: torch.Tensor, presence: torch.Tensor, order: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the permuted class embeddings, and where they stand for another presence vector."""
    return classes[order], (presence != presence[order]).any(1)


@pytest.fixture
def batch() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    return torch.randn(4, 6), torch.randn(4, 6), torch.eye(4)


@pytest.mark.parametrize("margin", [1.0, 6.0])
def test_all_negatives_count_as_in_torchs_triplet_loss(batch, margin: float) -> None:
    text, classes, presence = batch
    permuted, differs = negatives(classes, presence, [1, 2, 3, 0])
    reference = torch.nn.TripletMarginWithDistanceLoss(
        distance_function=lambda a, b: (a - b).square().sum(1), margin=margin
    )
    expected = reference(text, classes, permuted)
    assert expected > 0
    torch.testing.assert_close(TextronLoss(margin)(text, classes, permuted, differs), expected)


def test_a_permuted_class_set_that_is_the_anchors_own_is_no_negative(batch) -> None:
    text, classes, presence = batch
    presence[2] = presence[0]  # sample 2 asks for what sample 0 asks for
    permuted = negatives(classes, presence, [2, 0, 1, 3])  # so anchor 0 has no negative, nor has anchor 3
    t, c = text.numpy(), classes.numpy()
    losses = [max(0.0, np.sum((t[i] - c[i]) ** 2) - np.sum((t[i] - c[j]) ** 2) + 1) for i, j in ((1, 0), (2, 1))]
    assert float(TextronLoss()(text, classes, *permuted)) == pytest.approx(np.mean(losses), rel=1e-5)


def test_no_negative_at_all_is_no_loss_and_no_gradient(batch) -> None:
    text, classes, presence = batch
    classes.requires_grad_(True)
    loss = TextronLoss()(text, classes, *negatives(classes, presence, [0, 1, 2, 3]))
    loss.backward()
    assert loss == 0
    assert not classes.grad.any()


def test_pulls_the_class_to_its_text_and_pushes_the_others_away() -> None:
    text, classes = torch.zeros(2, 1), torch.tensor([[0.5], [0.6]], requires_grad=True)
    TextronLoss()(text, classes, *negatives(classes, torch.eye(2), [1, 1])).backward()
    assert classes.grad[0] > 0  # a step against it brings the positive nearer
    assert classes.grad[1] < 0  # and takes the negative farther


def test_half_precision_embeddings_are_compared_in_float32(batch) -> None:
    text, classes, presence = batch
    permuted, differs = negatives(classes.bfloat16(), presence, [1, 2, 3, 0])
    far = TextronLoss()((text * 100).bfloat16(), classes.bfloat16(), permuted, differs)
    assert far.dtype == torch.float32
