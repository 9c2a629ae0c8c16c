"""Whether a mask lies on its image: both of one size, and turned alike by their EXIF orientation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from PIL import ExifTags, Image

_SIDEWAYS = (5, 6, 7, 8)
"""EXIF orientations that exchange width and height."""


def orientation_of(path: str | Path) -> int:
    """Return a picture file's EXIF orientation, 1 to 8; 1 (as stored) where it has none."""
    with Image.open(path) as file:
        return int(file.getexif().get(ExifTags.Base.Orientation, 1))


def is_sideways(path: str | Path) -> bool:
    """Whether a picture's EXIF orientation exchanges width and height."""
    return orientation_of(path) in _SIDEWAYS


def check_aligned(image: NDArray[Any], label: NDArray[Any], image_path: str | Path, label_path: str | Path) -> None:
    """Check that a mask lies on its image, both as read: upright, by their own EXIF orientations.

    Some programs draw masks on the upright photo, others on the stored pixels, and few write the tag. Where image and
    mask carry the same tag, or only one way round they have one size, there is no doubt; all else is refused.

    Args:
        image: H W ..., upright.
        label: H W ..., upright.
        image_path: the image's file; any but a picture has no orientation.
        label_path: the mask's file.

    Raises:
        ValueError: naming both files, if the sizes differ, or the orientations differ and the sizes do not tell whether
            the mask was drawn on the turned or on the stored photo.
    """
    check_same_size(image.shape[:2], label.shape[:2], image_path, label_path)
    check_turned_alike(label.shape[:2], orientation_of(image_path), image_path, label_path)


def check_same_size(
    image: tuple[int, ...], label: tuple[int, ...], image_path: str | Path, label_path: str | Path
) -> None:
    """Raise ``ValueError`` where an image and its mask differ in size (each: height, width)."""
    if image == label:
        return
    remedy = (
        "turn the mask as the photo's EXIF orientation turns the photo."
        if image == label[::-1]
        else "save the mask at the image's size (nearest neighbour)."
    )
    raise ValueError(
        f"{image_path} is {image[1]} x {image[0]} pixels (width x height), but its mask {label_path} "
        f"{label[1]} x {label[0]}: {remedy}"
    )


def check_turned_alike(
    size: tuple[int, ...], image_orientation: int, image_path: str | Path, label_path: str | Path
) -> None:
    """Raise ``ValueError`` where a mask of its image's size (height, width; both upright) may be turned otherwise."""
    turns = (image_orientation, orientation_of(label_path))
    stored = [size[::-1] if turn in _SIDEWAYS else size for turn in turns]
    if turns[0] != turns[1] and stored[0] == stored[1]:
        raise ValueError(
            f"{image_path} has EXIF orientation {turns[0]}, but its mask {label_path} {turns[1]} (1 is none), and "
            "their sizes fit turned and unturned: whether the mask lies on the photo as stored or as shown is not "
            "known. Save both upright, without the tag."
        )
