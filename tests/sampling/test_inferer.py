"""The inferers: guidance, precision, errors at the door."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from cosimgen_monai.sampling import (
    NoiseSchedule,
    NoisingInferer,
    SampleNoise,
    SamplingInferer,
    as_precision,
    sampling_timesteps,
)

SHAPE = (6, 4, 4)


class Recorder:
    """A model whose prediction is its condition; it keeps the batch sizes it saw."""

    image_size = 4
    palette = torch.zeros(3, 3)

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.dtypes: set[torch.dtype] = set()

    def condition(self, batch_size: int) -> torch.Tensor:
        return torch.full((batch_size, 1), -0.25)

    def denoise(self, pair: torch.Tensor, timesteps: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        assert len(pair) == len(timesteps) == len(condition)
        self.batches.append(len(pair))
        self.dtypes.add((torch.ones(1, 1) @ torch.ones(1, 1)).dtype)
        return condition[:, :, None, None].expand_as(pair)


def sampled(scale: float, **options: Any) -> tuple[torch.Tensor, Recorder]:
    model = Recorder()
    inferer = SamplingInferer(NoiseSchedule(prediction_type="sample"), steps=4, guidance_scale=scale, **options)
    pairs = inferer(inferer.noise([1, 2, 3], model), model, torch.tensor([[0.1], [0.2], [0.3]]))
    return pairs, model


def test_scale_one_is_one_pass_of_the_batch() -> None:
    pairs, model = sampled(1.0)
    assert model.batches == [3] * 4
    torch.testing.assert_close(pairs[:, 0, 0, 0], torch.tensor([0.1, 0.2, 0.3]))


def test_guidance_moves_away_from_the_null_condition() -> None:
    pairs, model = sampled(2.0)
    assert model.batches == [6] * 4
    torch.testing.assert_close(pairs[:, 0, 0, 0], -0.25 + 2 * (torch.tensor([0.1, 0.2, 0.3]) + 0.25))


def test_who_watches_sees_each_estimate_and_changes_nothing() -> None:
    seen: list[tuple[int, torch.Tensor]] = []
    pairs, _ = sampled(2.0, watch=lambda timestep, _, estimate: seen.append((timestep, estimate)))
    assert [timestep for timestep, _ in seen] == sampling_timesteps(4, 1000)
    assert torch.equal(seen[-1][1], pairs)  # the multistep solver ends on its last estimate
    assert torch.equal(pairs, sampled(2.0)[0])


@pytest.mark.parametrize(("precision", "dtype"), [("float32", torch.float32), ("bfloat16", torch.bfloat16)])
def test_precision_is_the_networks_and_pairs_are_float32(precision: str, dtype: torch.dtype) -> None:
    pairs, model = sampled(1.0, precision=precision)
    assert model.dtypes == {dtype}
    assert pairs.dtype == torch.float32


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sampler": "euler"}, r"`sampler`.*ddim.*dpm_solver.*'euler'"),
        ({"steps": 0}, r"`steps` must be 1 to 1000"),
        ({"steps": 1001}, r"`steps` must be 1 to 1000"),
        ({"steps": 2.5}, r"`steps` must be an integer, got 2.5"),
        ({"steps": True}, r"`steps` must be an integer, got True"),
        ({"sampler": "ddpm", "steps": 20}, r"--steps 1000, or --sampler dpm_solver"),
        ({"guidance_scale": 0.5}, r"`guidance_scale` must be 1 .*got 0.5"),
        ({"guidance_scale": float("nan")}, r"`guidance_scale`.*nan"),
        ({"precision": "half"}, r"`precision`.*bfloat16.*'half'"),
    ],
)
def test_wrong_options_are_refused_before_anything_is_drawn(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SamplingInferer(NoiseSchedule(), **options)


def test_float16_needs_a_gpu() -> None:
    assert as_precision("float16", torch.device("cuda")) == "float16"
    with pytest.raises(ValueError, match=r"float16 needs a GPU.*bfloat16 or float32"):
        as_precision("float16", torch.device("cpu"))


@pytest.mark.parametrize(
    ("capabilities", "precision"),
    [
        ({"avx512_f": True, "avx512_bf16": False}, "float32"),  # emulates bfloat16, slower than float32
        ({"avx512_bf16": True}, "bfloat16"),
        ({"amx_bf16": True}, "bfloat16"),
        ({"neon": True, "bf16": True}, "bfloat16"),
    ],
)
def test_auto_is_bfloat16_where_the_processor_multiplies_it(
    monkeypatch: pytest.MonkeyPatch, capabilities: dict[str, bool], precision: str
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities, raising=False)
    assert as_precision("auto", torch.device("cpu")) == precision


def test_auto_asks_the_gpu_and_not_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    for native in (False, True):
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation, native=native: native)
        assert as_precision("auto", torch.device("cuda")) == ("bfloat16" if native else "float32")


def test_noising_gives_the_network_the_noisy_pair() -> None:
    schedule, model = NoiseSchedule(), Recorder()
    pair, noise, timesteps = torch.rand(2, *SHAPE), SampleNoise([0, 1], SHAPE).draw(), torch.tensor([0, 999])
    noisy, prediction = NoisingInferer(schedule)(pair, model, noise, timesteps, torch.tensor([[0.5], [0.7]]))
    torch.testing.assert_close(noisy[0], pair[0], atol=0.05, rtol=0)  # the first timestep hardly changes a pair
    torch.testing.assert_close(noisy[1], noise[1], atol=0.02, rtol=0)  # the last leaves nothing of it
    torch.testing.assert_close(prediction[:, 0, 0, 0], torch.tensor([0.5, 0.7]))
