"""The three encoders of the paper's section 3.3."""

from __future__ import annotations

import math

import pytest
import torch
from diffusers.models.embeddings import get_timestep_embedding

from cosimgen_monai.networks import ClassEncoder, CoSimGen, TextEncoder, TimestepEncoder


def mlp(encoder: torch.nn.Module, features: torch.Tensor) -> torch.Tensor:
    """Linear, SiLU, linear, from the encoder's weights."""
    weights = dict(encoder.projection.named_parameters())
    hidden = features @ weights["0.weight"].T + weights["0.bias"]
    return (hidden * torch.sigmoid(hidden)) @ weights["2.weight"].T + weights["2.bias"]


def test_class_embedding_is_the_mlp_of_the_sum_of_the_present_rows() -> None:
    torch.manual_seed(0)
    encoder = ClassEncoder(num_classes=4, feature_dim=6, embedding_dim=5)
    rows = encoder.weight
    presence = torch.tensor([[1.0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]])
    sums = torch.stack([rows[0] + rows[2], rows[3], torch.zeros(6)])
    torch.testing.assert_close(encoder(presence), mlp(encoder, sums))


def test_text_embedding_sees_unit_vectors_at_unit_variance() -> None:
    torch.manual_seed(0)
    encoder = TextEncoder(sentence_dim=384, embedding_dim=5)
    sentence = torch.nn.functional.normalize(torch.randn(3, 384), dim=1)
    torch.testing.assert_close(encoder(sentence), mlp(encoder, sentence * math.sqrt(384)))


def test_timestep_features_are_diffusers_sinusoids() -> None:
    torch.manual_seed(0)
    encoder = TimestepEncoder(feature_dim=16, embedding_dim=5)
    timesteps = torch.tensor([0, 1, 37, 999])
    sinusoids = get_timestep_embedding(timesteps, 16, flip_sin_to_cos=True, downscale_freq_shift=0)
    torch.testing.assert_close(encoder(timesteps), mlp(encoder, sinusoids), atol=1e-5, rtol=1e-5)


@pytest.fixture
def model() -> CoSimGen:
    torch.manual_seed(0)
    model = CoSimGen(3, 3, 16, base_channels=8, channel_mults=(1, 2), num_res_blocks=1, embedding_dim=10)
    torch.nn.init.normal_(model.null_embedding)
    return model


def test_condition_by_classes_by_text_by_both_and_by_neither(model: CoSimGen) -> None:
    presence, sentence = torch.tensor([[0.0, 1, 1], [0, 0, 1]]), torch.randn(2, 384)
    by_class, by_text = model.condition(presence), model.condition(sentence=sentence)
    torch.testing.assert_close(by_class, model.class_encoder(presence))
    torch.testing.assert_close(by_text, model.text_encoder(sentence))
    torch.testing.assert_close(model.condition(presence, sentence), (by_class + by_text) / 2)
    null = model.condition(batch_size=2)
    assert null.shape == (2, 10)
    assert torch.equal(null[0], model.null_embedding[0])
    assert torch.equal(null[0], null[1])
