"""The embedding plot: a panel a model and method, and figures that are those of the model's own encoders."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tiny_parts import TINY_SETS, embed_prompts, tiny_model, tiny_network

from cosimgen_monai.reports.embedding_plot import CLASS_COLOUR, TEXT_COLOUR, draw_embeddings, embeddings_of


def test_each_class_set_is_embedded_as_prompt_and_as_classes() -> None:
    found = embeddings_of(tiny_model(tiny_network()), embed_prompts)
    network = tiny_network()
    with torch.no_grad():
        text = network.condition(sentence=embed_prompts(["A photo of liver, spleen"]))
        known = network.condition(presence=torch.tensor([[0.0, 1.0, 1.0, 0.0]]))
    np.testing.assert_allclose(found.text[0], text[0], rtol=1e-5, atol=1e-6)  # the most frequent set comes first
    np.testing.assert_allclose(found.classes[0], known[0], rtol=1e-5, atol=1e-6)
    assert found.alignment()["n"] == 3


def test_the_picture_shows_both_kinds_and_is_the_same_again() -> None:
    models = {
        "both losses": embeddings_of(tiny_model(tiny_network()), embed_prompts),
        "neither": embeddings_of(tiny_model(tiny_network()), embed_prompts),
    }
    picture = draw_embeddings(models, tile=80)
    assert picture.width > 2 * 80
    colours = {colour for _, colour in picture.getcolors(maxcolors=1 << 20)}
    assert {CLASS_COLOUR, TEXT_COLOUR} <= colours
    assert picture.tobytes() == draw_embeddings(models, tile=80).tobytes()


def test_one_class_set_cannot_be_told_from_others() -> None:
    with pytest.raises(ValueError, match="trained on 1 class set"):
        embeddings_of(tiny_model(tiny_network(), class_sets=TINY_SETS[:1]), embed_prompts)
