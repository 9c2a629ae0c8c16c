"""The EMA's settings (that it averages and harms nothing is tested with the trainer)."""

from __future__ import annotations

import pytest
import torch

from cosimgen_monai.handlers import ExponentialMovingAverage


@pytest.mark.parametrize("decay", [1, -0.1, 2])
def test_a_decay_out_of_range_is_refused(decay: float) -> None:
    with pytest.raises(ValueError, match=r"`ema_decay` must lie in \[0, 1\)"):
        ExponentialMovingAverage(torch.nn.Linear(1, 1), decay)


def test_early_averages_forget_the_first_weights() -> None:
    model = torch.nn.Linear(1, 1, bias=False)
    ema = ExponentialMovingAverage(model, decay=0.9999)
    for value in (0.0, *[1.0] * 30):  # the weights are 0 once, then 1
        torch.nn.init.constant_(model.weight, value)
        ema.averaged.update_parameters(model)
    assert ema.module.weight.item() > 0.99
