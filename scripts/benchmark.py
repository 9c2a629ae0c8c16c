"""Time CoSimGen beside its peers, in one run, as ratios: network and training step, loading of pairs, generating.

The network's peer is denoising-diffusion-pytorch, the loading's MONAI's PersistentDataset (``benchmark_loading.py``),
and generating's a loop of bare calls of its own network (``benchmark_generating.py``).

Both networks have base width 64, multipliers 1-2-4-8, 6 channels, 128 x 128 pixels, the same batch and threads. Each
measurement is a child process of its own, so that peak memory is a contender's (in all, and above what its libraries
take once imported: MONAI alone 400 MiB); contenders take turns, so that a
machine that slows down slows all of them. Every figure is the median over the rounds; for each contender the better
memory layout counts, and both stand in the table.

    pip install -e '.[benchmark]'
    python scripts/benchmark.py --rounds 3 --output benchmark.json
    python scripts/benchmark.py --parts generating --rounds 5 --samples 128 --threads 2
    python scripts/benchmark.py --parts loading --frame_dir CHOLECSEG8K --ct_dir BTCV
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import product
from typing import Any

import torch

PARTS = ("network", "loading", "generating")
TASKS = ("forward", "forward_backward", "training_step")
CONTENDERS = ("cosimgen", "peer")
LIBRARIES = {"cosimgen": ("cosimgen_monai.engines",), "peer": ("denoising_diffusion_pytorch", "ema_pytorch")}
PRECISIONS = ("float32", "bfloat16")
LAYOUTS = ("contiguous", "channels_last")
SIZE, NUM_CLASSES = 128, 14


def main() -> None:
    """Run the benchmark, or as a child measure one contender."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="measurements of each contender")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--batch_size", type=int, default=4)
    parser.add_argument("--repeats", type=int, default=3, help="timed repeats within a measurement, after one warm-up")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--pairs", type=int, default=8080, help="pairs to load; 8,080 as in CholecSeg8k")
    parser.add_argument("--workers", type=int, default=2, help="loading processes, beside none at all")
    parser.add_argument("--frame_dir", help="a folder in CholecSeg8k's layout, whose frames are copied")
    parser.add_argument(
        "--ct_dir", help="a folder in BTCV's layout, whose slices are copied; the phantom's if not given"
    )
    parser.add_argument("--samples", type=int, default=64, help="pairs to generate, a multiple of 16")
    parser.add_argument("--output", help="JSON file for the figures")
    parser.add_argument(
        "--child", nargs=4, metavar=("TASK", "CONTENDER", "PRECISION", "LAYOUT"), help=argparse.SUPPRESS
    )
    args = parser.parse_args()
    if args.child:
        print(json.dumps(measure(*args.child, args)))
        return
    rows: list[dict[str, Any]] = []
    if "network" in args.parts:
        figures = run_rounds(args)
        print_table(figures, args)
        rows += [{"case": case, **figure} for case, figure in figures.items()]
    if "loading" in args.parts:
        import benchmark_loading

        rows += benchmark_loading.run(args)
    if "generating" in args.parts:
        import benchmark_generating

        rows += benchmark_generating.run(args)
    if args.output:
        from cosimgen_monai.settings import atomic_write

        with atomic_write(args.output) as draft:
            draft.write_text(json.dumps(rows, indent=1), "utf-8")


def run_rounds(args: argparse.Namespace) -> dict[tuple[str, ...], dict[str, float]]:
    """Measure all cases in turn, round by round, and return each one's medians."""
    cases = list(product(args.tasks, PRECISIONS, CONTENDERS, LAYOUTS))
    results: dict[tuple[str, ...], list[dict[str, float]]] = {case: [] for case in cases}
    for turn in range(args.rounds):
        for task, precision, contender, layout in cases:
            print(f"round {turn + 1}: {task} {precision} {contender} {layout}", file=sys.stderr)
            options = [f"--{key}={getattr(args, key)}" for key in ("batch_size", "repeats", "threads")]
            command = [sys.executable, __file__, *options, "--child", task, contender, precision, layout]
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            results[task, precision, contender, layout].append(json.loads(output.splitlines()[-1]))
    return {
        case: {key: statistics.median(run[key] for run in runs) for key in runs[0]} for case, runs in results.items()
    }


def print_table(figures: dict[tuple[str, ...], dict[str, float]], args: argparse.Namespace) -> None:
    """Print milliseconds an image, peak memory, and the ratios of the better layouts."""
    print(f"{platform.processor() or platform.machine()}, {args.threads} threads, torch {torch.__version__}, ", end="")
    print(f"batch {args.batch_size}, median of {args.rounds} rounds")
    print("| task | precision | contender | layout | ms an image | peak MiB | above libraries |")
    print("|---|---|---|---|---|---|---|")
    for (task, precision, contender, layout), figure in figures.items():
        memory = f"{figure['peak_mib']:.0f} | {figure['above_libraries_mib']:.0f}"
        print(f"| {task} | {precision} | {contender} | {layout} | {figure['ms']:.1f} | {memory} |")
    print("\n| task | CoSimGen's | peer's | time ratio | memory ratio | above libraries |\n|---|---|---|---|---|---|")
    for task in args.tasks:
        best = {
            (contender, precision): min((figures[task, precision, contender, layout] for layout in LAYOUTS), key=_ms)
            for contender, precision in product(CONTENDERS, PRECISIONS)
        }
        for ours, theirs in (("bfloat16", "float32"), ("bfloat16", "bfloat16"), ("float32", "float32")):
            mine, other = best["cosimgen", ours], best["peer", theirs]
            ratios = [f"{mine[key] / other[key]:.2f}" for key in ("ms", "peak_mib", "above_libraries_mib")]
            print(f"| {task} | {ours} | {theirs} | {' | '.join(ratios)} |")


def _ms(figure: dict[str, float]) -> float:
    return figure["ms"]


def measure(task: str, contender: str, precision: str, layout: str, args: argparse.Namespace) -> dict[str, float]:
    """Time one case in this process; return milliseconds an image and peak memory, the libraries' own apart."""
    for library in LIBRARIES[contender]:
        importlib.import_module(library)
    libraries = _peak_mib()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    step = {"cosimgen": cosimgen_step, "peer": peer_step}[contender](task, precision, layout, args.batch_size)
    step()
    start = time.perf_counter()
    for _ in range(args.repeats):
        step()
    ms = (time.perf_counter() - start) / args.repeats / args.batch_size * 1000
    return {"ms": ms, "peak_mib": _peak_mib(), "above_libraries_mib": _peak_mib() - libraries}


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _autocast(precision: str) -> torch.autocast:
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bfloat16")


def _network_step(
    task: str, precision: str, network: torch.nn.Module, forward: Callable[[], Any]
) -> Callable[[], None]:
    """Return the network alone: a forward pass without gradients (a sampling step), or with the backward pass."""

    def evaluate() -> None:
        with torch.no_grad(), _autocast(precision):
            forward()

    def differentiate() -> None:
        with _autocast(precision):
            prediction = forward()
        prediction.float().square().mean().backward()
        network.zero_grad(set_to_none=True)

    return evaluate if task == "forward" else differentiate


def cosimgen_step(task: str, precision: str, layout: str, batch_size: int) -> Callable[[], Any]:
    """Return a step of the paper-scale CoSimGen; the training step has discriminator, triplet, Adam and EMA."""
    from cosimgen_monai.networks import CoSimGen

    network = CoSimGen(NUM_CLASSES, NUM_CLASSES, SIZE).to(memory_format=_layout(layout))
    if task == "training_step":
        return _cosimgen_training(network, precision, batch_size)
    pair = torch.randn(batch_size, 6, SIZE, SIZE).to(memory_format=_layout(layout))
    t, presence = torch.randint(1000, (batch_size,)), torch.ones(batch_size, NUM_CLASSES)
    return _network_step(task, precision, network, lambda: network(pair, t, presence))


def _cosimgen_training(network: Any, precision: str, batch_size: int) -> Callable[[], Any]:
    from cosimgen_monai.codec import ClassTable
    from cosimgen_monai.engines import CoSimGenTrainer
    from cosimgen_monai.handlers import ExponentialMovingAverage
    from cosimgen_monai.losses import CoSimGenLoss
    from cosimgen_monai.networks import PairDiscriminator
    from cosimgen_monai.prompts import PromptBook
    from cosimgen_monai.sampling import NoiseSchedule, NoisingInferer

    classes = ClassTable(tuple(f"class {i}" for i in range(NUM_CLASSES)), background=0)
    discriminator, ema = PairDiscriminator(SIZE), ExponentialMovingAverage(network)
    label = torch.randint(NUM_CLASSES, (batch_size, 1, SIZE, SIZE), dtype=torch.uint8)
    trainer = CoSimGenTrainer(
        device=torch.device("cpu"),
        max_epochs=1_000_000,
        train_data_loader=[{"image": torch.rand(batch_size, 1, SIZE, SIZE) * 2 - 1, "label": label}],
        network=network,
        optimizer=torch.optim.Adam(network.parameters(), lr=2e-4),
        loss_function=CoSimGenLoss(),
        inferer=NoisingInferer(NoiseSchedule()),
        prompts=PromptBook(classes, lambda prompts: torch.zeros(len(prompts), 384)),
        classes=classes,
        discriminator=discriminator,
        discriminator_optimizer=torch.optim.Adam(discriminator.parameters(), lr=2e-4),
        precision=precision,
    )
    trainer.state.iteration = 1

    def step() -> None:
        trainer._iteration(trainer, trainer.data_loader[0])
        ema.averaged.update_parameters(network)

    return step


def peer_step(task: str, precision: str, layout: str, batch_size: int) -> Callable[[], Any]:
    """Return a step of denoising-diffusion-pytorch; the training step has its own diffusion loss, Adam and EMA."""
    from denoising_diffusion_pytorch import GaussianDiffusion, Unet
    from ema_pytorch import EMA

    network = Unet(dim=64, dim_mults=(1, 2, 4, 8), channels=6).to(memory_format=_layout(layout))
    pair = torch.rand(batch_size, 6, SIZE, SIZE).to(memory_format=_layout(layout))
    if task != "training_step":
        t = torch.randint(1000, (batch_size,))
        return _network_step(task, precision, network, lambda: network(pair, t))
    diffusion = GaussianDiffusion(network, image_size=SIZE)
    optimizer, ema = torch.optim.Adam(diffusion.parameters(), lr=8e-5), EMA(diffusion, update_every=1)

    def step() -> None:
        with _autocast(precision):
            loss = diffusion(pair)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(diffusion.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        ema.update()

    return step


def _layout(name: str) -> torch.memory_format:
    return torch.channels_last if name == "channels_last" else torch.contiguous_format


if __name__ == "__main__":
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    main()
