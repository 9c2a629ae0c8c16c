"""The strip of reverse diffusion: it ends in the pair that generation draws, and starts in its noise."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tiny_parts import embed_prompts, tiny_model, tiny_network

from cosimgen_monai.codec import presence_of, to_8_bit
from cosimgen_monai.prompts import Request
from cosimgen_monai.reports.diffusion_strip import draw_strip, watch_diffusion
from cosimgen_monai.sampling import NoiseSchedule, SampleNoise, SamplingInferer

REQUESTS = [Request(0, "A photo of liver", (1,), "classes", 7), Request(1, "A photo of aorta", (3,), "text", 8)]
OPTIONS = {"steps": 10, "sampler": "dpm_solver", "precision": "float32"}


def test_it_ends_in_what_generation_draws_and_starts_in_the_seeds_noise() -> None:
    model = tiny_model(tiny_network())
    clean = watch_diffusion(model, REQUESTS, embed_prompts, num_shown=4, **OPTIONS)
    noisy = watch_diffusion(model, REQUESTS, embed_prompts, num_shown=4, show="noisy", **OPTIONS)
    steps = [timestep for timestep, _ in clean]
    assert (len(steps), steps[0], steps[-1]) == (4, 99, 0)
    assert steps == sorted(steps, reverse=True)
    network = model.network()
    inferer = SamplingInferer(NoiseSchedule(num_train_timesteps=100), **OPTIONS)
    conditions = [
        network.condition(presence_of((1,), 4)[None]),
        network.condition(None, embed_prompts(["A photo of aorta"])),
    ]
    with torch.no_grad():
        drawn = inferer(inferer.noise([7, 8], network), network, torch.cat(conditions))
    torch.testing.assert_close(clean[-1][1], drawn)
    torch.testing.assert_close(noisy[0][1], SampleNoise([7, 8], (6, 16, 16)).draw())


def test_images_stand_above_masks_in_the_colours_drawn() -> None:
    pair = torch.rand(1, 6, 8, 8) * 2 - 1
    strip = np.asarray(draw_strip([(5, pair), (0, -pair)], ["A photo of liver"], "heading", tile=8))
    for k, shown in enumerate((pair, -pair)):
        left = 8 + k * 10
        np.testing.assert_array_equal(strip[70:78, left : left + 8], to_8_bit(shown[0, :3].numpy()))
        np.testing.assert_array_equal(strip[80:88, left : left + 8], to_8_bit(shown[0, 3:].numpy()))


def test_a_baseline_has_no_steps_and_what_to_show_is_checked() -> None:
    with pytest.raises(ValueError, match="tgan model, which draws in one pass"):
        watch_diffusion(tiny_model(tiny_network(), architecture="tgan"), REQUESTS, embed_prompts)
    with pytest.raises(ValueError, match="`show` must be clean or noisy"):
        watch_diffusion(tiny_model(tiny_network()), REQUESTS, embed_prompts, show="both")
