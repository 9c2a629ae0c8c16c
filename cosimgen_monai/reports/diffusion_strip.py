"""Reverse diffusion as a strip: what a model has drawn at some of its steps (the paper's figure 11)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont, ImageOps

from cosimgen_monai.codec import IMAGE_CHANNELS, presence_of, to_8_bit
from cosimgen_monai.networks import TrainedModel
from cosimgen_monai.prompts import Request
from cosimgen_monai.sampling import NoiseSchedule, SamplingInferer

Snapshot = tuple[int, torch.Tensor]
"""A timestep, and the pairs at it (B 6 H W, [-1, 1])."""
SHOWN = ("clean", "noisy")


def watch_diffusion(
    model: TrainedModel,
    requests: Sequence[Request],
    embed: Callable[[Sequence[str]], torch.Tensor],
    num_shown: int = 8,
    show: str = "clean",
    device: torch.device | str = "cpu",
    **options: object,
) -> list[Snapshot]:
    """Draw requests and keep the pairs at some steps, evenly from the first to the last.

    Args:
        model: a trained CoSimGen; baselines draw in one pass.
        requests: what to draw.
        embed: the model's sentence encoder.
        num_shown: how many steps are kept.
        show: ``clean`` for the estimate x̂_0 of the clean pair at each step, ``noisy`` for x_t itself.
        device: where to draw.
        options: sampler, steps, guidance scale and precision of :class:`SamplingInferer`.

    Raises:
        ValueError: if the model is a baseline, or an option is unknown or out of range.
    """
    if model.architecture != "cosimgen":
        raise ValueError(f"{model.path} is a {model.architecture} model, which draws in one pass: it has no steps.")
    if show not in SHOWN:
        raise ValueError(f"`show` must be {' or '.join(SHOWN)}, got {show!r}.")
    seen: list[Snapshot] = []

    def keep(timestep: int, noisy: torch.Tensor, clean: torch.Tensor) -> None:
        seen.append((timestep, (clean if show == "clean" else noisy).float().cpu()))

    inferer = SamplingInferer(NoiseSchedule(**model.card["schedule"]), watch=keep, **options)  # type: ignore[arg-type]
    model.check_guidance(inferer.guidance_scale)
    network = model.network().to(device)
    conditions = []
    for request in requests:
        by_text = embed([request.prompt]).to(device) if request.by != "classes" else None
        by_class = presence_of(request.asked, network.num_classes)[None].to(device) if request.by != "text" else None
        conditions.append(network.condition(by_class, by_text).detach())
    inferer(inferer.noise([request.seed for request in requests], network), network, torch.cat(conditions))
    chosen = np.unique(np.linspace(0, len(seen) - 1, min(num_shown, len(seen))).round().astype(int))
    return [seen[i] for i in chosen.tolist()]


def draw_strip(snapshots: Sequence[Snapshot], titles: Sequence[str], heading: str, tile: int = 128) -> Image.Image:
    """Draw a strip a request: timesteps from left to right, the image above its mask.

    Masks are shown in the colours that the model draws (F-RGB), undecoded, so that it is seen how they form.

    Args:
        snapshots: the pairs by timestep.
        titles: what was asked for, one a request.
        heading: what stands above.
        tile: side of a picture in pixels.
    """
    gap, head, title_height = 8, 50, 20
    height = title_height + 2 * tile + gap
    width = gap + len(snapshots) * (tile + 2) + gap
    sheet = Image.new("RGB", (width, head + len(titles) * height), "white")
    draw = ImageDraw.Draw(sheet)
    draw.text((gap, 6), heading, fill="black", font=ImageFont.load_default(size=15))
    for k, (timestep, pairs) in enumerate(snapshots):
        left = gap + k * (tile + 2)
        draw.text((left, head - 20), f"t = {timestep}", fill="black", font=ImageFont.load_default(size=13))
        for i, pair in enumerate(pairs.clamp(-1, 1).numpy()):
            top = head + i * height + title_height
            for part, channels in enumerate((pair[:IMAGE_CHANNELS], pair[IMAGE_CHANNELS:])):
                picture = Image.fromarray(to_8_bit(channels))
                shown = ImageOps.contain(picture, (tile, tile), Image.Resampling.NEAREST)
                sheet.paste(shown, (left, top + part * (tile + 2)))
    for i, title in enumerate(titles):
        draw.text((gap, head + i * height), title, fill="black", font=ImageFont.load_default(size=13))
    return sheet
