"""The trainer: what learns, what drives the network, what stops it, and that it is reproducible."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from ignite.engine import Events

from cosimgen_monai.codec import ClassTable, presence_vector, unpack_pair
from cosimgen_monai.handlers import ExponentialMovingAverage
from cosimgen_monai.losses import AdversarialLoss
from cosimgen_monai.prompts import PromptBook, requests_of_sets, write_prompt
from cosimgen_monai.sampling import NoiseSchedule, NoisingInferer

Make = Callable[..., Any]


def copies(module: torch.nn.Module) -> list[torch.Tensor]:
    return [parameter.detach().clone() for parameter in module.parameters()]


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[key], b[key]) for key in a)


def test_an_iteration_teaches_generator_and_discriminator(tiny_training: Make) -> None:
    everywhere = {"adversarial": AdversarialLoss(max_timestep=1000)}
    training = tiny_training(num_pairs=4, warm_up=False, null_share=0.5, loss=everywhere)
    before, judge_before = copies(training.network), copies(training.discriminator)
    training.run()
    assert training.trainer.state.iteration == 1
    assert all(math.isfinite(loss) for loss in training.trainer.state.output.values())
    moved = [not torch.equal(a, b) for a, b in zip(before, training.network.parameters(), strict=True)]
    assert all(moved)
    assert any(not torch.equal(a, b) for a, b in zip(judge_before, training.discriminator.parameters(), strict=True))
    # the generator's step left no gradient in the discriminator
    assert all(parameter.grad is None for parameter in training.discriminator.parameters())


def test_two_runs_are_bit_identical_and_another_seed_is_another_run(tiny_training: Make) -> None:
    first = tiny_training(max_epochs=2).run().state()
    torch.manual_seed(99)
    assert same(first, tiny_training(max_epochs=2).run().state())
    assert not same(first, tiny_training(max_epochs=2, seed=1).run().state())


def test_the_loss_falls(tiny_training: Make) -> None:
    losses: list[float] = []
    training = tiny_training(max_epochs=15, warm_up=False)
    training.trainer.add_event_handler(Events.ITERATION_COMPLETED, lambda e: losses.append(e.state.output["diffusion"]))
    training.run()
    assert sum(losses[-10:]) < 0.7 * sum(losses[:10])


class Recorder(NoisingInferer):
    """Keep the pairs and the condition that the network is asked with."""

    def __call__(self, inputs, network, noise, timesteps, condition):
        self.pairs, self.asked = inputs, condition.detach()
        return super().__call__(inputs, network, noise, timesteps, condition)


@pytest.mark.parametrize(
    ("text_share", "null_share", "by"), [(0, 0, "classes"), (1, 0, "text"), (0, 1, "null"), (1, 1, "null")]
)
def test_shares_route_the_condition(tiny_training: Make, text_share: float, null_share: float, by: str) -> None:
    recorder = Recorder(NoiseSchedule())
    shares = {"text_share": text_share, "null_share": null_share}
    training = tiny_training(
        num_pairs=4, lr=0.0, inferer=recorder, **shares
    )  # at rate 0 the encoders stay as they were
    book = training.trainer.prompts
    training.trainer.prompts = PromptBook(book.classes, book.embed, num_variants=1)
    training.run()

    network, classes = training.network, book.classes
    presence = presence_vector(unpack_pair(recorder.pairs, network.palette, 4)[1], classes)
    prompts = [write_prompt(row.nonzero().flatten().tolist(), classes) for row in presence]
    expected = {
        "classes": network.class_encoder(presence),
        "text": network.text_encoder(book.embed(prompts)),
        "null": network.null_embedding.expand(4, -1),
    }[by]
    torch.testing.assert_close(recorder.asked, expected.detach())


def test_a_part_of_weight_zero_is_left_out(tiny_training: Make) -> None:
    no_triplet = tiny_training(num_pairs=4, text_share=0.0, loss={"triplet_weight": 0})
    before = copies(no_triplet.network.text_encoder)
    no_triplet.run()
    assert set(no_triplet.trainer.state.output) == {"diffusion", "discriminator", "adversarial", "total"}
    assert all(torch.equal(a, b) for a, b in zip(before, no_triplet.network.text_encoder.parameters(), strict=True))

    no_judge = tiny_training(num_pairs=4, loss={"adversarial_weight": 0})
    before = copies(no_judge.discriminator)
    no_judge.run()
    assert set(no_judge.trainer.state.output) == {"diffusion", "triplet", "total"}
    assert all(torch.equal(a, b) for a, b in zip(before, no_judge.discriminator.parameters(), strict=True))


def test_the_discriminator_begins_to_train_when_told(tiny_training: Make) -> None:
    training = tiny_training(num_pairs=16, loss={"discriminator_start": 2})
    learnt: list[int] = []
    training.objects["discriminator_optimizer"].register_step_post_hook(
        lambda *_: learnt.append(training.trainer.state.iteration)
    )
    training.run()
    assert learnt == [3, 4]


@pytest.mark.parametrize(("num_pairs", "expected"), [(16, [2, 4, 6, 8]), (12, [2, 3, 5, 6])])
def test_accumulation_steps_every_second_iteration_and_at_an_epochs_end(
    tiny_training: Make, num_pairs: int, expected: list[int]
) -> None:
    training = tiny_training(num_pairs=num_pairs, max_epochs=2, accumulation_steps=2)
    steps: dict[str, list[int]] = {"optimizer": [], "discriminator_optimizer": []}
    for name, seen in steps.items():
        training.objects[name].register_step_post_hook(
            lambda *_, seen=seen: seen.append(training.trainer.state.iteration)
        )
    training.run()
    assert steps == {"optimizer": expected, "discriminator_optimizer": expected}
    assert training.objects["lr_scheduler"].last_epoch == expected[-1]  # the schedule counts iterations


def test_nan_in_the_images_stops_before_the_weights_are_spoilt(tiny_training: Make) -> None:
    training = tiny_training(max_epochs=2)
    transform = training.trainer.data_loader.dataset.transform

    def spoilt(sample: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        sample = transform(sample)
        return {**sample, "image": sample["image"] * (torch.nan if training.trainer.state.iteration >= 4 else 1.0)}

    training.trainer.data_loader.dataset.transform = spoilt
    with pytest.raises(FloatingPointError, match=r"(diffusion|discriminator) loss is nan at epoch 2, iteration 5"):
        training.run()
    assert all(torch.isfinite(tensor).all() for tensor in training.state().values())


def test_ema_is_the_average_of_the_weights_and_leaves_them_alone(tiny_training: Make) -> None:
    training = tiny_training(max_epochs=4)
    other = ExponentialMovingAverage(training.network, decay=0.5)
    history: list[list[torch.Tensor]] = []
    training.trainer.add_event_handler(Events.ITERATION_COMPLETED, lambda: history.append(copies(training.network)))
    other.attach(training.trainer)
    with_two_averages = training.run().state()

    for ema, decay in ((training.ema, 0.9), (other, 0.5)):
        average = [weight.double() for weight in history[0]]
        for n, weights in enumerate(history[1:], start=1):
            kept = min(decay, (1 + n) / (10 + n))
            average = [kept * a + (1 - kept) * w.double() for a, w in zip(average, weights, strict=True)]
        for found, expected in zip(ema.module.parameters(), average, strict=True):
            torch.testing.assert_close(found.double(), expected, atol=1e-5, rtol=1e-5)
    assert torch.equal(training.ema.module.palette, training.network.palette)
    assert same(with_two_averages, tiny_training(max_epochs=4).run().state())


def test_validation_does_not_change_training(tiny_training: Make, tiny_generator: Make) -> None:
    validated = tiny_training(max_epochs=2)
    requests = requests_of_sets(validated.pairs.class_sets(), validated.trainer.classes, 4, seed=0)
    evaluator = tiny_generator(requests, network=validated.ema.module)
    drawn: list[torch.Tensor] = []

    @validated.trainer.on(Events.EPOCH_COMPLETED)
    def validate() -> None:
        evaluator.run(validated.trainer.state.epoch)
        drawn.append(torch.stack([sample["image"] for sample in evaluator.state.output]))

    assert same(validated.run().state(), tiny_training(max_epochs=2).run().state())
    assert not torch.equal(*drawn)  # it drew from the weights of each epoch


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"text_share": 1.5}, "`text_share` must be a number from 0 to 1, got 1.5"),
        ({"null_share": None}, "`null_share` must be a number from 0 to 1, got None"),
        ({"null_share": -0.1}, "`null_share` must be a number from 0 to 1, got -0.1"),
        ({"precision": "half"}, "`precision` must be one of"),
        ({"precision": "float16"}, "float16 needs a GPU"),
    ],
)
def test_wrong_options_are_refused(tiny_training: Make, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        tiny_training(**options)


@pytest.mark.parametrize("prediction_type", ["epsilon", "v_prediction", "sample"])
def test_bfloat16_trains_every_prediction_type(tiny_training: Make, prediction_type: str) -> None:
    training = tiny_training(precision="bfloat16", prediction_type=prediction_type).run()
    assert all(math.isfinite(loss) for loss in training.trainer.state.output.values())
    assert all(parameter.dtype == torch.float32 for parameter in training.network.parameters())


def test_a_pair_whose_classes_are_all_gone_still_trains(tiny_training: Make) -> None:
    training = tiny_training(num_pairs=4, classes=ClassTable(("a", "b", "c", "d"), background=0))
    training.pairs.labels[:] = 0
    training.run()
    assert math.isfinite(training.trainer.state.output["total"])
