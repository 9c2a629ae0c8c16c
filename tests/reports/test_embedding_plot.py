"""The embedding plot: a panel a model and method, and figures that are those of the model's own encoders."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import tiny_network
from tiny_parts import TINY_CLASSES, embed_prompts

from cosimgen_monai.networks import TrainedModel
from cosimgen_monai.reports.embedding_plot import CLASS_COLOUR, TEXT_COLOUR, draw_embeddings, embeddings_of

SETS = [{"ids": [1], "count": 3}, {"ids": [1, 2], "count": 5}, {"ids": [2, 3], "count": 1}]


def a_model(**card: object) -> TrainedModel:
    network = {"num_classes": 4, "num_colours": 4, "image_size": 16, "base_channels": 8, "channel_mults": [1, 2]}
    network |= {"num_res_blocks": 1, "embedding_dim": 16, "class_feature_dim": 8, "sentence_dim": 8}
    facts = {"network": network, "classes": TINY_CLASSES.to_json(), "class_sets": SETS}
    return TrainedModel(
        {**facts, "prompt_template": "A photo of {classes}", **card}, tiny_network().state_dict(), Path("model.pt")
    )


def test_each_class_set_is_embedded_as_prompt_and_as_classes() -> None:
    found = embeddings_of(a_model(), embed_prompts)
    network = tiny_network()
    with torch.no_grad():
        text = network.condition(sentence=embed_prompts(["A photo of liver, spleen"]))
        known = network.condition(presence=torch.tensor([[0.0, 1.0, 1.0, 0.0]]))
    np.testing.assert_allclose(found.text[0], text[0], rtol=1e-5, atol=1e-6)  # the most frequent set comes first
    np.testing.assert_allclose(found.classes[0], known[0], rtol=1e-5, atol=1e-6)
    assert found.alignment()["n"] == 3


def test_the_picture_shows_both_kinds_and_is_the_same_again() -> None:
    models = {
        "both losses": embeddings_of(a_model(), embed_prompts),
        "neither": embeddings_of(a_model(), embed_prompts),
    }
    picture = draw_embeddings(models, tile=80)
    assert picture.width > 2 * 80
    colours = {colour for _, colour in picture.getcolors(maxcolors=1 << 20)}
    assert {CLASS_COLOUR, TEXT_COLOUR} <= colours
    assert picture.tobytes() == draw_embeddings(models, tile=80).tobytes()


def test_one_class_set_cannot_be_told_from_others() -> None:
    with pytest.raises(ValueError, match="trained on 1 class set"):
        embeddings_of(a_model(class_sets=SETS[:1]), embed_prompts)
