"""A set of pairs gone through once: features on disk, statistics of classes in memory."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader, Dataset, Subset
from tqdm import tqdm

from cosimgen_monai.codec import ClassTable, presence_vector
from cosimgen_monai.data.cache.array_stream import ArrayStream
from cosimgen_monai.engines import SetMeasurer
from cosimgen_monai.metrics import ClassCrops, Layout, MaskIntensity
from cosimgen_monai.networks import FeatureNetwork

_SECONDS_BEFORE_A_BAR = 3


class SetStatistics:
    """What is known of the classes of a set: regions' features, intensity under masks, layout, presence.

    Args:
        classes: the dataset's classes.
        crop_networks: the networks that see regions.
        max_crops: regions kept a class.
    """

    def __init__(self, classes: ClassTable, crop_networks: Sequence[FeatureNetwork], max_crops: int) -> None:
        self.classes = classes
        self.crops = {net.name: ClassCrops(classes, net, net.size, max_crops) for net in crop_networks}
        self.intensity = MaskIntensity(classes)
        self.layout = Layout(classes)
        self._presence: list[NDArray[np.uint8]] = []

    def update(self, image: torch.Tensor, label: torch.Tensor) -> None:
        """Add a batch of images (B 3 H W, [-1, 1]) and labels (B 1 H W, ids)."""
        for crops in self.crops.values():
            crops.update(image, label)
        self.intensity.update(image, label)
        self.layout.update(label)
        self._presence.append(presence_vector(label, self.classes).cpu().numpy().astype(np.uint8))

    @property
    def presence(self) -> NDArray[np.uint8]:
        """Zeros and ones, N x c."""
        return np.concatenate(self._presence)

    def __add__(self, other: SetStatistics) -> SetStatistics:
        """Return the statistics of both sets together."""
        both = SetStatistics(self.classes, [], 0)
        both.crops = {name: crops + other.crops[name] for name, crops in self.crops.items()}
        both.intensity = self.intensity + other.intensity
        both.layout = self.layout + other.layout
        both._presence = self._presence + other._presence
        return both


@dataclass(frozen=True)
class MeasuredSet:
    """A set that was gone through.

    Attributes:
        indices: the dataset's indices, in the order of the features' rows.
        sizes: number of pairs of each part, in that order.
        features: by network, float32, N D, mapped from disk.
        parts: the statistics of each part, or nothing where only features were wanted.
    """

    indices: list[int]
    sizes: list[int]
    features: dict[str, NDArray[np.float32]]
    parts: list[SetStatistics]

    def halves(self, network: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the features of the two parts."""
        return self.features[network][: self.sizes[0]], self.features[network][self.sizes[0] :]


def measure_set(
    name: str,
    dataset: Dataset,
    parts: Sequence[Sequence[int]],
    networks: Sequence[FeatureNetwork],
    statistics: Sequence[SetStatistics],
    folder: Path,
    device: torch.device,
    batch_size: int,
) -> MeasuredSet:
    """Go through parts of a dataset, each in the order given.

    Memory does not grow with the set, but for three numbers a class and image: features go to disk.

    Args:
        name: what the set is called, for the progress bar and the files.
        dataset: pairs of ``image`` and ``label``.
        parts: indices of each part.
        networks: whose features of whole images are wanted.
        statistics: what each part's batches go to, or nothing.
        folder: where the features go.
        device: where to measure.
        batch_size: pairs at once.
    """
    with ExitStack() as stack:
        paths = {net.name: folder / f"{name}-{net.name}.npy" for net in networks}
        streams = {key: stack.enter_context(ArrayStream(path)) for key, path in paths.items()}
        total = sum(map(len, parts))
        bar = stack.enter_context(tqdm(total=total, desc=f"measuring {name}", unit="pair", delay=_SECONDS_BEFORE_A_BAR))

        def write(image: torch.Tensor, label: torch.Tensor) -> None:
            for net in networks:
                for row in net(image).cpu().numpy():
                    streams[net.name].append(row)
            bar.update(len(image))

        for k, indices in enumerate(parts):
            loader: Any = DataLoader(Subset(dataset, list(indices)), batch_size=batch_size, collate_fn=_stack)
            collectors = [write, *(part.update for part in statistics[k : k + 1])]
            SetMeasurer(device, loader, collectors).run()
    features = {key: np.load(path, mmap_mode="r") for key, path in paths.items()}
    indices = [int(i) for part in parts for i in part]
    return MeasuredSet(indices, [len(part) for part in parts], features, list(statistics))


def _stack(items: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
    return {key: torch.stack([item[key] for item in items]) for key in ("image", "label")}
