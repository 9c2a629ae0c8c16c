"""Measure the upscaler on drawn pairs, of which no truth exists: ghosts, specks and roughness of masks.

python scripts/measure_drawn_pairs.py --num_samples 64
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import torch
from ignite.engine import Events
from measure_upscaler import TIMES, Contender, bicubic, count_ghosts, plainly
from monai.bundle import create_workflow
from numpy.typing import NDArray
from scipy import ndimage

from cosimgen_monai.codec import merge_specks
from cosimgen_monai.networks import ESPCN, read_model
from cosimgen_monai.sampling import Upscaler
from cosimgen_monai.settings import errors_in_their_own_words

INFERENCE = Path(__file__).resolve().parents[1] / "bundle" / "configs" / "inference.json"


def main() -> None:
    """Draw, enlarge, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ckpt_path", default="bundle/models/model.pt")
    parser.add_argument("--upscaler_path", default="bundle/models/upscaler.pt")
    parser.add_argument("--num_samples", type=int, default=64)
    parser.add_argument("--speck_size", type=int, default=4, help="specks smaller than so many drawn pixels go")
    args = parser.parse_args()

    network = read_model(args.upscaler_path, "upscaler_path", {"espcn": ESPCN}).network()
    contenders: dict[str, Contender] = {
        "nearest": bicubic,
        "ESPCN, all classes": plainly(network),
        "ESPCN, nearby": Upscaler(network, TIMES, args.speck_size),
    }
    drawn = draw(args.ckpt_path, args.num_samples)
    print("| specks of the drawn mask | enlarged by | ghost pixels a million | specks a mask | roughness |")
    print("|---|---|---|---|---|")
    for merged in (0, args.speck_size):
        pairs = [(image, torch.from_numpy(merge_specks(label.numpy(), merged))) for image, label in drawn]
        for name, enlarge in contenders.items():
            masks = [(enlarge(image[None], label[None, None])[1], label) for image, label in pairs]
            ghosts = 1e6 * np.mean([count_ghosts(mask, low[None, None]) / mask.numel() for mask, low in masks])
            specks = np.mean([count_specks(mask[0, 0].numpy(), args.speck_size) for mask, _ in masks])
            rough = np.mean([roughness(mask[0, 0].numpy()) for mask, _ in masks])
            print(f"| {'merged' if merged else 'left'} | {name} | {ghosts:.0f} | {specks:.2f} | {rough:.3f} |")


def draw(ckpt_path: str, num_samples: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Return images (3 H W) and labels (H W) as the model draws them, specks and all."""
    with tempfile.TemporaryDirectory() as folder, errors_in_their_own_words():
        options = {"ckpt_path": ckpt_path, "num_samples": num_samples, "upscale": 1, "speck_size": 0}
        run = create_workflow(config_file=str(INFERENCE), workflow_type="infer", output_dir=folder, **options)
        engine, samples = run.parser.get_parsed_content("evaluator"), []
        engine.add_event_handler(Events.ITERATION_COMPLETED, lambda: samples.extend(engine.state.output))
        engine.run()
    return [(sample["image"], sample["drawn_label"][0]) for sample in samples]


def count_specks(label: NDArray[np.uint8], speck_size: int) -> int:
    """Count the connected pieces of a large mask that are smaller than so many drawn pixels."""
    count = 0
    for class_id in np.unique(label):
        pieces, _ = ndimage.label(label == class_id, structure=np.ones((3, 3)))
        count += int((np.bincount(pieces.ravel())[1:] < speck_size * TIMES**2).sum())
    return count


def roughness(label: NDArray[np.uint8]) -> float:
    """Return by how much borders are longer at one pixel's scale than at a drawn pixel's: 0 for a smooth border.

    The length of a border is the total variation of the class's mask, smoothed by a Gaussian of that scale.
    """
    fine, coarse = (
        sum(
            np.linalg.norm(np.gradient(ndimage.gaussian_filter((label == i).astype(float), scale)), axis=0).sum()
            for i in np.unique(label)
        )
        for scale in (1, TIMES)
    )
    return float(fine / coarse - 1)


if __name__ == "__main__":
    main()
