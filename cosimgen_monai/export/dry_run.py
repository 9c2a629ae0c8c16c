"""What a run would draw and cost, without drawing."""

from __future__ import annotations

import copy
import logging
import math
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from cosimgen_monai.engines import PairGenerator
from cosimgen_monai.export.writer import SampleWriter
from cosimgen_monai.prompts import Request

logger = logging.getLogger(__name__)


def dry_run(
    generator: PairGenerator,
    postprocessing: Any,
    writers: Sequence[SampleWriter],
    requests: Sequence[Request],
    missing: Sequence[Request],
    output_dir: str | Path,
) -> None:
    """Say what is left of a plan, how long it takes and how much disk; write nothing.

    Time is that of the networks alone, two steps measured on this device; disk is that of noise, which compresses worse
    than any image.

    Args:
        generator: the generator that would run.
        postprocessing: its transform.
        writers: the writers of the formats asked for.
        requests: the whole plan.
        missing: what is not drawn yet.
        output_dir: the folder that would be written to.
    """
    batches = math.ceil(len(missing) / generator.batch_size)
    sample, after = _stand_in(generator, postprocessing, requests[0])
    seconds = batches * _seconds_of_batch(generator) + len(missing) * after
    size = len(missing) * _bytes_of_sample(writers, sample)
    free = shutil.disk_usage(_existing(Path(output_dir))).free
    logger.info(
        "Dry run, nothing is drawn or written:\n  %d of %d samples are left, %d batch(es) of %d\n"
        "  time  %s at least (redraws and writing come on top)\n  disk  %s at most, %s are free%s",
        len(missing),
        len(requests),
        batches,
        generator.batch_size,
        _duration(seconds),
        _megabytes(size),
        _megabytes(free),
        ": NOT ENOUGH" if size > free else "",
    )


def _seconds_of_batch(generator: PairGenerator) -> float:
    """Return the time that a full batch takes: all steps of a sampler from two of them, or the one pass of others."""
    inferer: Any = generator.inferer
    network = generator.network.eval()
    steps = getattr(inferer, "steps", None)
    if steps is not None:
        inferer = copy.copy(inferer)
        inferer.sampler, inferer.steps = "dpm_solver", 2  # its steps cost what anybody's cost
    noise = inferer.noise(list(range(generator.batch_size)), network)
    took = math.inf
    with torch.no_grad():
        presence = torch.ones(generator.batch_size, network.num_classes, device=network.palette.device)
        condition = network.condition(presence)
        for _ in range(2):  # the first warms up
            begin = time.perf_counter()
            inferer(noise, network, condition).sum().item()
            took = time.perf_counter() - begin
    return took if steps is None else took * steps / 2


def _stand_in(generator: PairGenerator, postprocessing: Any, request: Request) -> tuple[dict[str, Any], float]:
    """Return a sample of noise, which no format can compress, and the seconds that its postprocessing takes."""
    side = generator.network.image_size
    random = torch.Generator().manual_seed(0)
    image = torch.rand(3, side, side, generator=random) * 2 - 1
    label = torch.randint(generator.network.num_classes, (1, side, side), generator=random).to(torch.uint8)
    begin = time.perf_counter()
    sample = postprocessing({"request": request, "image": image, "label": label, "drawn_label": label})
    return sample, time.perf_counter() - begin


def _bytes_of_sample(writers: Sequence[SampleWriter], sample: dict[str, Any]) -> int:
    """Return the size of a sample's files."""
    with TemporaryDirectory() as folder:
        for number, writer in enumerate(writers):
            elsewhere = copy.copy(writer)
            elsewhere.folder = Path(folder) / str(number)
            elsewhere.write(sample)
        return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())


def _existing(folder: Path) -> Path:
    folder = folder.resolve()
    return folder if folder.exists() else _existing(folder.parent)


def _duration(seconds: float) -> str:
    hours, rest = divmod(round(seconds), 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {left:02d} s"


def _megabytes(size: float) -> str:
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.1f} MB"
