"""The generator's loss and the weights of its parts (paper equations 3 and 6)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from cosimgen_monai.losses.adversarial import AdversarialLoss
from cosimgen_monai.losses.textron import TextronLoss
from cosimgen_monai.processes import over_processes
from cosimgen_monai.settings import as_boolean, check_weights


class CoSimGenLoss(nn.Module):
    """L_total = L_diff + L_triplet + β L_adv (6); a part of weight 0 is neither computed nor trained for.

    Args:
        triplet_weight: weight of equation 4 (paper: 1).
        adversarial_weight: weight β of equation 5 (paper: 0.1).
        discriminator_start: iterations before the discriminator begins to train.
        adversarial_start: iterations before its verdict counts.
        adversarial_balanced: whether β is a share of the diffusion loss's gradient, see :meth:`adversarial_scale`
            (paper: no).
        textron: the triplet loss.
        adversarial: the adversarial loss.

    Raises:
        ValueError: if ``adversarial_balanced`` is no truth value.
    """

    def __init__(
        self,
        triplet_weight: float = 1.0,
        adversarial_weight: float = 0.1,
        discriminator_start: int = 0,
        adversarial_start: int = 0,
        adversarial_balanced: bool = False,
        textron: TextronLoss | None = None,
        adversarial: AdversarialLoss | None = None,
    ) -> None:
        super().__init__()
        check_weights(**{"loss#triplet_weight": triplet_weight, "loss#adversarial_weight": adversarial_weight})
        self.triplet_weight = triplet_weight
        self.adversarial_weight = adversarial_weight
        self.discriminator_start = discriminator_start
        self.adversarial_start = max(adversarial_start, discriminator_start)
        self.adversarial_balanced = as_boolean("loss#adversarial_balanced", adversarial_balanced)
        self.textron = textron or TextronLoss()
        self.adversarial = adversarial or AdversarialLoss()

    @staticmethod
    def diffusion(prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """Return the mean squared error of the network's prediction, B 6 H W."""
        return over_processes(F.mse_loss(prediction.float(), target))  # (3)

    def adversarial_scale(
        self, parts: dict[str, torch.Tensor], prediction: torch.Tensor, timesteps: torch.Tensor
    ) -> torch.Tensor:
        """Return |∇L_diff| / |∇L_adv|, at most 1: what makes β a share of the diffusion loss's gradient.

        Both are taken at the network's prediction, over the samples that the discriminator judges. Unbalanced, its
        gradient is tens to hundreds of times the diffusion loss's there, and the first step it counts undoes what was
        learned. VQGAN's adaptive weight (Esser et al. 2021, equation 7) takes both at the last layer's weights instead.

        Args:
            parts: ``diffusion`` and ``adversarial`` of the iteration, with their graphs.
            prediction: the network's prediction, B 6 H W.
            timesteps: timesteps, B.
        """
        judged = (timesteps <= self.adversarial.max_timestep)[:, None, None, None]
        squares = [
            over_processes((torch.autograd.grad(parts[name], prediction, retain_graph=True)[0] * judged).square().sum())
            for name in ("diffusion", "adversarial")
        ]
        smallest = torch.finfo(prediction.dtype).tiny  # where nothing is judged, both are 0
        return (squares[0] / squares[1].clamp(min=smallest)).sqrt().clamp(max=1)

    def total(
        self, parts: dict[str, torch.Tensor], iteration: int, prediction: torch.Tensor, timesteps: torch.Tensor
    ) -> torch.Tensor:
        """Sum the parts (``diffusion``, ``triplet``, ``adversarial``) that an iteration computed.

        Args:
            parts: the parts, with their graphs.
            iteration: the iteration, from 1.
            prediction: the network's prediction, B 6 H W, which balances the adversarial part.
            timesteps: timesteps, B, likewise.
        """
        total = parts["diffusion"]  # (6)
        if "triplet" in parts:
            total = total + self.triplet_weight * parts["triplet"]
        if "adversarial" in parts and iteration > self.adversarial_start:
            balance = self.adversarial_scale(parts, prediction, timesteps) if self.adversarial_balanced else 1
            total = total + self.adversarial_weight * balance * parts["adversarial"]
        return total
