"""Drawing requests as an Ignite engine on MONAI's evaluator: validation and generation are the same engine."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from ignite.engine import Engine, Events
from ignite.metrics import Metric
from monai.engines import Evaluator
from monai.engines.utils import IterationEvents
from monai.transforms import Transform

from cosimgen_monai.codec import presence_of, unpack_pair
from cosimgen_monai.prompts import Request
from cosimgen_monai.sampling import PairInferer, check_precision

logger = logging.getLogger(__name__)


class PairGenerator(Evaluator):
    """Draw the samples of request batches.

    A sample is the same bytes whatever its neighbours, at a fixed batch size: its noise comes from its own seed, and a
    short batch is filled up with repeats that are then dropped.

    Args:
        device: where to sample.
        val_data_loader: batches of requests (lists).
        network: the model, or its EMA: ``palette``, ``num_classes``, ``condition`` and what the inferer asks of it.
        inferer: the noise of seeds, and pairs from it: reverse diffusion, or one pass.
        embed: the sentence encoder: prompts in, features (n x sentence_dim) out.
        batch_size: samples drawn at once.
        mask_smoothing: how much a pixel's neighbours count in decoding a mask, see :func:`decode_frgb`.
        postprocessing: a transform of each sample's dict.
        key_val_metric: the metric that picks the best model.
        val_handlers: handlers of the engine.

    Raises:
        ValueError: if the device cannot run the inferer's precision.
    """

    def __init__(
        self,
        device: torch.device,
        val_data_loader: Iterable,
        network: Any,
        inferer: PairInferer,
        embed: Callable[[Sequence[str]], torch.Tensor],
        batch_size: int,
        mask_smoothing: float = 0.0,
        postprocessing: Transform | None = None,
        key_val_metric: dict[str, Metric] | None = None,
        val_handlers: Sequence[Any] | None = None,
    ) -> None:
        super().__init__(
            device=device,
            val_data_loader=val_data_loader,
            postprocessing=postprocessing,
            key_val_metric=key_val_metric,
            val_handlers=val_handlers,
            decollate=False,
        )
        check_precision(inferer.precision, device)
        self.network = network
        self.inferer = inferer
        self.embed = embed
        self.batch_size = batch_size
        self.mask_smoothing = mask_smoothing

    def run(self, global_epoch: int = 1) -> None:  # type: ignore[override]
        """Draw all requests; say so where none is left to draw.

        Args:
            global_epoch: the training's epoch, during a training.
        """
        if len(self.data_loader) == 0:  # type: ignore[arg-type]
            logger.info("All samples of this run are there already; it is finished.")
            self.fire_event(Events.COMPLETED)  # a kill may have left out what is written at the end
            return
        super().run(global_epoch)

    def _iteration(self, engine: Engine, batchdata: Any) -> Any:
        """Draw one batch, a list of requests.

        Returns:
            A dict a sample: ``request``, ``image`` (3 H W, [-1, 1]) and ``label`` (1 H W, uint8 ids), on the CPU;
            postprocessing may enlarge both, ``drawn_label`` stays the label as it was drawn.
        """
        requests: list[Request] = batchdata + [batchdata[-1]] * (self.batch_size - len(batchdata))
        self.network.eval()
        with torch.no_grad():
            noise = self.inferer.noise([request.seed for request in requests], self.network)
            pairs = self.inferer(noise, self.network, self._condition(requests))
        images, labels = unpack_pair(pairs, self.network.palette, self.network.num_classes, self.mask_smoothing)
        samples = zip(batchdata, images.cpu(), labels.cpu(), strict=False)
        self.state.output = [
            {"request": request, "image": image, "label": label, "drawn_label": label}
            for request, image, label in samples
        ]
        self.fire_event(IterationEvents.MODEL_COMPLETED)  # where MONAI's postprocessing listens
        return self.state.output

    def _condition(self, requests: list[Request]) -> torch.Tensor:
        """Return the condition embedding of each request (B D)."""
        device = self.network.palette.device
        rows = []
        for request in requests:
            presence = sentence = None
            by = self.network.conditioned_by or request.by
            if by != "text":
                presence = presence_of(request.asked, self.network.num_classes)[None].to(device)
            if by != "classes":
                sentence = self.embed([request.prompt]).to(device)
            rows.append(self.network.condition(presence, sentence))
        return torch.cat(rows)
