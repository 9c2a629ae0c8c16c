"""What comes out wrong is drawn again, and stays the same bytes whatever stands beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from ignite.engine import Events

from cosimgen_monai.prompts import Request

Make = Callable[..., Any]
REQUESTS = [Request(i, "A photo of liver", (1,), "classes", 100 + i) for i in range(9)]


def judge(sample: dict[str, Any]) -> dict[str, Any]:
    """Find one fault in about half of all samples, two in a quarter, by what they look like."""
    number = int(sample["image"].sum() * 1000) % 4
    return {**sample, "faults": ("dull", "dark")[: max(0, number - 1)]}


def drawn(generator: Any) -> list[dict[str, Any]]:
    samples: list[dict[str, Any]] = []
    generator.add_event_handler(Events.ITERATION_COMPLETED, lambda e: samples.extend(e.state.output))
    generator.run()
    return sorted(samples, key=lambda sample: sample["request"].index)


def same(a: dict[str, Any], b: dict[str, Any]) -> bool:
    tensors = all(torch.equal(a[key], b[key]) for key in ("image", "label"))
    return tensors and (a["request"], a["redraws"], a["faults"]) == (b["request"], b["redraws"], b["faults"])


@pytest.fixture
def make(tiny_generator: Make) -> Make:
    def generator(requests: list[Request], max_redraws: int, **options: Any) -> Any:
        return tiny_generator(requests, quality_gates=judge, max_redraws=max_redraws, **options)

    return generator


def test_every_request_comes_out_once_and_good_ones_are_left_alone(make: Make) -> None:
    once, again = drawn(make(REQUESTS, 0)), drawn(make(REQUESTS, 20))
    assert [sample["request"].index for sample in again] == list(range(9))
    assert not any(sample["faults"] for sample in again)
    faulty = [bool(sample["faults"]) for sample in once]
    assert 0 < sum(faulty) < 9
    for first, last, was_faulty in zip(once, again, faulty, strict=True):
        assert (last["redraws"] > 0) == was_faulty
        assert same(first, last) == (not was_faulty)
        assert (last["request"].seed == first["request"].seed) == (not was_faulty)


@pytest.mark.parametrize("max_redraws", [1, 3])
def test_a_sample_is_the_same_alone_in_reverse_and_after_an_interruption(make: Make, max_redraws: int) -> None:
    together = drawn(make(REQUESTS, max_redraws))
    reverse = drawn(make(REQUESTS[::-1], max_redraws))
    resumed = drawn(make(REQUESTS[:2], max_redraws)) + drawn(make(REQUESTS[2:], max_redraws))
    for sample, other, again in zip(together, reverse, resumed, strict=True):
        (alone,) = drawn(make([REQUESTS[sample["request"].index]], max_redraws))
        assert same(sample, other)
        assert same(sample, again)
        assert same(sample, alone)


def test_the_try_with_the_fewest_faults_is_kept_when_all_fail(tiny_generator: Make) -> None:
    tries: list[dict[str, Any]] = []

    def worse_and_better(sample: dict[str, Any]) -> dict[str, Any]:
        tries.append({**sample, "faults": ("a", "b", "c")[: (3, 1, 1, 2)[len(tries)]]})
        return tries[-1]

    (kept,) = drawn(tiny_generator(REQUESTS[:1], quality_gates=worse_and_better, max_redraws=3))
    assert len(tries) == 4
    assert len({sample["request"].seed for sample in tries}) == 4
    assert kept["redraws"] == 3
    assert kept["request"].seed == tries[1]["request"].seed
    assert torch.equal(kept["image"], tries[1]["image"])


def test_batches_are_full_until_nothing_more_comes(make: Make) -> None:
    generator, sizes = make(REQUESTS, 5), []
    draw = generator._draw
    generator._draw = lambda requests: sizes.append(len(requests)) or draw(requests)
    drawn(generator)
    assert all(size == 4 for size in sizes[:2])
    assert sum(sizes) > 9


def test_only_what_is_kept_is_postprocessed(tiny_generator: Make) -> None:
    enlarged: list[int] = []

    def enlarge(sample: dict[str, Any]) -> dict[str, Any]:
        enlarged.append(sample["request"].index)
        return {**sample, "image": sample["image"].repeat(1, 2, 2)}

    judged: list[tuple[int, ...]] = []
    samples = drawn(
        tiny_generator(
            REQUESTS,
            quality_gates=lambda sample: judged.append(sample["image"].shape) or judge(sample),
            postprocessing=enlarge,
            max_redraws=3,
        )
    )
    assert len(judged) > 9  # some were drawn again
    assert set(judged) == {(3, 16, 16)}
    assert sorted(enlarged) == list(range(9))
    assert {sample["image"].shape for sample in samples} == {(3, 32, 32)}
