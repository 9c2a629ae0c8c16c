"""Real pairs as a diffusion model would have drawn them: what the upscaler meets when it is used."""

from __future__ import annotations

from pathlib import Path

import torch

from cosimgen_monai.codec import pack_pair, presence_vector, unpack_pair
from cosimgen_monai.networks import CoSimGen, read_model
from cosimgen_monai.sampling.noise import TrainingNoise
from cosimgen_monai.sampling.precision import autocast
from cosimgen_monai.sampling.schedule import NoiseSchedule
from cosimgen_monai.sampling.solvers import ddim_from


class Redraw:
    """Noise pairs to a middle timestep and draw them back (SDEdit, Meng et al. 2022).

    The result has the layout of the real pair, whose large version is known, and the texture and the errors of the
    model (the paper's section 4 trains its upscaler on generated pairs).

    Args:
        ckpt_path: the diffusion model's ``model.pt``, of the same classes and size as the upscaler's small pairs.
        timestep: how far to noise: near 0 the pair stays, near the last it becomes another one.
        steps: evaluations of the network a pair.
        mask_smoothing: how much neighbours count in decoding the mask, see :func:`decode_frgb`.
        precision: of the network.

    Raises:
        FileNotFoundError: if one of the model's two files is missing.
        ValueError: if they are no diffusion model, or there are more steps than timesteps.
    """

    def __init__(
        self,
        ckpt_path: str | Path,
        timestep: int = 200,
        steps: int = 4,
        mask_smoothing: float = 1.4,
        precision: str = "float32",
    ) -> None:
        model = read_model(ckpt_path, "redraw#ckpt_path")
        self.schedule = NoiseSchedule(**model.card["schedule"])
        if not 0 < steps <= timestep < self.schedule.num_train_timesteps:
            raise ValueError(
                f"`redraw` needs 0 < steps <= timestep < {self.schedule.num_train_timesteps}, got {steps} steps from "
                f"timestep {timestep}."
            )
        self.network: CoSimGen = model.network()
        self.classes = model.classes
        self.timesteps = torch.linspace(timestep, 0, steps).round().int().tolist()
        self.mask_smoothing = mask_smoothing
        self.precision = precision

    @torch.no_grad()
    def __call__(
        self, image: torch.Tensor, label: torch.Tensor, noise: TrainingNoise
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Redraw pairs.

        Args:
            image: B 1 H W or B 3 H W, [-1, 1].
            label: uint8 ids, B 1 H W.
            noise: the iteration's random numbers.

        Returns:
            image (B 3 H W) and label (uint8 ids, B 1 H W): the colours of another network may differ from the model's.

        Raises:
            ValueError: if the pairs have another size or number of colours than the model's.
        """
        size, network = self.network.image_size, self.network.to(image.device)
        if image.shape[-1] != size or (label.max() >= network.num_classes and label.max() != 255):
            raise ValueError(
                f"`redraw` draws pairs of {size} pixels and {network.num_classes} classes, but the upscaler's small "
                f"pairs have {image.shape[-1]} pixels: train both on the same dataset, with the same --image_size."
            )
        pair = pack_pair(image, label, network.palette, network.num_classes)
        condition = network.condition(presence_vector(label, self.classes))

        def clean(x: torch.Tensor, t: int) -> torch.Tensor:
            timesteps = torch.full((len(x),), t, device=x.device)
            with autocast(x.device, self.precision):
                prediction = network.denoise(x, timesteps, condition)
            return self.schedule.clean(prediction, x, timesteps)

        start = torch.full((len(pair),), self.timesteps[0], device=pair.device)
        noisy = self.schedule.add_noise(pair, noise.normal(pair), start)
        drawn = ddim_from(clean, noisy, self.timesteps, self.schedule)
        return unpack_pair(drawn, network.palette, network.num_classes, self.mask_smoothing)
