"""PNG, JPEG and TIFF pictures as 8-bit RGB, whatever mode they were saved in."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from cosimgen_monai.data.readers.alignment import is_sideways

MIN_SIDE = 8
"""Fewest pixels of a picture's side; anything narrower shows nothing."""

_COLOUR_MODES = ("1", "L", "P", "RGB", "CMYK", "YCbCr")
_ALPHA_MODES = ("LA", "La", "PA", "RGBA", "RGBa")


def read_picture(path: str | Path) -> NDArray[np.uint8]:
    """Read a picture upright: EXIF orientation applied, transparency over white, grey and CMYK as RGB.

    Returns:
        uint8, H W 3.

    Raises:
        FileNotFoundError: if the file is missing.
        PermissionError: if it may not be read.
        ValueError: if it is empty, truncated, no picture, of several pages, of more than 8 bits in grey, huge, or
            narrower than 8 pixels; the message names the file and what to do.
    """
    picture = decode(path)
    if picture.mode not in _COLOUR_MODES + _ALPHA_MODES:
        raise ValueError(
            f"{path} holds {_depth(picture.mode)}, and how bright they should look is not known: save it as 8 bit, "
            "scaled from the darkest to the brightest value that matters."
        )
    if min(picture.size) < MIN_SIDE:
        raise ValueError(
            f"{path} is {picture.width} x {picture.height} pixels (width x height), too narrow to show anything: "
            "take it out of the dataset."
        )
    return np.array(over_white(picture).convert("RGB"))


def decode(path: str | Path) -> Image.Image:
    """Open and decode a picture file whole, so that a damaged one is found here; EXIF orientation applied.

    Raises:
        FileNotFoundError: if the file is missing.
        PermissionError: if it may not be read.
        ValueError: if it is empty, truncated, no picture, of several pages, or huge.
    """
    try:
        if Path(path).stat().st_size == 0:
            raise ValueError("it is empty (0 bytes)")
        # by handle: given a path, Pillow maps grey TIFFs into memory, and garbles those that EXIF turns sideways
        with open(path, "rb") as handle, Image.open(handle) as file:
            pages = getattr(file, "n_frames", 1) if file.format != "MPO" else 1  # a phone's MPO: the photo is first
            if pages == 1:
                return ImageOps.exif_transpose(file)  # loads the pixels
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{path} is missing.") from error
    except PermissionError as error:
        raise PermissionError(f"{path} may not be read: give yourself read permission (chmod u+r).") from error
    except Image.DecompressionBombError as error:
        raise ValueError(
            f"{path} has more than {2 * (Image.MAX_IMAGE_PIXELS or 0):,} pixels, more than is decoded safely: "
            "cut it into tiles or shrink it."
        ) from error
    except Exception as error:  # each format's decoder raises its own
        raise ValueError(f"{path} cannot be read as a picture: {error}. Fetch the file again.") from error
    raise ValueError(f"{path} holds {pages} pages: save one picture a file.")


def common_size(paths: Iterable[str | Path]) -> tuple[int, int] | None:
    """Return the height and width that all pictures share, upright, or ``None`` where they differ."""
    sizes = set()
    for path in paths:
        try:
            with open(path, "rb") as handle, Image.open(handle) as file:
                # only transposing tells for every version and format: Pillow gives a TIFF's size turned, others' not
                upright = ImageOps.exif_transpose(file) if is_sideways(path) else file
                sizes.add((upright.height, upright.width))
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):  # found where it is read
            continue
        if len(sizes) > 1:
            return None
    return sizes.pop() if sizes else None


def over_white(picture: Image.Image) -> Image.Image:
    """Lay a picture with transparency over white; return others as they are."""
    if not picture.has_transparency_data:
        return picture
    rgba = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")


def _depth(mode: str) -> str:
    kinds = {"I": "32-bit integers", "F": "32-bit floats"}
    return kinds.get(mode, "16-bit values" if mode.startswith("I;16") else f"values of mode {mode}")
