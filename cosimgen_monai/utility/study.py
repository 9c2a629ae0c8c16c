"""The study: for each share of the real data a generator, for each arm and seed a segmenter, each written when done."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cosimgen_monai.data import CachedPairs, PairSource, cache_pairs, share_of_groups
from cosimgen_monai.export import GeneratedFolder
from cosimgen_monai.networks import read_model
from cosimgen_monai.settings import atomic_write, derive_seed, is_number
from cosimgen_monai.utility.arms import Arm
from cosimgen_monai.utility.dice import Counts
from cosimgen_monai.utility.generator import GeneratorJob, check_generator
from cosimgen_monai.utility.pools import generated_pool, joined, real_pool
from cosimgen_monai.utility.results import ShareResults, StudyResults
from cosimgen_monai.utility.segmenter import SegmenterRecipe
from cosimgen_monai.utility.shares import check_shares

logger = logging.getLogger(__name__)
Items = list[dict[str, str]]


class UtilityStudy:
    """Measure what generated pairs are worth to a segmenter.

    Args:
        source: the dataset.
        parts: its items under ``train`` and ``val``; segmenters are tested on ``val``.
        split: how they were split.
        shares: shares of the training groups, one part of the study each.
        arms: what the segmenters learn from.
        generator: trains generators and draws from them.
        segmenter: trains segmenters.
        output_dir: the study's folder.
        cache_dir: where real pairs are kept.
        image_size: height and width of all pairs.
        ckpt_path: a generator that was trained on the one share, or ``None`` to train one a share.
        generated_per_real: generated pairs a real pair.
        num_seeds: segmenters an arm.
        num_rare: how many of the rarest classes are looked at by themselves.
        num_resamples: resamples of the bootstrap.
        seed: seed of the study.

    Raises:
        ValueError: if nothing is held out, a share holds no whole group, or an option is out of range.
    """

    def __init__(
        self,
        source: PairSource,
        parts: dict[str, Items],
        split: str,
        shares: Sequence[float],
        arms: Sequence[Arm],
        generator: GeneratorJob,
        segmenter: SegmenterRecipe,
        output_dir: str | Path,
        cache_dir: str | Path,
        image_size: int,
        ckpt_path: str | Path | None = None,
        generated_per_real: float = 1.0,
        num_seeds: int = 4,
        num_rare: int = 3,
        num_resamples: int = 5000,
        seed: int = 0,
    ) -> None:
        self.source = source
        self.parts = parts
        self.shares = check_shares(shares, split, parts["train"], source)
        self.arms = arms
        self.generator = generator
        self.segmenter = segmenter
        self.output_dir = Path(output_dir)
        self.cache_dir = cache_dir
        self.image_size = image_size
        self.ckpt_path = ckpt_path
        self.generated_per_real = generated_per_real
        self.num_seeds = num_seeds
        self.num_rare = num_rare
        self.num_resamples = num_resamples
        self.seed = seed
        number = is_number(generated_per_real)
        if not number or not generated_per_real > 0:
            raise ValueError(f"`generated_per_real` must be a number above 0, got {generated_per_real!r}.")
        for arm in arms:
            arm.check_batches(segmenter.steps, segmenter.batch_size)
        generator.check_beginning(source)
        segmenter.check(image_size, source.classes.num_classes, 1 if source.modality == "CT" else 3)
        if ckpt_path is not None:
            if len(self.shares) > 1:
                raise ValueError(f"`ckpt_path` is the generator of one share; `shares` holds {self.shares}: give one.")
            self._check(ckpt_path, self.shares[0])

    def run(self) -> StudyResults:
        """Do what is not done yet, and return all results."""
        held_out = real_pool(self._pairs(self.parts["val"]), self.source.window)
        results = [self._share(share, held_out) for share in self.shares]
        return StudyResults(
            source=self.source,
            arms=self.arms,
            groups=[row["group"] for row in held_out.rows],
            shares=results,
            num_rare=self.num_rare,
            num_resamples=self.num_resamples,
            seed=self.seed,
            settings={
                "image_size": self.image_size,
                "steps": self.segmenter.steps,
                "batch_size": self.segmenter.batch_size,
                "num_seeds": self.num_seeds,
                "generated_per_real": self.generated_per_real,
                "generator_is_given": self.ckpt_path is not None,
                "network": type(self.segmenter.network()).__name__,
            },
        )

    def _pairs(self, items: Items) -> CachedPairs:
        return cache_pairs(self.source, items, self.image_size, self.cache_dir)

    def _share_pairs(self, share: float) -> CachedPairs:
        return self._pairs(share_of_groups(self.parts["train"], share, self.seed))

    def _check(self, model: str | Path, share: float) -> None:
        pairs, architectures = self._share_pairs(share), self.generator.architectures
        check_generator(model, share, pairs, self.source, self.image_size, architectures)

    def _share(self, share: float, held_out: CachedPairs) -> ShareResults:
        """Train a share's generator and segmenters, and test these."""
        folder, pairs = self.output_dir / f"share_{share:g}", self._share_pairs(share)
        generated = self._generated(share, pairs, folder)
        real = real_pool(pairs, self.source.window)
        mixed = {arm.mix: joined(real, generated[arm.mix]) for arm in self.arms if arm.uses_generated}
        counts = {}
        for arm in self.arms:
            pool = mixed[arm.mix] if arm.uses_generated else real
            tests = {"held_out": held_out} | ({} if arm.uses_generated else {"generated": generated["training"]})
            files = [self._file(folder, arm, k) for k in range(self.num_seeds)]
            seeds = [self._segmenter(arm, k, path, pool, len(real.rows), tests) for k, path in enumerate(files)]
            counts[arm.name] = np.stack(seeds)
        on_generated = [np.load(self._file(folder, self.arms[0], k))["generated"] for k in range(self.num_seeds)]
        return ShareResults(
            share=share,
            num_groups=len({row["group"] for row in pairs.rows}),
            presence=pairs.presence,
            num_generated=len(generated["training"].rows),
            counts=counts,
            on_generated=np.stack(on_generated),
        )

    def _generated(self, share: float, pairs: CachedPairs, folder: Path) -> dict[str, CachedPairs]:
        """Return the generated pairs of each mix that an arm asks for; ``training`` is always among them."""
        model = self.ckpt_path
        if model is None:
            logger.info("share %g: the generator", share)
            model = self.generator.train(share, len(pairs.rows), folder / "generator")
        self._check(model, share)
        palette = read_model(model, architectures=self.generator.architectures).state["palette"]
        fit = self.source.card().get("fit", "squash")
        number, pools = max(1, round(self.generated_per_real * len(pairs.rows))), {}
        for mix in sorted({"training", *(arm.mix for arm in self.arms if arm.uses_generated)}):
            logger.info("share %g: %d generated pairs, mix %s", share, number, mix)
            drawn = self.generator.draw(Path(model), mix, number, folder / f"generated_{mix}")
            in_folder = GeneratedFolder(drawn, self.source.classes, self.image_size, fit, palette)
            pools[mix] = generated_pool(in_folder, pairs.images.shape[1])
        return pools

    def _segmenter(
        self, arm: Arm, number: int, path: Path, pool: CachedPairs, num_real: int, tests: dict[str, CachedPairs]
    ) -> Counts:
        """Return the counts of a segmenter on the held-out pairs, from its file where that is there."""
        pairs = {"training": pool.sha256, **{name: tested_on.sha256 for name, tested_on in tests.items()}}
        if not path.is_file():
            logger.info("%s: segmenter %s, seed %d", path.parent.parent.name, arm.name, number)
            seed = derive_seed("utility", self.seed, number) % 2**32
            network = self.segmenter.train(arm, pool, num_real, seed)
            num_classes = self.source.classes.num_classes
            tested: dict[str, Any] = {k: self.segmenter.test(network, v, num_classes) for k, v in tests.items()}
            with atomic_write(path) as draft:
                np.savez_compressed(draft, arm=str(arm), pairs=json.dumps(pairs), **tested)
        return _counts_of(path, arm, pairs)

    def _file(self, folder: Path, arm: Arm, number: int) -> Path:
        return folder / "segmenters" / f"{arm.name}-{number}.npz"


def _counts_of(path: Path, arm: Arm, pairs: dict[str, str]) -> Counts:
    """Return the counts on held-out pairs that a file holds, if they are of this arm and of these pairs."""
    known = np.load(path)
    if str(known["arm"]) != str(arm):
        raise ValueError(
            f"{path} is of another arm of that name, {known['arm']}; `arms` now says {arm}. Give the new one another "
            "name."
        )
    its_pairs = json.loads(str(known["pairs"]))
    if changed := [what for what in pairs if pairs[what] != its_pairs[what]]:
        raise ValueError(
            f"{path} is of other pairs than those of now ({', '.join(changed)}): the dataset's files, or the generated "
            "ones, have changed since. Give another --output_dir."
        )
    counts: Counts = known["held_out"]
    return counts
