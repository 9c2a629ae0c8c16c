"""Fixtures that several rooms' tests share."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
import torchvision
from monai.optimizers import WarmupCosineSchedule
from monai.transforms import Compose, RandFlipd, ScaleIntensityRanged
from tiny_parts import TINY_CLASSES, embed_prompts, tiny_network, tiny_pairs
from torch.utils.data import DataLoader
from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

from cosimgen_monai.data import CachedPairs, EpochSampler, PairDataset
from cosimgen_monai.engines import CoSimGenTrainer, PairGenerator
from cosimgen_monai.handlers import ExponentialMovingAverage
from cosimgen_monai.losses import CoSimGenLoss
from cosimgen_monai.networks import CoSimGen, PairDiscriminator
from cosimgen_monai.prompts import PromptBook, Request
from cosimgen_monai.sampling import NoiseSchedule, NoisingInferer, SamplingInferer

ROOT = Path(__file__).resolve().parents[1]
CONFIGS = ROOT / "bundle" / "configs"
SAMPLES = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def real_ct() -> Path:
    """The real CT volumes in BTCV's layout, where this machine has them."""
    folder = SAMPLES / "ct_btcv_layout_standin"
    if not folder.is_dir():
        pytest.skip(f"real CT samples are not on this machine ({folder})")
    return folder


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real files of every dataset, where this machine has it."""
    if not SAMPLES.is_dir():
        pytest.skip(f"real samples are not on this machine ({SAMPLES})")
    return SAMPLES


@pytest.fixture(scope="session")
def real_chaos() -> Path:
    """Sixteen real DICOM slices with liver masks in CHAOS's layout, where this machine has them."""
    folder = SAMPLES / "ct_chaos"
    if not folder.is_dir():
        pytest.skip(f"real CT samples are not on this machine ({folder})")
    return folder


@pytest.fixture(scope="session")
def real_totalsegmentator() -> Path:
    """A real CT with one mask file a class in TotalSegmentator's layout, where this machine has it."""
    folder = SAMPLES / "ct_totalsegmentator"
    if not folder.is_dir():
        pytest.skip(f"real CT samples are not on this machine ({folder})")
    return folder


@dataclass
class TinyTraining:
    """A training of a few seconds, from the same parts as ``train.json``."""

    trainer: CoSimGenTrainer
    network: CoSimGen
    discriminator: PairDiscriminator
    ema: ExponentialMovingAverage
    objects: dict[str, Any]
    pairs: CachedPairs

    def run(self) -> TinyTraining:
        self.trainer.run()
        return self

    def state(self) -> dict[str, torch.Tensor]:
        """Return every tensor that training changes, by name."""
        found: dict[str, torch.Tensor] = {}
        walk = [(name, thing.state_dict()) for name, thing in self.objects.items() if thing is not None]
        while walk:
            name, value = walk.pop()
            if isinstance(value, torch.Tensor):
                found[name] = value.clone()
            elif isinstance(value, (dict, list)):
                items = value.items() if isinstance(value, dict) else enumerate(value)
                walk += [(f"{name}.{key}", part) for key, part in items]
            elif isinstance(value, (int, float)):
                found[name] = torch.tensor(value)
        return found


@pytest.fixture
def tiny_training() -> Callable[..., TinyTraining]:
    """Return a maker of trainings; ``loss`` holds arguments of the loss, the others go to the trainer."""

    def make(
        *,
        num_pairs: int = 12,
        lr: float = 0.01,
        warm_up: bool = True,
        loss: dict[str, Any] | None = None,
        prediction_type: str = "epsilon",
        **options: Any,
    ) -> TinyTraining:
        network, pairs = tiny_network(), tiny_pairs(num_pairs)
        torch.manual_seed(1)
        discriminator = PairDiscriminator(16, base_channels=4)
        keys = ["image", "label"]
        transform = Compose(
            [ScaleIntensityRanged("image", -200, 200, -1, 1, clip=True), RandFlipd(keys, prob=0.5, spatial_axis=1)]
        )
        dataset = PairDataset(pairs, transform)
        loader = DataLoader(dataset, batch_size=4, sampler=EpochSampler(dataset), drop_last=True)
        optimizers = [torch.optim.Adam(net.parameters(), lr=lr) for net in (network, discriminator)]
        scheduler = WarmupCosineSchedule(optimizers[0], warmup_steps=2, t_total=20) if warm_up else None
        ema = ExponentialMovingAverage(network, decay=0.9)
        handlers = [ema, *options.pop("train_handlers", [])]
        trainer = CoSimGenTrainer(
            **{
                "device": torch.device("cpu"),
                "max_epochs": 1,
                "train_data_loader": loader,
                "network": network,
                "optimizer": optimizers[0],
                "loss_function": CoSimGenLoss(**(loss or {})),
                "inferer": NoisingInferer(NoiseSchedule(prediction_type=prediction_type)),
                "prompts": PromptBook(TINY_CLASSES, embed_prompts),
                "classes": TINY_CLASSES,
                "discriminator": discriminator,
                "discriminator_optimizer": optimizers[1],
                "lr_scheduler": scheduler,
                "precision": "float32",
                "train_handlers": handlers,
                **options,
            }
        )
        names = [
            "network",
            "ema",
            "discriminator",
            "optimizer",
            "discriminator_optimizer",
            "lr_scheduler",
            "grad_scaler",
        ]
        things = [network, ema.averaged, discriminator, *optimizers, scheduler, trainer.grad_scaler]
        return TinyTraining(trainer, network, discriminator, ema, dict(zip(names, things, strict=True)), pairs)

    return make


@pytest.fixture
def tiny_generator() -> Callable[..., PairGenerator]:
    """Return a maker of generators of lists of requests; it samples in 3 steps."""

    def make(
        requests: Sequence[Request], network: CoSimGen | None = None, batch_size: int = 4, **options: Any
    ) -> PairGenerator:
        loader = DataLoader(list(requests), batch_size=batch_size, collate_fn=list)
        inferer = SamplingInferer(NoiseSchedule(), steps=3, precision=options.pop("precision", "float32"))
        return PairGenerator(
            torch.device("cpu"), loader, network or tiny_network(), inferer, embed_prompts, batch_size, **options
        )

    return make


@pytest.fixture
def random_vgg16() -> torch.nn.Module:
    """Torchvision's VGG16 with random weights, those of the large linear layers cheap to draw."""
    with torch.device("meta"):
        network = torchvision.models.vgg16(init_weights=False)
    network = network.to_empty(device="cpu").eval()
    generator = torch.Generator().manual_seed(0)
    for parameter in network.parameters():
        values = torch.randn(997, generator=generator) * (2 / max(parameter[0].numel(), 9)) ** 0.5
        parameter.data = values.repeat(-(-parameter.numel() // 997))[: parameter.numel()].view(parameter.shape)
    return network


@pytest.fixture
def random_inception() -> torch.nn.Module:
    """torch-fidelity's Inception with random weights."""

    class Blank(FeatureExtractorInceptionV3):
        def load_state_dict(self, state: dict[str, torch.Tensor], *args: object, **kwargs: object) -> None:
            return None

    empty = io.BytesIO()
    torch.save({}, empty)
    empty.seek(0)
    return Blank("inception-v3-compat", ["2048"], feature_extractor_weights_path=empty)
