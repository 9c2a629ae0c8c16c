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

from cosimgen_monai.codec import IMAGE_CHANNELS, decode_certainty, merge_specks, presence_of, unpack_pair
from cosimgen_monai.engines.redraws import Redraws
from cosimgen_monai.prompts import Request
from cosimgen_monai.sampling import PairInferer, as_precision

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
        speck_size: pieces of a mask below so many pixels are merged into what surrounds them.
        quality_gates: a transform that adds ``faults`` to a sample as it was drawn; one that has some is drawn again.
        max_redraws: how often at most.
        postprocessing: a transform of each sample that is kept.
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
        speck_size: int = 0,
        quality_gates: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
        max_redraws: int = 0,
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
        as_precision(inferer.precision, device)
        self.network = network
        self.inferer = inferer
        self.embed = embed
        self.batch_size = batch_size
        self.mask_smoothing = mask_smoothing
        self.speck_size = speck_size
        self.quality_gates = quality_gates
        self.redraws = Redraws(batch_size, max_redraws)

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
        """Draw one batch, a list of requests, and again what came out wrong.

        Returns:
            A dict a sample that is done: ``request``, ``image`` (3 H W, [-1, 1]), ``label`` (1 H W, uint8 ids),
            ``certainty`` (of the label) and ``redraws``, on the CPU; postprocessing may enlarge image and label,
            ``drawn_label`` stays as it was drawn.
        """
        done: list[dict[str, Any]] = []
        self.redraws.add(batchdata)
        state: Any = engine.state
        while attempts := self.redraws.batch(last=state.iteration % state.epoch_length == 0):
            done += self.redraws.settle(attempts, self._draw([attempt.drawn for attempt in attempts]))
        state.batch, state.output = [sample["request"] for sample in done], done
        self.fire_event(IterationEvents.MODEL_COMPLETED)  # where MONAI's postprocessing listens; it goes through both
        return state.output

    def _draw(self, asked: list[Request]) -> list[dict[str, Any]]:
        """Draw requests, a batch at most, and judge what comes out.

        Raises:
            FloatingPointError: if what was drawn is not finite.
        """
        requests = asked + [asked[-1]] * (self.batch_size - len(asked))
        self.state.batch = asked  # who watches the inferer finds them here
        self.network.eval()
        with torch.no_grad():
            noise = self.inferer.noise([request.seed for request in requests], self.network)
            pairs = self.inferer(noise, self.network, self._condition(requests))
        if not torch.isfinite(pairs).all():
            raise FloatingPointError(
                f"The network drew values that are no numbers (precision {self.inferer.precision}): draw with "
                "--precision float32, and where that does not help its weights are damaged (--ckpt_path)."
            )
        images, decoded = unpack_pair(pairs, self.network.palette, self.network.num_classes, self.mask_smoothing)
        labels = [torch.from_numpy(merge_specks(label[0].numpy(), self.speck_size))[None] for label in decoded.cpu()]
        certainty = decode_certainty(pairs[:, IMAGE_CHANNELS:], self.network.palette).tolist()
        columns = zip(asked, images.cpu(), labels, labels, certainty, strict=False)
        names = ("request", "image", "label", "drawn_label", "certainty")
        samples = [dict(zip(names, column, strict=True)) for column in columns]
        return samples if self.quality_gates is None else [self.quality_gates(sample) for sample in samples]

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
