"""Pictures that were made square for training go back to their own shape."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn.functional import interpolate

from cosimgen_monai.codec import VOID
from cosimgen_monai.data import padded_shape, resize_label


class RestoreShape:
    """Give a drawn pair the shape of the dataset's pictures; leave it alone where those are square, as CT slices are.

    Squashed pictures are stretched back (the longer side grows, so that nothing is lost; image linear, label nearest),
    padded ones lose their margins. With a size asked for, pictures then take exactly that size: where it is smaller,
    the image by the mean and the label by the majority of each pixel's area.

    Args:
        images: what the model's file says of its training images (``fit``, ``native_size``: height, width).
        export_size: height and width of the pictures, ``native`` for the dataset's own size, or ``None``.

    Raises:
        ValueError: if the size is none of these, or has another shape than a CT slice's square.
    """

    def __init__(self, images: dict[str, Any], export_size: Any = None) -> None:
        self.fit: str | None = images.get("fit")
        self.native_size: list[int] | None = images.get("native_size")
        self.export_size = self._checked(export_size, images)

    def __call__(self, sample: dict[str, Any]) -> dict[str, Any]:
        """Reshape ``image`` (3 S S) and ``label`` (1 S S) of a sample."""
        if self.native_size is None and self.export_size is None:
            return sample
        image, label = sample["image"], sample["label"]
        if self.native_size is not None and (self.fit == "pad" or self.export_size is None):
            image, label = self._restored(image, label, self.native_size)
        if self.export_size is not None:
            image, label = self._resized(image, label, self.export_size)
        return {**sample, "image": image, "label": label}

    def _restored(
        self, image: torch.Tensor, label: torch.Tensor, native_size: list[int]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        height, width = native_size
        size = image.shape[-1]
        if self.fit == "pad":
            rows, columns = padded_shape((height, width), size)
            top, left = (size - rows) // 2, (size - columns) // 2
            window = (..., slice(top, top + rows), slice(left, left + columns))
            return image[window], label[window]
        shorter = min(height, width)
        shape = (round(size * height / shorter), round(size * width / shorter))
        return (
            interpolate(image[None], shape, mode="bilinear", align_corners=False)[0],
            interpolate(label[None], shape, mode="nearest-exact")[0],
        )

    def _resized(
        self, image: torch.Tensor, label: torch.Tensor, size: tuple[int, int]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        resized = interpolate(image[None], size, mode="bilinear", align_corners=False, antialias=True)[0]
        return resized, torch.from_numpy(resize_label(label[0].numpy(), size, num_classes=VOID))[None]

    def _checked(self, export_size: Any, images: dict[str, Any]) -> tuple[int, int] | None:
        """Return the size asked for as height and width."""
        if export_size is None:
            return None
        if export_size == "native":
            if self.native_size is None:
                raise ValueError(
                    "`export_size` is native, but the model's pictures have no size of their own: leave it."
                )
            return self.native_size[0], self.native_size[1]
        sides = list(export_size) if isinstance(export_size, (list, tuple)) else [export_size, export_size]
        if len(sides) != 2 or not all(isinstance(side, int) and 0 < side <= 8192 for side in sides):
            raise ValueError(f"`export_size` must be native, or [height, width] in pixels, got {export_size!r}.")
        if images["modality"] == "CT" and sides[0] != sides[1]:
            raise ValueError(f"`export_size` {export_size!r}: a CT slice is square; give one number.")
        return sides[0], sides[1]


def size_trained_at(card: dict[str, Any]) -> int | None:
    """Return the ``export_size`` that keeps pairs as a model draws them, for comparing them with real ones of its size.

    Squashed pictures would be stretched on the way out and averaged on the way back. Padded ones lose and regain their
    margins unharmed, so they need none.

    Args:
        card: the model's file.
    """
    images = card["images"]
    return None if images.get("native_size") is None or images.get("fit") == "pad" else card["network"]["image_size"]
