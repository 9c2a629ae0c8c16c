"""The upscaler's validation: held-out pairs at a quarter of their size, enlarged back, beside the truth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from ignite.engine import Engine
from ignite.metrics import Metric
from monai.engines import Evaluator
from monai.engines.utils import IterationEvents
from torch.nn.functional import avg_pool2d

from cosimgen_monai.codec import IMAGE_CHANNELS, shrink_label
from cosimgen_monai.sampling import Upscaler


class UpscalerEvaluator(Evaluator):
    """Enlarge pairs by all that the upscaler does, four times by default, as ``generating`` does with drawn ones.

    Args:
        device: where to run.
        val_data_loader: batches of ``image`` (B C H W, [-1, 1]) and ``label`` (B 1 H W, ids) at the large size.
        upscaler: the upscaler, with the network to validate.
        key_val_metric: the metric that picks the best weights.
        additional_metrics: further metrics.
        val_handlers: handlers of the engine.
    """

    def __init__(
        self,
        device: torch.device,
        val_data_loader: Iterable,
        upscaler: Upscaler,
        key_val_metric: dict[str, Metric] | None = None,
        additional_metrics: dict[str, Metric] | None = None,
        val_handlers: Sequence[Any] | None = None,
    ) -> None:
        super().__init__(
            device=device,
            val_data_loader=val_data_loader,
            key_val_metric=key_val_metric,
            additional_metrics=additional_metrics,
            val_handlers=val_handlers,
            decollate=False,
        )
        self.upscaler = upscaler

    def _iteration(self, engine: Engine, batchdata: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Enlarge one batch.

        Returns:
            ``image`` (B 3 H W) and ``label`` (B 1 H W) as enlarged, ``small_image`` and ``small_label`` that they were
            made from, ``true_image`` and ``true_label``.
        """
        image, label = (batchdata[key].to(self.state.device) for key in ("image", "label"))
        image, times = image.float().expand(-1, IMAGE_CHANNELS, -1, -1), self.upscaler.times
        small = {"small_image": avg_pool2d(image, times), "small_label": shrink_label(label, times)}
        enlarged = self.upscaler(small["small_image"], small["small_label"])
        self.state.output = {
            **dict(zip(("image", "label"), enlarged, strict=True)),
            **small,
            "true_image": image,
            "true_label": label,
        }
        self.fire_event(IterationEvents.MODEL_COMPLETED)
        return self.state.output
