"""The reverse diffusion as pictures: the estimate x̂_0 at each step."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence
from threading import Event
from typing import Any

import torch
from PIL import Image

from cosimgen_monai.codec import Picture, to_8_bit, unpack_pair
from cosimgen_monai.engines import PairGenerator
from cosimgen_monai.export import small_pictures

Tell = Callable[[dict[str, Any]], None]
"""What carries an event (a name in ``event``, and what belongs to it) to the page."""

MAX_FRAMES = 40
MAX_SIDE = 512


class StoppedError(BaseException):
    """The browser has gone, or the page is being closed: a drawing ends at its next step.

    No ``Exception``, since an Ignite engine would log it as a failure.
    """


class Pictures:
    """Make pictures of pairs for a page: image, mask and overlay as data URLs.

    Args:
        palette: the model's palette.
        num_classes: number of classes c.
        colours: 8-bit colours of the classes, the void's last where there is one.
        background: id of the background, which an overlay leaves clear.
    """

    def __init__(
        self,
        palette: torch.Tensor,
        num_classes: int,
        colours: Sequence[tuple[int, int, int]],
        background: int | None,
    ) -> None:
        self.palette = palette
        self.num_classes = num_classes
        self.colours = colours
        self.background = background

    def of_pair(self, image: torch.Tensor, label: torch.Tensor) -> list[str]:
        """Return the pictures of an image (3 H W, [-1, 1]) and its label (1 H W)."""
        small = small_pictures(
            to_8_bit(image.numpy()), label[0].numpy(), self.colours, self.background, max_side=MAX_SIDE
        )
        return [_data_url(picture) for picture in small]

    def of_estimates(self, estimates: torch.Tensor) -> list[list[str]]:
        """Return the pictures of each of some estimates (B 6 H W)."""
        images, labels = unpack_pair(estimates, self.palette, self.num_classes)
        return [self.of_pair(image, label) for image, label in zip(images.cpu(), labels.cpu(), strict=True)]


class Frames:
    """Watch a reverse diffusion and show its estimates as they come, 40 at most.

    Args:
        generator: the generator that draws.
        steps: steps of its inferer.
        pictures: what makes the pictures.
        tell: where they go.
        closing: set where the drawing should end.
    """

    def __init__(self, generator: PairGenerator, steps: int, pictures: Pictures, tell: Tell, closing: Event) -> None:
        self.generator = generator
        self.steps = steps
        self.pictures = pictures
        self.tell = tell
        self.closing = closing
        self._calls = 0

    def __call__(self, timestep: int, noisy: torch.Tensor, estimates: torch.Tensor) -> None:
        """Show the estimates (B 6 H W) at one step; a short batch's filling is left out."""
        if self.closing.is_set():
            raise StoppedError
        step = self._calls % self.steps + 1  # a second batch starts again
        self._calls += 1
        self.tell({"event": "step", "step": step, "steps": self.steps, "timestep": timestep})
        if (step - 1) % -(-self.steps // MAX_FRAMES) and step != self.steps:
            return
        asked: Any = self.generator.state.batch
        shown = self.pictures.of_estimates(estimates[: len(asked)])
        pictures = {request.index: shown[i] for i, request in enumerate(asked)}
        self.tell({"event": "frame", "step": step, "pictures": pictures})


def _data_url(picture: Picture) -> str:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG", compress_level=1)
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
