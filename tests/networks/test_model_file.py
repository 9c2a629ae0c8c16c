"""``model.pt`` and ``model.json``: they come back as they went, and nothing else is let in."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import torch

from cosimgen_monai.networks import CoSimGen, read_model, save_model

NETWORK = {"num_classes": 3, "num_colours": 4, "image_size": 16, "base_channels": 8, "channel_mults": [1, 2]}
CARD: dict[str, Any] = {
    "network": NETWORK,
    "classes": {"names": ["background", "liver", "spleen"], "background": 0, "has_void": True},
    "class_sets": [{"ids": [1], "count": 2}, {"ids": [1, 2], "count": 1}],
    "null_share": 0.1,
    "sentence_encoder": {"name": "all-MiniLM-L6-v2", "sha256": "a" * 64},
}


@pytest.fixture
def network() -> CoSimGen:
    torch.manual_seed(0)
    return CoSimGen(**NETWORK)


@pytest.fixture
def path(tmp_path: Path, network: CoSimGen) -> Path:
    save_model(tmp_path / "model.pt", network.state_dict(), CARD)
    return tmp_path / "model.pt"


def write_card(path: Path, **changes: Any) -> None:
    card_path = path.with_suffix(".json")
    card_path.write_text(json.dumps({**json.loads(card_path.read_text("utf-8")), **changes}))


def test_weights_come_back_in_half_precision_and_the_palette_exactly(path: Path, network: CoSimGen) -> None:
    on_disk = torch.load(path, weights_only=True)
    assert {key for key, tensor in on_disk.items() if tensor.dtype != torch.float16} == {"palette"}
    back = read_model(path).network()
    assert torch.equal(back.palette, network.palette)
    assert not back.training
    for (name, found), saved in zip(back.state_dict().items(), network.state_dict().values(), strict=True):
        assert found.dtype == torch.float32
        torch.testing.assert_close(found, saved, rtol=2**-11, atol=1e-7, msg=name)


def test_float32_storage_is_exact(tmp_path: Path, network: CoSimGen) -> None:
    save_model(tmp_path / "exact.pt", network.state_dict(), CARD, dtype="float32")
    for found, saved in zip(
        read_model(tmp_path / "exact.pt").network().parameters(), network.parameters(), strict=True
    ):
        assert torch.equal(found, saved)


def test_the_card_says_what_the_tensors_mean(path: Path) -> None:
    model = read_model(path)
    assert model.classes.names == ("background", "liver", "spleen")
    assert model.class_sets() == [(1,), (1,), (1, 2)]
    assert (
        json.loads(path.with_suffix(".json").read_text("utf-8"))["sha256"]
        == hashlib.sha256(path.read_bytes()).hexdigest()
    )


@pytest.mark.parametrize("lost", ["model.pt", "model.json"])
def test_one_file_without_the_other_is_refused(path: Path, lost: str) -> None:
    (path.parent / lost).unlink()
    with pytest.raises(FileNotFoundError, match=rf"{lost} is missing.*together.*--ckpt_path"):
        read_model(path)


def test_a_card_of_other_weights_is_refused(path: Path, network: CoSimGen) -> None:
    torch.save({key: tensor.half() for key, tensor in network.state_dict().items()}, path)
    with pytest.raises(ValueError, match=r"not the file that .*model\.json describes.*sha256"):
        read_model(path)


@pytest.mark.parametrize("left", [0, 10, 2000])
def test_a_truncated_file_is_refused(path: Path, left: int) -> None:
    path.write_bytes(path.read_bytes()[:left])
    with pytest.raises(ValueError, match=r"model\.pt holds no plain tensors.*truncated"):
        read_model(path)


class Trojan:
    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.target,)


def test_code_in_a_pickle_is_refused_and_not_run(path: Path) -> None:
    touched = path.parent / "touched"
    torch.save({"palette": torch.zeros(4, 3), "trojan": Trojan(touched)}, path)
    with pytest.raises(ValueError, match="was not loaded"):
        read_model(path)
    assert not touched.exists()
    torch.load(path, weights_only=False)  # the trap itself works
    assert touched.exists()


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"format": 1, "network": {}}'])
def test_a_json_that_is_no_card_is_refused(path: Path, content: str) -> None:
    path.with_suffix(".json").write_text(content, "utf-8")
    with pytest.raises(ValueError, match=r"model\.json"):
        read_model(path)


def test_another_palette_than_the_cards_is_refused(path: Path) -> None:
    write_card(path, network={**NETWORK, "num_colours": 3})
    with pytest.raises(ValueError, match=r"palette of shape \(4, 3\).*\(3, 3\)"):
        read_model(path)


def test_another_sentence_encoder_is_refused(path: Path) -> None:
    model = read_model(path)
    model.check_sentence_encoder("a" * 64)
    with pytest.raises(ValueError, match=r"all-MiniLM-L6-v2 .*aaaaaaaaaaaa.*bbbbbbbbbbbb.*--sentence_encoder_dir"):
        model.check_sentence_encoder("b" * 64)


def test_guidance_needs_a_null_condition(path: Path) -> None:
    read_model(path).check_guidance(3.0)
    write_card(path, null_share=0)
    model = read_model(path)
    model.check_guidance(1)
    with pytest.raises(ValueError, match=r"null_share 0.*--guidance_scale 1.*--null_share"):
        model.check_guidance(1.5)
