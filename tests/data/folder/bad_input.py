"""The table of bad input and the message that each gets; what other layouts add stands with their own tests."""

from __future__ import annotations

import gzip
import json
import shutil
import tempfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nibabel as nib
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cosimgen_monai.data import Folder, cache_pairs

WriteSlice = Callable[..., Path]
PLACES = {
    "pictures": {},
    "volumes": {},
    "slices": {"images": "images/{stem}/i{slice}.dcm", "labels": "labels/{stem}/GT_{slice}.png"},
    "colours": {},
    "masks": {"labels": "labels/{stem}/{class}.png"},
}
LIVER = {"classes": ["background", "liver"], "background": "background"}
COLOURS = {
    "classes": [{"name": "background", "colour": "#000000"}, {"name": "liver", "colour": "#FF0000"}],
    "background": "background",
}


@dataclass(frozen=True)
class Bed:
    """A sound folder of two items, ``a`` and ``b``, to be spoiled."""

    root: Path
    kind: str
    write_slice: WriteSlice

    def open(self, **options: object) -> Folder:
        return Folder(self.root, **{**PLACES[self.kind], "field_of_view": 60, **options})

    def read(self, **options: object) -> list[dict]:
        """Return what the cache says of each pair."""
        source = self.open(**options)
        with tempfile.TemporaryDirectory() as cache:
            return cache_pairs(source, source.items(), 16, cache).rows


def save(path: Path, pixels: NDArray, **options: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **options)


def volume(path: Path, voxels: NDArray, spacing: float = 3.0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    nib.save(nib.Nifti1Image(voxels, np.diag((spacing, spacing, 5.0, 1.0))), path)


def liver(*shape: int) -> NDArray[np.uint8]:
    label = np.zeros(shape, np.uint8)
    label[4:12, 4:12] = 1
    return label


PHOTO = np.random.default_rng(0).integers(0, 256, (16, 20, 3)).astype(np.uint8)


def rewrite_classes(bed: Bed, content: object) -> None:
    (bed.root / "classes.json").write_text(json.dumps(content), "utf-8")


KINDS = ("images", "labels")
FLIPPED = np.diag((-3.0, 3.0, 5.0, 1.0))
TILTED = nib.affines.from_matvec(np.array([[1, 0, 0], [0, 0.9, -0.43], [0, 0.43, 0.9]]) * 3.0)


def red(label: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.stack([label * 255, label * 0, label * 0], axis=-1)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])


def turned(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[274] = orientation
    return exif


def claim_size(path: Path, width: int, height: int) -> None:
    """Let a PNG's header claim another size: 8 bytes of signature, then length, name, content and checksum."""
    old = path.read_bytes()
    chunk = b"IHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + old[24:29]
    path.write_bytes(old[:12] + chunk + zlib.crc32(chunk).to_bytes(4, "big") + old[33:])


def recode(bed: Bed, mode: str, suffix: str) -> None:
    (bed.root / "images" / "a.png").unlink()
    Image.fromarray(PHOTO).convert(mode).save(bed.root / "images" / f"a.{suffix}")


def without_slope(path: Path) -> None:
    """Write 0 as scl_slope, at byte 112 (nifti1.h), which means that values are as stored."""
    content = bytearray(gzip.decompress(path.read_bytes()))
    content[112:116] = bytes(4)
    path.write_bytes(gzip.compress(bytes(content)))


LISTING: dict[str, tuple[str, Callable[[Bed], object], str]] = {
    "image without label": (
        "pictures",
        lambda b: (b.root / "labels" / "a.png").unlink(),
        r"images/a\.png has no label: expected labels/a\.\* \(key `labels`\); add it or take it away.*--on_fault skip",
    ),
    "label without image": (
        "volumes",
        lambda b: (b.root / "images" / "b.nii.gz").unlink(),
        r"labels/b\.nii\.gz has no image: expected images/b\.\* \(key `images`\)",
    ),
    "a stem that matches twice": (
        "pictures",
        lambda b: save(b.root / "images" / "a.jpg", PHOTO),
        r"images/a\.jpg and .*images/a\.png are both the image of 'a'; keep one of them",
    ),
    "a slice without mask": (
        "slices",
        lambda b: (b.root / "labels" / "b" / "GT_001.png").unlink(),
        r"images/b/i1\.dcm has no label of the same number 1; add it or take",
    ),
    "a mask without slice": (
        "slices",
        lambda b: save(b.root / "labels" / "a" / "GT_007.png", liver(16, 20)),
        r"labels/a/GT_007\.png has no image of the same number 7",
    ),
    "a number twice": (
        "slices",
        lambda b: save(b.root / "labels" / "a" / "GT_1.png", liver(16, 20)),
        r"labels/a/GT_001\.png and .*labels/a/GT_1\.png are both the label of '1'; keep one",
    ),
    "an item without masks": (
        "masks",
        lambda b: shutil.rmtree(b.root / "labels" / "b"),
        r"images/b\.png has no label: expected labels/b/\{class\}\.png",
    ),
}
"""What does not pair: one error, or a listed warning with ``on_fault`` skip."""

READING: dict[str, tuple[str, Callable[[Bed], object], str]] = {
    "sizes differ": (
        "pictures",
        lambda b: save(b.root / "labels" / "a.png", liver(16, 18)),
        r"images/a\.png is 20 x 16 pixels .*but its mask .*labels/a\.png 18 x 16: save the mask at the image's size",
    ),
    "an id in no table": (
        "pictures",
        lambda b: save(b.root / "labels" / "a.png", liver(16, 20) * 9),
        r"labels/a\.png holds values in no table: 9 \(64 pixels\)\. The table has 0, 1",
    ),
    "a JPEG mask": (
        "pictures",
        lambda b: (
            (b.root / "labels" / "a.png").unlink(),
            save(b.root / "labels" / "a.jpg", np.random.default_rng(0).integers(0, 2, (16, 20)).astype(np.uint8) * 99),
        ),
        r"labels/a\.jpg holds values in no table: .*JPEG blurs",
    ),
    "colours where ids were meant": (
        "pictures",
        lambda b: save(b.root / "labels" / "a.png", PHOTO),
        r"labels/a\.png is an RGB mask, but its values are read as ids",
    ),
    "a 16-bit photo": (
        "pictures",
        lambda b: save(b.root / "images" / "a.png", PHOTO[..., 0].astype(np.uint16)),
        r"images/a\.png holds 16-bit values",
    ),
    "an empty photo": (
        "pictures",
        lambda b: (b.root / "images" / "a.png").write_bytes(b""),
        r"images/a\.png cannot be read as a picture: it is empty",
    ),
    "shapes differ": (
        "volumes",
        lambda b: volume(b.root / "labels" / "a.nii.gz", liver(16, 16, 4)),
        r"images/a\.nii\.gz has shape \(16, 16, 3\), but its label .*labels/a\.nii\.gz \(16, 16, 4\)",
    ),
    "grids differ": (
        "volumes",
        lambda b: volume(b.root / "labels" / "a.nii.gz", liver(16, 16, 3), spacing=2),
        r"images/a\.nii\.gz and its label .*labels/a\.nii\.gz have different affines",
    ),
    "a voxel in no table": (
        "volumes",
        lambda b: volume(b.root / "labels" / "a.nii.gz", liver(16, 16, 3) * 6),
        r"labels/a\.nii\.gz holds label values \[6\] that are no class id; this dataset has 0 to 1",
    ),
    "a fraction": (
        "volumes",
        lambda b: volume(b.root / "labels" / "a.nii.gz", liver(16, 16, 3) * np.float32(0.5)),
        r"labels/a\.nii\.gz holds label values \[0\.5\]",
    ),
    "NaN": (
        "volumes",
        lambda b: volume(b.root / "images" / "a.nii.gz", np.full((16, 16, 3), np.nan, np.float32)),
        r"images/a\.nii\.gz holds 768 voxels that are NaN",
    ),
    "a picture as a volume's label": (
        "volumes",
        lambda b: (
            (b.root / "labels" / "a.nii.gz").unlink(),
            save(b.root / "labels" / "a.png", liver(16, 16)),
        ),
        r"labels/a\.png is a picture, but the label of a volume: pair slices and masks by \{slice\}",
    ),
    "a volume as a picture's label": (
        "pictures",
        lambda b: (
            (b.root / "labels" / "a.png").unlink(),
            volume(b.root / "labels" / "a.nii.gz", liver(16, 16, 3)),
        ),
        r"labels/a\.nii\.gz is the label of a picture, but no picture itself: save it as PNG",
    ),
    "a mask of another size": (
        "slices",
        lambda b: save(b.root / "labels" / "a" / "GT_001.png", liver(20, 16)),
        r"images/a/i1\.dcm has \(20, 16\) pixels, but its mask .*GT_001\.png \(16, 20\)",
    ),
    "a truncated slice": (
        "slices",
        lambda b: (b.root / "images" / "a" / "i1.dcm").write_bytes(b"x"),
        r"images/a/i1\.dcm cannot be read as DICOM",
    ),
    "a truncated photo": (
        "pictures",
        lambda b: cut(b.root / "images" / "a.png"),
        r"images/a\.png cannot be read as a picture: .*Fetch the file again",
    ),
    "a truncated mask": (
        "pictures",
        lambda b: cut(b.root / "labels" / "a.png"),
        r"labels/a\.png cannot be read as a picture",
    ),
    "a photo of one pixel's width": (
        "pictures",
        lambda b: save(b.root / "images" / "a.png", PHOTO[:, :1]),
        r"images/a\.png is 1 x 16 pixels .*too narrow",
    ),
    "a huge photo": (
        "pictures",
        lambda b: claim_size(b.root / "images" / "a.png", 20_000, 20_000),
        r"images/a\.png has more than 178,\d+,\d+ pixels, more than is decoded safely: cut it into tiles or shrink it",
    ),
    "a photo upside down by EXIF, its mask not": (
        "pictures",
        lambda b: save(b.root / "images" / "a.png", PHOTO, exif=turned(3)),
        r"images/a\.png has EXIF orientation 3, but its mask .*labels/a\.png 1 .*Save both upright",
    ),
    "a photo turned by EXIF, its mask drawn on the stored one": (
        "pictures",
        lambda b: save(b.root / "images" / "a.png", PHOTO, exif=turned(6)),
        r"images/a\.png is 16 x 20 .*its mask .*labels/a\.png 20 x 16: turn the mask",
    ),
    "a mask of 16 bit with an id in no table": (
        "pictures",
        lambda b: save(b.root / "labels" / "a.png", liver(16, 20).astype(np.uint16) * 700),
        r"labels/a\.png holds values in no table: 700 \(64 pixels\)",
    ),
    "a colour in no table": (
        "colours",
        lambda b: save(b.root / "labels" / "a.png", red(liver(16, 20)) // 2),
        r"labels/a\.png holds values in no table: 127,0,0 \(64 pixels\)",
    ),
    "a JPEG mask of colours": (
        "colours",
        lambda b: (
            (b.root / "labels" / "a.png").unlink(),
            save(b.root / "labels" / "a.jpg", red(liver(16, 20))),
        ),
        r"labels/a\.jpg holds values in no table: .*JPEG blurs a mask's values",
    ),
    "ids where colours were meant": (
        "colours",
        lambda b: save(b.root / "labels" / "a.png", liver(16, 20) + np.uint8(3)),
        r"labels/a\.png holds ids \(grey values\) where colours were meant",
    ),
    "four axes": (
        "volumes",
        lambda b: volume(b.root / "images" / "a.nii.gz", np.zeros((16, 16, 3, 2), np.int16)),
        r"images/a\.nii\.gz has shape \(16, 16, 3, 2\), expected 3 axes: save one volume a file",
    ),
    "an oblique volume": (
        "volumes",
        lambda b: [nib.save(nib.Nifti1Image(liver(16, 16, 3), TILTED), b.root / k / "a.nii.gz") for k in KINDS],
        r"images/a\.nii\.gz lies obliquely: .*Resample image and label",
    ),
    "an empty volume": (
        "volumes",
        lambda b: (b.root / "labels" / "a.nii.gz").write_bytes(b""),
        r"labels/a\.nii\.gz cannot be read as a NIfTI volume",
    ),
    "a missing slice": (
        "slices",
        lambda b: [path.unlink() for path in b.root.glob("*/a/*1.*")],
        r"slices are missing between i2\.dcm and i0\.dcm in .*images/a \(10\.00 mm apart, the others 5\.00 mm\)",
    ),
    "two series in a folder": (
        "slices",
        lambda b: b.write_slice(b.root / "images" / "a" / "i1.dcm", np.full((16, 20), 60), -5, series="9.9"),
        r"images/a holds 2 DICOM series",
    ),
    "slices of differing spacing": (
        "slices",
        lambda b: b.write_slice(b.root / "images" / "a" / "i1.dcm", np.full((16, 20), 60), -5, row_mm=3.0),
        r"images/a/i\d\.dcm differs from i\d\.dcm of the same series in pixel spacing",
    ),
    "a grey mask of a class": (
        "masks",
        lambda b: save(b.root / "labels" / "a" / "liver.png", PHOTO[..., 0]),
        r"labels/a/liver\.png is the mask of one class, but holds \d+ values beside 0 .*Save it with two values",
    ),
}
"""What cannot be read: one error, or a listed warning with ``on_fault`` skip."""

READ_ALL_THE_SAME: dict[str, tuple[str, Callable[[Bed], object]]] = {
    "a CMYK photo": ("pictures", lambda b: recode(b, "CMYK", "jpg")),
    "a grey photo with transparency": ("pictures", lambda b: recode(b, "LA", "png")),
    "a palette photo": ("pictures", lambda b: recode(b, "P", "png")),
    "a photo with transparency": ("pictures", lambda b: recode(b, "RGBA", "png")),
    "a mask of 16 bit": ("pictures", lambda b: save(b.root / "labels" / "a.png", liver(16, 20).astype(np.uint16))),
    "an EXIF tag on both": (
        "pictures",
        lambda b: [
            save(b.root / k / "a.png", p, exif=turned(6)) for k, p in (("images", PHOTO), ("labels", liver(16, 20)))
        ],
    ),
    "a flipped affine": (
        "volumes",
        lambda b: [nib.save(nib.Nifti1Image(liver(16, 16, 3), FLIPPED), b.root / k / "a.nii.gz") for k in KINDS],
    ),
    "a slope of zero": ("volumes", lambda b: without_slope(b.root / "images" / "a.nii.gz")),
    "labels as floats": (
        "volumes",
        lambda b: volume(b.root / "labels" / "a.nii.gz", liver(16, 16, 3).astype(np.float32)),
    ),
    "a class that occurs nowhere": (
        "pictures",
        lambda b: rewrite_classes(b, {"classes": ["background", "liver", "spleen"], "background": "background"}),
    ),
}
"""What is odd, but has one meaning."""
