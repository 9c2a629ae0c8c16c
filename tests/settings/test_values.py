"""Values as people type them."""

from __future__ import annotations

import pytest
import torch

from cosimgen_monai.settings import as_boolean, as_device, as_seed, derive_seed, keyed_generator, nearest_names


@pytest.mark.parametrize("value", [True, 1, "true", "True", " YES ", "on", "1"])
def test_words_for_true(value: object) -> None:
    assert as_boolean("resume", value) is True


@pytest.mark.parametrize("value", [False, 0, "false", "False", "no", "OFF", "0"])
def test_words_for_false(value: object) -> None:
    assert as_boolean("resume", value) is False


@pytest.mark.parametrize("value", ["maybe", "", 2, None, [True]])
def test_other_words_are_no_booleans(value: object) -> None:
    with pytest.raises(ValueError, match="`resume` must be true or false"):
        as_boolean("resume", value)


def test_devices_of_every_machine() -> None:
    assert as_device("cpu") == as_device(torch.device("cpu")) == torch.device("cpu")
    assert as_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")


@pytest.mark.parametrize("value", ["cuda:99", "cuda"])
def test_a_gpu_that_is_not_there_names_the_way_out(value: str) -> None:
    if value == "cuda" and torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    with pytest.raises(ValueError, match=rf"`device` is {value}.*finds \d+ CUDA.*--device cpu, or --device auto"):
        as_device(value)


def test_more_processes_than_gpus_are_told_how_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    for key, value in {"TORCHELASTIC_RUN_ID": "run", "RANK": "2", "WORLD_SIZE": "4", "LOCAL_RANK": "2"}.items():
        monkeypatch.setenv(key, value)
    with pytest.raises(
        ValueError, match=r"process 3 of this machine, which has 2 GPU.*--nproc_per_node=2, or --device"
    ):
        as_device("auto")
    assert as_device("cpu") == torch.device("cpu")


@pytest.mark.parametrize("value", ["gpu", "", "cuda:x", None, ["cpu"]])
def test_no_device_at_all(value: object) -> None:
    with pytest.raises(ValueError, match="`device` must be auto, cpu, cuda or cuda:N"):
        as_device(value)


def test_nearest_names() -> None:
    assert nearest_names("MAX_epoch", ["max_epochs", "seed"]) == "nearest: 'max_epochs'"
    assert nearest_names("zzz", ["seed", "device"]) == "known: 'device', 'seed'"


@pytest.mark.parametrize("value", [-1, 1.5, "7", True, None])
def test_seeds_are_non_negative_integers(value: object) -> None:
    with pytest.raises(ValueError, match="`seed` must be a non-negative integer"):
        as_seed(value)


def test_derived_seeds_are_reproducible_and_distinct() -> None:
    seeds = {derive_seed("sample", run, sample) for run in range(30) for sample in range(100)}
    assert len(seeds) == 3000
    assert all(0 <= seed < 2**63 for seed in seeds)
    assert derive_seed("sample", 3, 4) == derive_seed("sample", 3, 4) != derive_seed("sample", 4, 3)
    assert len({derive_seed("a", 1), derive_seed("b", 1), derive_seed("a", 1, 0), derive_seed("a", 2**32)}) == 4
    first, second = (torch.randn(5, generator=keyed_generator("noise", 1, 2)) for _ in range(2))
    assert torch.equal(first, second)
