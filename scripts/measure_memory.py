"""Does memory grow with the number of samples? The whole of `generating`, with pairs that cost nothing to draw.

A stand-in for network and solver hands out one pair of blocks, shifted by the seed; decoding, gates, writers, manifest,
gallery and all that comes at the end are the real ones.

    python scripts/measure_memory.py --num_samples 10000 --output_dir /tmp/memory
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from pathlib import Path
from typing import Any

import torch
from ignite.engine import Engine, Events
from monai.bundle import create_workflow

from cosimgen_monai.codec import pack_pair
from cosimgen_monai.sampling import PairInferer
from cosimgen_monai.settings import errors_in_their_own_words

INFERENCE = Path(__file__).resolve().parents[1] / "bundle" / "configs" / "inference.json"
FORMATS = ["nifti", "png", "native", "coco", "dicom"]


class BlockInferer(PairInferer):
    """Draws four organs as blocks.

    Args:
        size: pixels a side.
    """

    def __init__(self, size: int) -> None:
        super().__init__("float32")
        self.size = size

    def noise(self, seeds: list[int], network: Any) -> Any:
        """Return the seeds: there is no noise."""
        return seeds

    def __call__(self, inputs: Any, network: Any, condition: torch.Tensor) -> torch.Tensor:
        """Return the blocks, shifted by each seed."""
        label = torch.zeros(1, 1, self.size, self.size, dtype=torch.uint8)
        quarter = self.size // 4
        for k, class_id in enumerate((1, 2, 6, 8)):
            label[..., k * quarter : (k + 1) * quarter - 1, quarter : 3 * quarter] = class_id
        image = (label / 10 - 0.5).expand(-1, 3, -1, -1)
        pair = pack_pair(image, label, network.palette, network.num_classes)
        return torch.cat([pair.roll((seed % 7, seed % 11), dims=(2, 3)) for seed in inputs])

    def to_json(self) -> dict[str, object]:
        """Return what the manifest says."""
        return {"sampler": "none", "steps": 1, "guidance_scale": 1.0, "precision": "float32"}


class MemoryLog:
    """Prints the memory in use every so many samples, in the progress bar's place."""

    def __init__(self, every: int) -> None:
        self.every = every
        self.samples = 0
        self.resident: list[float] = []

    def attach(self, engine: Engine) -> None:
        """Attach to a generator."""
        self.begin = time.perf_counter()
        engine.add_event_handler(Events.ITERATION_COMPLETED, self._note)

    def _note(self, engine: Engine) -> None:
        output: Any = engine.state.output
        before, self.samples = self.samples, self.samples + len(output)
        if before // self.every < self.samples // self.every:
            self.resident.append(resident_mib())
            ms = (time.perf_counter() - self.begin) / self.samples * 1000
            print(f"{self.samples:>8} samples: {self.resident[-1]:.1f} MiB, {ms:.1f} ms a sample", flush=True)


def resident_mib() -> float:
    """Return the memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    """Generate, and print the memory on the way and at the end."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--num_samples", type=int, default=10_000)
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--formats", nargs="+", default=FORMATS)
    parser.add_argument("--output_dir", required=True)
    args = parser.parse_args()
    keys = {"num_samples": args.num_samples, "formats": args.formats, "output_dir": args.output_dir}
    with errors_in_their_own_words():
        run = create_workflow(config_file=str(INFERENCE), workflow_type="infer", device="cpu", upscale=1, **keys)
        log = MemoryLog(max(1, args.num_samples // 10))
        run.parser["inferer"] = BlockInferer(args.size)
        run.parser["progress"] = log
        run.run()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"at the end: {resident_mib():.1f} MiB, highest at any time {peak:.1f} MiB")
    for name in ("gallery.html", "manifest.csv", "manifest.parquet"):
        print(f"{name}: {(Path(args.output_dir) / name).stat().st_size / 2**20:.1f} MiB")


if __name__ == "__main__":
    main()
