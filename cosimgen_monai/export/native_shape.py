"""Pictures that were made square for training go back to their own shape."""

from __future__ import annotations

from typing import Any

from torch.nn.functional import interpolate

from cosimgen_monai.data import padded_shape


class RestoreShape:
    """Give a drawn pair the shape of the dataset's pictures; leave it alone where those are square, as CT slices are.

    Squashed pictures are stretched back (the longer side grows, so that nothing is lost; image linear, label nearest),
    padded ones lose their margins.

    Args:
        images: what the model's file says of its training images (``fit``, ``native_size``: height, width).
    """

    def __init__(self, images: dict[str, Any]) -> None:
        self.fit: str | None = images.get("fit")
        self.native_size: list[int] | None = images.get("native_size")

    def __call__(self, sample: dict[str, Any]) -> dict[str, Any]:
        """Reshape ``image`` (3 S S) and ``label`` (1 S S) of a sample."""
        if self.native_size is None:
            return sample
        image, label = sample["image"], sample["label"]
        height, width = self.native_size
        size = image.shape[-1]
        if self.fit == "pad":
            rows, columns = padded_shape((height, width), size)
            top, left = (size - rows) // 2, (size - columns) // 2
            window = (..., slice(top, top + rows), slice(left, left + columns))
            return {**sample, "image": image[window], "label": label[window]}
        shorter = min(height, width)
        shape = (round(size * height / shorter), round(size * width / shorter))
        return {
            **sample,
            "image": interpolate(image[None], shape, mode="bilinear", align_corners=False)[0],
            "label": interpolate(label[None], shape, mode="nearest-exact")[0],
        }
