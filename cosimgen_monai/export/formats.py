"""The formats of a generated set, by the words of the key ``formats``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from cosimgen_monai.export.dicom.image import DicomWriter
from cosimgen_monai.export.native.layouts import native_writer
from cosimgen_monai.export.nifti.dataset import NiftiWriter
from cosimgen_monai.export.pictures.coco import CocoWriter
from cosimgen_monai.export.pictures.png import PngWriter
from cosimgen_monai.export.record.manifest import Manifest
from cosimgen_monai.export.writer import SampleWriter
from cosimgen_monai.settings import nearest_names

FORMATS: dict[str, Callable[[Path, dict[str, Any], torch.Tensor, Manifest], SampleWriter]] = {
    "nifti": NiftiWriter,
    "png": PngWriter,
    "native": native_writer,
    "coco": CocoWriter,
    "dicom": DicomWriter,
}


def format_names(formats: Any) -> list[str]:
    """Understand the key ``formats``: a name, names parted by commas, or a list of names.

    Raises:
        ValueError: if there is none, or one is unknown.
    """
    names = formats.split(",") if isinstance(formats, str) else formats
    if not isinstance(names, (list, tuple)) or not names or not all(isinstance(name, str) for name in names):
        raise ValueError(f"`formats` must be a list of {', '.join(FORMATS)}, got {formats!r}.")
    names = [name.strip() for name in names]
    for name in names:
        if name not in FORMATS:
            raise ValueError(f"`formats` holds {name!r}, which is no format; {nearest_names(name, FORMATS)}.")
    return list(dict.fromkeys(names))


def open_writers(
    formats: Any, output_dir: str | Path, card: dict[str, Any], palette: torch.Tensor, manifest: Manifest
) -> list[SampleWriter]:
    """Return a writer a format, each into a folder of the format's name.

    Args:
        formats: see :func:`format_names`.
        output_dir: the run's folder.
        card: the model's file.
        palette: the model's palette.
        manifest: the run's manifest.

    Raises:
        ValueError: if a format is unknown, or does not suit the model's images.
        ModuleNotFoundError: if a format needs a package that is not installed.
    """
    return [FORMATS[name](Path(output_dir) / name, card, palette, manifest) for name in format_names(formats)]
