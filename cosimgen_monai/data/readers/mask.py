"""Mask pictures as class ids: by code (palette index or grey value) or by colour."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cosimgen_monai.data.readers.picture import decode, over_white
from cosimgen_monai.data.readers.unknown_values import UnknownValuesError

Colour = tuple[int, int, int]
_PACK = np.array([1 << 16, 1 << 8, 1], dtype=np.uint32)
_JPEG = (".jpg", ".jpeg", ".jpe", ".jfif")
_LISTED = 8


def read_mask(path: str | Path) -> NDArray[Any]:
    """Read a mask's values as they were stored.

    Returns:
        H W for modes P (the palette's **index**), L, LA, 1 (zeros and ones), 16 and 32 bit; uint8 H W 3 for RGB, and
        for RGBA laid over white.

    Raises:
        FileNotFoundError: if the file is missing.
        PermissionError: if it may not be read.
        ValueError: if it is damaged, no picture, or of a mode that holds neither ids nor colours.
    """
    picture = decode(path)
    if picture.mode == "P" or picture.mode.startswith("I"):
        return np.array(picture)
    if picture.mode in ("1", "L"):
        return np.array(picture).astype(np.uint8)
    if picture.mode == "LA":
        return np.array(over_white(picture))[..., 0]
    if picture.mode in ("RGB", "RGBA"):
        # an RGB mask's colour is what it says, even where a PNG marks one of its colours as transparent
        return np.array(over_white(picture) if picture.mode == "RGBA" else picture)
    raise ValueError(
        f"{path} is a mask of mode {picture.mode}, which holds neither class ids nor colours: save it as an 8-bit PNG."
    )


def read_one_class(path: str | Path) -> NDArray[Any]:
    """Read the mask of one class.

    Returns:
        H W: 0 outside, which is black, or the first colour of a palette.

    Raises:
        FileNotFoundError: if the file is missing.
        PermissionError: if it may not be read.
        ValueError: as :func:`read_mask`, if it holds more than one colour beside black, or if it does not say which
            side is inside: part of it is transparent, or its palette has black, but not as its first colour.
    """
    picture = decode(path)
    if picture.has_transparency_data and np.array(picture.convert("RGBA"))[..., 3].min() < 255:
        raise ValueError(
            f"{path} is the mask of one class, and part of it is transparent, which may be either side: save it "
            "without transparency, black outside."
        )
    if picture.mode == "P":
        index = np.array(picture)
        brightness = np.array(picture.convert("RGB")).astype(int).sum(axis=2)
        if (brightness[index == 0] > 0).any() and (brightness[index > 0] == 0).any():
            raise ValueError(
                f"{path} is the mask of one class, and its palette has black, but not as its first colour, so that it "
                "may be either side: save it as grey values, black outside."
            )
        return index
    mask = read_mask(path)
    if mask.ndim == 2:
        return mask
    packed = mask.astype(np.uint32) @ _PACK
    if len(colours := np.unique(packed[packed > 0])) > 1:
        listed = ", ".join(f"#{colour:06x}" for colour in colours[:6].tolist())
        raise ValueError(
            f"{path} is the mask of one class, but holds {len(colours)} colours beside black ({listed}). Save it with "
            "two (as PNG, not JPEG), or list the classes by colour."
        )
    return packed


def palette_as_colours(path: str | Path) -> NDArray[np.uint8]:
    """Read a mask whose colours count, whatever the order of its palette.

    Returns:
        uint8, H W 3: palette masks (P) through their palette, grey ones repeated, RGB(A) as :func:`read_mask` has it.

    Raises:
        FileNotFoundError: if the file is missing.
        PermissionError: if it may not be read.
        ValueError: if it is damaged or has more than 8 bits.
    """
    picture = decode(path)
    if picture.mode == "P":
        picture.info.pop("transparency", None)
        return np.array(picture.convert("RGB"))
    mask = read_mask(path)
    if mask.dtype != np.uint8:
        raise ValueError(f"{path} holds 16- or 32-bit values where colours were meant: save the mask as 8-bit RGB.")
    if picture.mode == "1":
        mask = mask * np.uint8(255)
    return mask if mask.ndim == 3 else np.repeat(mask[..., None], 3, axis=2)


def label_of_codes(mask: NDArray[Any], table: Mapping[int, int], path: str | Path) -> NDArray[np.uint8]:
    """Translate a mask's codes to class ids.

    Args:
        mask: codes, H W, or H W 3 with three equal channels (CholecSeg8k's watershed masks).
        table: class id (or ``VOID``) of each code.
        path: the mask's file, for messages.

    Returns:
        uint8 ids, H W.

    Raises:
        ValueError: if the mask is in colour, or holds a code that is in no table.
    """
    if mask.ndim == 3:
        if (mask != mask[..., :1]).any():
            raise ValueError(
                f"{path} is an RGB mask, but its values are read as ids: save ids (grey or palette index) in its "
                "place, or read it by a table of colours."
            )
        mask = mask[..., 0]
    return _translate(mask, table, path, str)


def label_of_colours(mask: NDArray[Any], table: Mapping[Colour, int], path: str | Path) -> NDArray[np.uint8]:
    """Translate a mask's colours to class ids.

    Args:
        mask: colours, H W 3.
        table: class id (or ``VOID``) of each colour.
        path: the mask's file, for messages.

    Returns:
        uint8 ids, H W.

    Raises:
        ValueError: if the mask holds ids, or a colour that is in no table.
    """
    meant = (
        f"{path} holds ids (grey values) where colours were meant: save it in the table's colours, or read it by id."
    )
    if mask.ndim == 2:
        raise ValueError(meant)
    packed = mask.astype(np.uint32) @ _PACK
    codes = {int(np.array(colour, dtype=np.uint32) @ _PACK): class_id for colour, class_id in table.items()}
    if (mask == mask[..., :1]).all() and not np.isin(packed, list(codes)).any():
        raise ValueError(meant)
    return _translate(packed, codes, path, lambda code: "{},{},{}".format(*code.to_bytes(3, "big")))


def _translate(
    codes: NDArray[Any], table: Mapping[int, int], path: str | Path, show: Callable[[int], str]
) -> NDArray[np.uint8]:
    label = np.full(codes.shape, -1, dtype=np.int16)
    for code, class_id in table.items():
        label[codes == code] = class_id
    if (label >= 0).all():
        return label.astype(np.uint8)
    values, counts = np.unique(codes[label < 0], return_counts=True)
    order = np.argsort(-counts, kind="stable")[:_LISTED]
    listed = ", ".join(f"{show(int(values[i]))} ({counts[i]:,} pixels)" for i in order)
    more = f" and {len(values) - _LISTED} more" if len(values) > _LISTED else ""
    if Path(path).suffix.lower() in _JPEG:
        remedy = "JPEG blurs a mask's values into ones in between: save masks as PNG, from the original."
    else:
        known = ", ".join(show(code) for code in list(table)[:32])
        remedy = f"The table has {known}. Correct the mask, or add the value to the table."
    raise UnknownValuesError(
        f"{path} holds values in no table: {listed}{more}. {remedy}",
        path,
        {show(int(values[i])): int(counts[i]) for i in np.argsort(-counts, kind="stable")},
    )
