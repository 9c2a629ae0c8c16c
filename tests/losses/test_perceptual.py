"""The perceptual loss: what it measures, and where its gradient goes."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from cosimgen_monai.losses import PerceptualLoss
from cosimgen_monai.networks import feature_network
from cosimgen_monai.networks.features import VGG16


def random_images(*shape: int) -> torch.Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(0)) * 2 - 1


def test_at_vgg_level_6_it_is_the_papers_term(random_vgg16: nn.Module) -> None:
    loss = PerceptualLoss(VGG16(random_vgg16.state_dict()))
    image, target = random_images(2, 2, 3, 32, 32)
    mean, std = (torch.tensor(value)[:, None, None] for value in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    with torch.no_grad():
        x, y = (random_vgg16.features[:7](((part + 1) / 2 - mean) / std) for part in (image, target))
        torch.testing.assert_close(loss(image, target), (x - y).square().mean(), rtol=1e-4, atol=1e-8)
    assert loss.layer == "features.6"
    assert sum(p.numel() for p in loss.parameters()) < 1e6  # the 138 million behind that layer are let go


def test_descending_it_brings_an_image_to_its_target() -> None:
    loss = PerceptualLoss(feature_network("efficientnet_lite0")).train()
    image, target = random_images(2, 1, 3, 32, 32)
    image, target = image.requires_grad_(), target.requires_grad_()
    optimizer = torch.optim.Adam([image], lr=0.05)
    values = []
    for _ in range(15):
        optimizer.zero_grad()
        value = loss(image, target)
        value.backward()
        optimizer.step()
        values.append(value.item())
    assert values[-1] < 0.3 * values[0]
    assert target.grad is None
    assert all(p.grad is None for p in loss.parameters())


def test_under_bfloat16_it_is_nearly_the_same() -> None:
    loss = PerceptualLoss(feature_network("efficientnet_lite0"), "blocks.2")
    image, target = random_images(2, 2, 3, 32, 32)
    with torch.autocast("cpu", torch.bfloat16):
        value = loss(image, target)
    assert value.dtype == torch.float32
    assert value.item() == pytest.approx(loss(image, target).item(), rel=0.05)
    assert loss(image, image).item() == 0


def test_unknown_layers_are_refused() -> None:
    with pytest.raises(ValueError, match=r"no layer 'features.6'; it offers: stem"):
        PerceptualLoss(feature_network("efficientnet_lite0"), "features.6")
