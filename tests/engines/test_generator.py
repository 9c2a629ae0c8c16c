"""Generation: a sample is the same bytes whatever its neighbours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from ignite.engine import Events
from tiny_parts import tiny_network

from cosimgen_monai.prompts import Request

Make = Callable[..., Any]
REQUESTS = [
    Request(0, "A photo of liver", (1,), "classes", 11),
    Request(1, "A photo of spleen", (2,), "text", 12),
    Request(2, "A photo of liver, aorta", (1, 3), "both", 13),
    Request(3, "A photo of aorta", (3,), "classes", 14),
    Request(4, "A photo of liver", (1,), "classes", 15),
]


def drawn(generator: Any) -> dict[int, dict[str, Any]]:
    samples: dict[int, dict[str, Any]] = {}
    generator.add_event_handler(
        Events.ITERATION_COMPLETED, lambda e: samples.update({s["request"].index: s for s in e.state.output})
    )
    generator.run()
    return samples


def same(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return torch.equal(a["image"], b["image"]) and torch.equal(a["label"], b["label"])


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_sample_is_the_same_bytes_alone_in_a_batch_and_in_any_order(tiny_generator: Make, precision: str) -> None:
    together = drawn(tiny_generator(REQUESTS, precision=precision))
    assert sorted(together) == [0, 1, 2, 3, 4]  # the padding of the last batch is dropped
    reverse = drawn(tiny_generator(REQUESTS[::-1], precision=precision))
    for request in REQUESTS:
        alone = drawn(tiny_generator([request], precision=precision))[request.index]
        assert same(alone, together[request.index])
        assert same(alone, reverse[request.index])


def test_what_is_no_number_is_never_a_sample(tiny_generator: Make) -> None:
    network = tiny_network()
    with torch.no_grad():
        network.unet.last.conv.bias.fill_(torch.nan)
    with pytest.raises(FloatingPointError, match=r"precision float32.*--precision float32.*--ckpt_path"):
        drawn(tiny_generator(REQUESTS, network))


def test_samples_have_their_shapes_and_ranges(tiny_generator: Make) -> None:
    for sample in drawn(tiny_generator(REQUESTS)).values():
        assert sample["image"].shape == (3, 16, 16)
        assert sample["image"].abs().max() <= 1
        assert sample["label"].shape == (1, 16, 16)
        assert sample["label"].dtype == torch.uint8
        assert sample["label"].max() < 4


def test_the_seed_the_classes_and_the_way_of_asking_each_change_a_sample(tiny_generator: Make) -> None:
    base = Request(0, "A photo of liver", (1,), "classes", 11)
    changed = [
        Request(0, "A photo of liver", (1,), "classes", 12),
        Request(0, "A photo of liver", (2,), "classes", 11),
        Request(0, "A photo of liver", (1,), "text", 11),
        Request(0, "A photo of liver", (1,), "both", 11),
    ]
    reference = drawn(tiny_generator([base]))[0]
    assert all(not same(reference, drawn(tiny_generator([request]))[0]) for request in changed)
    # asked by class, the words play no part
    assert same(reference, drawn(tiny_generator([Request(0, "anything", (1,), "classes", 11)]))[0])


def test_postprocessing_reaches_each_sample(tiny_generator: Make) -> None:
    samples = drawn(tiny_generator(REQUESTS, postprocessing=lambda sample: {**sample, "mean": sample["image"].mean()}))
    assert all(sample["mean"] == sample["image"].mean() for sample in samples.values())
    assert len(samples) == 5


def test_nothing_left_to_draw_still_writes_what_is_written_at_the_end(tiny_generator: Make) -> None:
    generator, ended = tiny_generator([]), []
    generator.add_event_handler(Events.COMPLETED, lambda: ended.append(True))
    assert drawn(generator) == {}
    assert ended == [True]


def test_a_precision_that_the_device_lacks_is_refused(tiny_generator: Make) -> None:
    with pytest.raises(ValueError, match="float16 needs a GPU"):
        tiny_generator(REQUESTS, precision="float16")
