"""Measure the upscaler: held-out pairs made four times smaller and enlarged back, by it and by what else there is.

Contenders: bicubic images with nearest masks; the ESPCN with its colours decoded over all classes; the upscaler (the
ESPCN, decoded among the classes nearby); other networks (``--peer_path``: SRGAN), decoded in both ways too. On the
phantom, images are compared with the rendering without noise.

    python scripts/measure_upscaler.py --upscaler_path bundle/models/upscaler.pt
    python scripts/measure_upscaler.py --data_config bundle/configs/data/mbrsc.json --dataset_dir DIR --upscaler_path U
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from ignite.metrics import PSNR, SSIM
from scipy import ndimage
from torch.nn.functional import avg_pool2d, interpolate, max_pool2d
from training_pairs import training_pairs

from cosimgen_monai.baselines import SRResNet
from cosimgen_monai.codec import (
    ClassTable,
    colour_label,
    decode_frgb,
    display_colours,
    encode_frgb,
    shrink_label,
    to_8_bit,
)
from cosimgen_monai.data import CachedPairs, PairSource
from cosimgen_monai.handlers import columns_sheet
from cosimgen_monai.metrics import MaskIoU
from cosimgen_monai.networks import ESPCN, read_model
from cosimgen_monai.sampling import Upscaler
from cosimgen_monai.settings import atomic_write

TIMES = 4
Pair = tuple[torch.Tensor, torch.Tensor]
Contender = Callable[[torch.Tensor, torch.Tensor], Pair]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--upscaler_path", default="bundle/models/upscaler.pt")
    parser.add_argument("--peer_path", nargs="*", default=[], help="other upscalers (upscaler.pt)")
    parser.add_argument("--data_config", help="a data overlay; the phantom's fine rendering if not given")
    parser.add_argument("--dataset_dir", default="output/phantom_fine")
    parser.add_argument("--noise_free_dir", default="output/phantom_noise_free", help="the phantom without noise")
    parser.add_argument("--cache_dir", default="output/cache")
    parser.add_argument("--num_pairs", type=int, default=120, help="held-out pairs, evenly spread")
    parser.add_argument("--figure", help="PNG of a few pairs at the pixel, by every contender")
    parser.add_argument("--figure_pairs", type=int, default=2, help="how many pairs it shows")
    parser.add_argument("--output", help="JSON file for the figures")
    args = parser.parse_args()

    model = read_model(args.upscaler_path, "upscaler_path", {"espcn": ESPCN})
    network: ESPCN = model.network()
    source, pairs, truth = held_out(args, 2 * model.card["image_sizes"][1])
    places = np.linspace(0, len(pairs.rows) - 1, min(args.num_pairs, len(pairs.rows))).round().astype(int)
    contenders = make_contenders(network, args.peer_path)
    table = {name: measure(enlarge, source, pairs, truth, places.tolist()) for name, enlarge in contenders.items()}
    print_table(table, len(places), source.name)
    if args.figure:
        shown = places[len(places) // (2 * args.figure_pairs) :: len(places) // args.figure_pairs]
        draw_figure(args.figure, contenders, source, pairs, network.palette, shown.tolist())
    if args.output:
        with atomic_write(args.output) as draft:
            draft.write_text(json.dumps(table, indent=1), "utf-8")


def held_out(args: argparse.Namespace, size: int) -> tuple[PairSource, CachedPairs, CachedPairs]:
    """Return the source, its held-out pairs at the large size, and those whose images are the truth."""

    def read(dataset_dir: str, **keys: Any) -> tuple[PairSource, CachedPairs]:
        places = {"dataset_dir": dataset_dir, "cache_dir": args.cache_dir}
        return training_pairs("val", "train_upscaler.json", args.data_config, size, **places, **keys)

    source, pairs = read(args.dataset_dir)
    if args.data_config:
        return source, pairs, pairs
    return source, pairs, read(args.noise_free_dir, **{"source#noise_free": True})[1]


def make_contenders(network: ESPCN, peers: list[str]) -> dict[str, Contender]:
    """Return the ways to enlarge a pair four times, by name."""
    contenders: dict[str, Contender] = {"bicubic, nearest": bicubic}
    for path in peers:
        model = read_model(path, "peer_path", {"espcn": ESPCN, "srgan": SRResNet})
        contenders |= decoded(model.architecture.upper(), model.network())
    return contenders | decoded("ESPCN", network)


def decoded(name: str, network: Any) -> dict[str, Contender]:
    """Return a network's two ways: its colours decoded over all classes, and among those nearby."""
    return {f"{name}, all classes": plainly(network), f"{name}, nearby": Upscaler(network, TIMES)}


def bicubic(image: torch.Tensor, label: torch.Tensor) -> Pair:
    """Enlarge the image by bicubic interpolation, the mask by its nearest pixel."""
    enlarged = interpolate(image, scale_factor=float(TIMES), mode="bicubic", align_corners=False)
    return enlarged.clamp(-1, 1), interpolate(label, scale_factor=float(TIMES), mode="nearest")


def plainly(network: Any) -> Contender:
    """Return the network twice in a row, its colours decoded at the end over all classes."""

    @torch.no_grad()
    def enlarge(image: torch.Tensor, label: torch.Tensor) -> Pair:
        pair = torch.cat([image, encode_frgb(label, network.palette, network.num_classes)], dim=1)
        pair = network(network(pair))
        return pair[:, :3].clamp(-1, 1), decode_frgb(pair[:, 3:], network.palette, network.num_classes)

    return enlarge


def scaled(source: PairSource, image: np.ndarray) -> torch.Tensor:
    """Return an image of the cache as the networks see it, 1 3 H W in [-1, 1]."""
    low, high = source.window
    share = (torch.from_numpy(image).float() - low) / (high - low)
    return (share.clamp(0, 1) * 2 - 1).expand(3, -1, -1)[None]


def measure(
    enlarge: Contender, source: PairSource, pairs: CachedPairs, truth: CachedPairs, places: list[int]
) -> dict[str, Any]:
    """Return a contender's figures over the pairs at ``places``."""
    psnr, ssim, iou = PSNR(data_range=2), SSIM(data_range=2), MaskIoU(source.classes)
    small_hit, small_all, ghosts, shifts, seconds = 0, 0, 0, [], 0.0
    for i in places:
        image, label = (torch.from_numpy(part)[None] for part in pairs.pair(i))
        image, target = scaled(source, image[0].numpy()), scaled(source, truth.pair(i)[0])
        low_image, low_label = avg_pool2d(image, TIMES), shrink_label(label, TIMES)
        start = time.perf_counter()
        made, mask = enlarge(low_image, low_label)
        seconds += time.perf_counter() - start
        for metric in (psnr, ssim):
            metric.update((made, target))
        iou.update((mask, label))
        small = small_structures(label[0, 0].numpy(), source.classes)
        small_hit += int((mask[0, 0].numpy() == label[0, 0].numpy())[small].sum())
        small_all += int(small.sum())
        ghosts += count_ghosts(mask, low_label)
        shifts.append(edge_shift(made, mask, image, label))
    return {
        "psnr": psnr.compute(),
        "ssim": ssim.compute(),
        "mask_iou": iou.compute(),
        "small_structure_recall": small_hit / max(small_all, 1),
        "small_structure_pixels": small_all,
        "ghost_pixels_per_million": 1e6 * ghosts / (len(places) * label.numel()),
        "edge_shift_pixels": float(np.nanmean(shifts)),
        "seconds_a_pair": seconds / len(places),
    }


def small_structures(label: np.ndarray, classes: ClassTable, pixels: int = 3) -> np.ndarray:
    """Return where connected pieces of fewer than ``pixels`` low-resolution pixels stand in a true label (H W)."""
    small = np.zeros(label.shape, dtype=bool)
    for class_id in classes.objects:
        pieces, _ = ndimage.label(label == class_id, structure=np.ones((3, 3)))
        below = np.bincount(pieces.ravel()) < pixels * TIMES**2
        below[0] = False
        small |= below[pieces]
    return small


def count_ghosts(mask: torch.Tensor, low_label: torch.Tensor) -> int:
    """Count the pixels of a mask whose class is absent from the 5 × 5 low-resolution pixels around them."""
    ghosts = 0
    for class_id in mask.unique().tolist():
        near = max_pool2d((low_label == class_id).float(), 5, stride=1, padding=2)
        ghosts += int(((mask == class_id) & (interpolate(near, mask.shape[-2:], mode="nearest") == 0)).sum())
    return ghosts


def edge_shift(made: torch.Tensor, mask: torch.Tensor, image: torch.Tensor, label: torch.Tensor) -> float:
    """Return by how many pixels the made mask lies off the made image, each measured against its truth.

    Masks are drawn in their classes' mean brightness, and the displacement is the least-squares one (Lucas and Kanade).
    """
    true_image = image.mean(1)[0].numpy()
    brightness = {i: true_image[label[0, 0].numpy() == i].mean() for i in label.unique().tolist()}

    def drawn(ids: torch.Tensor) -> np.ndarray:
        table = np.zeros(256)
        for i, value in brightness.items():
            table[i] = value
        return ndimage.gaussian_filter(table[ids[0, 0].numpy()], 1.0)

    of_image = displacement(
        ndimage.gaussian_filter(made.mean(1)[0].numpy(), 1.0), ndimage.gaussian_filter(true_image, 1.0)
    )
    return float(np.linalg.norm(displacement(drawn(mask), drawn(label)) - of_image))


def displacement(moved: np.ndarray, still: np.ndarray) -> np.ndarray:
    """Return the shift (rows, columns) that takes ``still`` to ``moved``, to first order."""
    slopes = np.stack([slope.ravel() for slope in np.gradient(still)], axis=1)
    return -np.linalg.lstsq(slopes, (moved - still).ravel(), rcond=None)[0]


def print_table(table: dict[str, dict[str, Any]], num_pairs: int, dataset: str) -> None:
    """Print the figures as a table."""
    columns = list(next(iter(table.values())))
    print(f"{dataset}: {num_pairs} held-out pairs, {TIMES} times smaller and back, {torch.get_num_threads()} thread(s)")
    print("| contender | " + " | ".join(columns) + " |\n|" + "---|" * (len(columns) + 1))
    for name, row in table.items():
        print(f"| {name} | " + " | ".join(f"{row[column]:.4g}" for column in columns) + " |")


def draw_figure(
    path: str,
    contenders: dict[str, Contender],
    source: PairSource,
    pairs: CachedPairs,
    palette: torch.Tensor,
    places: list[int],
) -> None:
    """Draw pairs by every contender, at the pixel: images above masks, the low resolution first, the truth last."""
    colours, rows = display_colours(palette), []
    for i in places:
        image, label = (torch.from_numpy(part)[None] for part in pairs.pair(i))
        image = scaled(source, image[0].numpy())
        low = avg_pool2d(image, TIMES), shrink_label(label, TIMES)
        grown = tuple(interpolate(part.float(), scale_factor=float(TIMES), mode="nearest") for part in low)
        made = [grown, *(enlarge(*low) for enlarge in contenders.values()), (image, label)]
        rows.append([to_8_bit(pair[0][0].numpy()) for pair in made])
        rows.append([colour_label(pair[1][0, 0].to(torch.uint8).numpy(), colours) for pair in made])
    with atomic_write(path) as draft:
        columns_sheet(rows, ["low resolution", *contenders, "truth"]).save(draft)


if __name__ == "__main__":
    main()
