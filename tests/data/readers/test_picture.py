"""Pictures of every mode look the same, and what cannot be read is named."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cosimgen_monai.data.readers.picture import read_picture


@pytest.fixture
def photo() -> NDArray[np.uint8]:
    """A smooth picture of 12 rows and 20 columns that has no symmetry."""
    rows, columns = np.mgrid[:12, :20]
    return np.stack([rows * 20, columns * 12, 255 - rows * 9 - columns * 5], axis=-1).astype(np.uint8)


def grey_of(photo: NDArray[np.uint8]) -> NDArray[np.float64]:
    return photo @ np.array([0.299, 0.587, 0.114])  # ITU-R BT.601 luma


@pytest.mark.parametrize("suffix", ["png", "tiff", "bmp"])
def test_rgb_is_read_as_it_was_saved(tmp_path: Path, photo: NDArray, suffix: str) -> None:
    Image.fromarray(photo).save(tmp_path / f"a.{suffix}")
    read = read_picture(tmp_path / f"a.{suffix}")
    assert read.dtype == np.uint8
    np.testing.assert_array_equal(read, photo)


def test_grey_becomes_three_equal_channels(tmp_path: Path, photo: NDArray) -> None:
    Image.fromarray(photo).convert("L").save(tmp_path / "a.png")
    np.testing.assert_allclose(read_picture(tmp_path / "a.png"), grey_of(photo)[..., None].repeat(3, -1), atol=1)


def test_bilevel_is_black_and_white(tmp_path: Path) -> None:
    half = np.arange(160).reshape(8, 20) % 3 == 0
    Image.fromarray(half).save(tmp_path / "a.png")
    np.testing.assert_array_equal(read_picture(tmp_path / "a.png")[..., 1], half * 255)


def test_a_palette_picture_shows_its_colours(tmp_path: Path) -> None:
    index = (np.arange(160).reshape(8, 20) % 3).astype(np.uint8)
    colours = np.array([[10, 20, 30], [200, 0, 0], [0, 90, 250]], np.uint8)
    picture = Image.fromarray(index)
    picture.putpalette(colours.ravel().tolist())
    picture.save(tmp_path / "a.png")
    np.testing.assert_array_equal(read_picture(tmp_path / "a.png"), colours[index])


@pytest.mark.parametrize("grey", [False, True])
def test_transparency_is_laid_over_white(tmp_path: Path, photo: NDArray, grey: bool) -> None:
    alpha = np.repeat(np.linspace(0, 255, 20)[None], 12, axis=0).round().astype(np.uint8)
    picture = Image.fromarray(photo).convert("L" if grey else "RGB")
    picture.putalpha(Image.fromarray(alpha))
    picture.save(tmp_path / "a.png")
    assert Image.open(tmp_path / "a.png").mode == ("LA" if grey else "RGBA")
    colour = grey_of(photo)[..., None].repeat(3, -1) if grey else photo
    share = alpha[..., None] / 255
    np.testing.assert_allclose(read_picture(tmp_path / "a.png"), share * colour + (1 - share) * 255, atol=1.5)


def test_cmyk_is_converted(tmp_path: Path) -> None:
    Image.new("CMYK", (16, 16), (255, 0, 0, 0)).save(tmp_path / "a.tiff")  # cyan ink absorbs red
    np.testing.assert_allclose(read_picture(tmp_path / "a.tiff")[4, 4], [0, 255, 255], atol=2)


@pytest.mark.parametrize(
    ("orientation", "upright"),
    [  # what a viewer does for each value (Exif 2.32, tag 274)
        (1, lambda a: a),
        (2, lambda a: a[:, ::-1]),
        (3, lambda a: a[::-1, ::-1]),
        (4, lambda a: a[::-1]),
        (5, lambda a: a.transpose(1, 0, 2)),
        (6, lambda a: a[::-1].transpose(1, 0, 2)),
        (7, lambda a: a[::-1, ::-1].transpose(1, 0, 2)),
        (8, lambda a: a[:, ::-1].transpose(1, 0, 2)),
    ],
)
def test_photos_are_turned_upright(tmp_path: Path, photo: NDArray, orientation: int, upright: Callable) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    Image.fromarray(photo).save(tmp_path / "a.jpg", exif=exif, quality=100, subsampling=0)
    np.testing.assert_allclose(read_picture(tmp_path / "a.jpg"), upright(photo.astype(int)), atol=6)


def test_colours_of_16_bit_keep_their_high_byte(tmp_path: Path) -> None:
    import zlib

    values = (np.arange(8 * 8 * 3).reshape(8, 8, 3) * 340).astype(">u2")
    rows = b"".join(b"\0" + row.tobytes() for row in values)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    header = (8).to_bytes(4, "big") * 2 + bytes([16, 2, 0, 0, 0])
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    (tmp_path / "a.png").write_bytes(png)
    np.testing.assert_allclose(read_picture(tmp_path / "a.png"), values / 257, atol=1)


def saved(folder: Path, picture: Image.Image, name: str = "a.png", **options: object) -> Path:
    picture.save(folder / name, **options)
    return folder / name


def empty(folder: Path) -> Path:
    (folder / "a.png").write_bytes(b"")
    return folder / "a.png"


def truncated(name: str) -> Callable[[Path], Path]:
    def cut(folder: Path) -> Path:
        noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
        path = saved(folder, Image.fromarray(noise), name)
        path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
        return path

    return cut


def text(folder: Path) -> Path:
    (folder / "a.png").write_text("<html>404</html>", "utf-8")
    return folder / "a.png"


REFUSED: dict[str, tuple[Callable[[Path], Path], type[Exception], str]] = {
    "missing": (lambda folder: folder / "a.png", FileNotFoundError, "is missing"),
    "zero bytes": (empty, ValueError, r"is empty \(0 bytes\).*Fetch the file again"),
    "truncated PNG": (truncated("a.png"), ValueError, r"cannot be read as a picture: .*Fetch the file again"),
    "truncated JPEG": (truncated("a.jpg"), ValueError, r"cannot be read as a picture: .*truncated"),
    "truncated TIFF": (truncated("a.tiff"), ValueError, r"cannot be read as a picture"),
    "no picture": (text, ValueError, r"cannot be read as a picture: cannot identify"),
    "16-bit grey": (
        lambda folder: saved(folder, Image.fromarray(np.full((16, 16), 4000, np.uint16))),
        ValueError,
        r"holds 16-bit values.*save it as 8 bit",
    ),
    "floats": (
        lambda folder: saved(folder, Image.new("F", (16, 16)), "a.tiff"),
        ValueError,
        r"holds 32-bit floats.*save it as 8 bit",
    ),
    "several pages": (
        lambda folder: saved(
            folder, Image.new("L", (16, 16)), "a.tiff", save_all=True, append_images=[Image.new("L", (16, 16), 9)]
        ),
        ValueError,
        "holds 2 pages: save one picture a file",
    ),
    "one pixel wide": (
        lambda folder: saved(folder, Image.new("RGB", (1, 300))),
        ValueError,
        r"is 1 x 300 pixels .*too narrow.*take it out",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_named(tmp_path: Path, case: str) -> None:
    make, kind, message = REFUSED[case]
    path = make(tmp_path)
    with pytest.raises(kind, match=message) as caught:
        read_picture(path)
    assert str(caught.value).startswith(str(path))


def test_a_huge_picture_is_refused_before_it_is_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path, Image.new("RGB", (300, 300)))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 40_000)
    with pytest.raises(ValueError, match=r"a\.png has more than 80,000 pixels.*cut it into tiles or shrink it"):
        read_picture(path)


def test_a_file_without_read_permission_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path, Image.new("RGB", (16, 16)))
    path.chmod(0)
    if os.access(path, os.R_OK):  # root reads everything: refuse as the system would

        def refuse(*_: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Image, "open", refuse)
    with pytest.raises(PermissionError, match=r"a\.png may not be read: .*chmod u\+r"):
        read_picture(path)
