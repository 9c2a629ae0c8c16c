"""The loading part of ``benchmark.py``: warm pairs a second beside MONAI's PersistentDataset of the same transforms.

Real samples are few, so pairs are distinct copies of them, each moved, mirrored and made darker or brighter; they are
written to each contender's own cache first, and only reading, augmenting and collating is timed. Contenders take turns.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import monai
import numpy as np
import torch
from monai.bundle import ConfigParser
from monai.data import PersistentDataset
from monai.transforms import Compose, ScaleIntensityRanged
from torch.utils.data import DataLoader, Dataset

from cosimgen_monai.data import BTCV, CholecSeg8k, EpochSampler, PairDataset, PairSource, PhantomCT, cache_pairs

CONFIGS = Path(__file__).resolve().parents[1] / "bundle" / "configs"
SIZE, BATCH_SIZE = 128, 24


class Copies:
    """Distinct copies of a dataset's pairs, as a dataset."""

    def __init__(self, source: PairSource, num_pairs: int) -> None:
        self.source, self.num_pairs = source, num_pairs
        self.name, self.modality, self.group_name = f"{source.name} copies", source.modality, "copy"
        self.classes, self.window, self.on_fault = source.classes, source.window, source.on_fault
        self._originals: list[dict[str, Any]] = []

    def items(self) -> list[dict[str, str]]:
        """List as many items as there are copies, all of the first original's files."""
        return [{**self.source.items()[0], "group": str(i)} for i in range(self.num_pairs)]

    def read(self, item: dict[str, str], image_size: int) -> Iterator[dict[str, Any]]:
        """Make one copy."""
        if not self._originals:
            read = (pair for original in self.source.items() for pair in self.source.read(original, image_size))
            self._originals = [pair for pair in read if (pair["label"] != self.classes.background).any()]
        rng = np.random.default_rng(int(item["group"]))
        pair = self._originals[int(item["group"]) % len(self._originals)]
        shift, mirror, gain = rng.integers(0, image_size, 2), rng.integers(2), rng.uniform(0.7, 1.0)
        moved = {key: np.roll(pair[key], shift, axis=(1, 2))[..., :: 1 - 2 * mirror] for key in ("image", "label")}
        image = np.ascontiguousarray(moved["image"] * gain).astype(pair["image"].dtype)
        yield {"image": image, "label": np.ascontiguousarray(moved["label"]), "group": item["group"]}

    def settings(self) -> dict[str, Any]:
        """Return what shapes a copy."""
        return {"copies": self.num_pairs}

    def card(self) -> dict[str, Any]:
        """Return the original's card."""
        return self.source.card()


def transforms_of(source: PairSource, configs: Sequence[str]) -> list[Any]:
    """Return a training's transforms: intensity, then the augmentation of its configs."""
    parser = ConfigParser(ConfigParser.load_config_files([str(CONFIGS / name) for name in configs]))
    intensity = ScaleIntensityRanged("image", *source.window, -1, 1, clip=True)
    return [intensity, *parser.get_parsed_content("augmentation")]


def ours(source: Copies, transforms: list[Any], folder: Path) -> Dataset:
    """Return the pairs in CoSimGen's cache."""
    return PairDataset(cache_pairs(source, source.items(), SIZE, folder / "pairs"), Compose(transforms))


def peer(source: Copies, transforms: list[Any], folder: Path) -> Dataset:
    """Return the pairs in MONAI's cache, which holds what the transforms before the first random one give."""

    def read(item: dict[str, str]) -> dict[str, torch.Tensor]:
        pair = next(source.read(item, SIZE))
        return {"image": torch.from_numpy(pair["image"]).float(), "label": torch.from_numpy(pair["label"])}

    dataset = PersistentDataset(source.items(), Compose([read, *transforms]), folder / "persistent")
    for i in range(len(dataset)):
        dataset[i]
    return dataset


def loader_of(dataset: Dataset, num_workers: int) -> DataLoader:
    """Return a loader of shuffled batches."""
    order: dict[str, Any] = (
        {"sampler": EpochSampler(dataset)} if isinstance(dataset, PairDataset) else {"shuffle": True}
    )
    return DataLoader(
        dataset, BATCH_SIZE, num_workers=num_workers, persistent_workers=num_workers > 0, drop_last=True, **order
    )


def pairs_a_second(loader: DataLoader) -> float:
    """Time one epoch."""
    start = time.perf_counter()
    num_pairs = sum(len(batch["label"]) for batch in loader)
    return num_pairs / (time.perf_counter() - start)


def compare(name: str, source: Copies, configs: Sequence[str], args: argparse.Namespace) -> list[dict[str, Any]]:
    """Load all pairs by both contenders in turn, in this process and in workers, and return each row's medians."""
    makers: dict[str, Callable[..., Dataset]] = {"cosimgen": ours, "peer": peer}
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        print(f"loading: caching {args.pairs} pairs of {name}", file=sys.stderr)
        transforms = transforms_of(source, configs)
        datasets = {contender: make(source, transforms, Path(folder)) for contender, make in makers.items()}
        size = sum(file.stat().st_size for file in Path(folder, "pairs").rglob("*")) / 2**20
        for num_workers in sorted({0, args.workers}):
            loaders = {contender: loader_of(dataset, num_workers) for contender, dataset in datasets.items()}
            speeds: dict[str, list[float]] = {contender: [] for contender in makers}
            for turn in range(args.rounds + 1):  # the first turn starts workers and warms the file system's cache
                for contender, loader in loaders.items():
                    print(f"round {turn}: loading {name}, {num_workers} workers, {contender}", file=sys.stderr)
                    speeds[contender].append(pairs_a_second(loader))
            medians = {contender: statistics.median(speed[1:]) for contender, speed in speeds.items()}
            rows.append({"pairs": name, "workers": num_workers, "cache_mib": size, **medians})
            del loaders
    return rows


def run(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Measure both kinds of pairs, print the table and return its rows."""
    torch.set_num_threads(1 if args.workers else args.threads)
    monai.data.set_track_meta(False)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        ct = BTCV(args.ct_dir) if args.ct_dir else PhantomCT(Path(folder, "phantom"))
        rows += compare(f"CT ({ct.name})", Copies(ct, args.pairs), ["train.json"], args)
        if args.frame_dir:
            frames = Copies(CholecSeg8k(args.frame_dir), args.pairs)
            rows += compare("laparoscopic frames", frames, ["train.json", "data/cholecseg8k.json"], args)
        else:
            print("loading: laparoscopic frames are left out, since no --frame_dir is given", file=sys.stderr)
    print(f"\nWarm loading of {args.pairs} pairs (distinct copies of few originals), {SIZE} x {SIZE}, ", end="")
    print(f"batch {BATCH_SIZE}, ", end="")
    print(f"median of {args.rounds} rounds\n| pairs | workers | cache MiB | CoSimGen's, pairs/s | peer's | ratio |")
    print("|---|---|---|---|---|---|")
    for row in rows:
        speeds = f"{row['cosimgen']:.0f} | {row['peer']:.0f} | {row['cosimgen'] / row['peer']:.2f}"
        print(f"| {row['pairs']} | {row['workers']} | {row['cache_mib']:.0f} | {speeds} |")
    return rows
