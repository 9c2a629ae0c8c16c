"""Smoothing in decoding: noise goes, thin objects stay, clean masks are untouched."""

from __future__ import annotations

import math
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn.functional import interpolate

from cosimgen_monai.codec import VOID, check_smoothing, decode_frgb, encode_frgb, fibonacci_palette, mean_field_index

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "data"
SMOOTHING, NOISE, CLASSES, SIZE = 1.4, 0.25, 14, 128


def noisy(label: torch.Tensor, palette: torch.Tensor, num_classes: int = CLASSES) -> torch.Tensor:
    colours = encode_frgb(label, palette, num_classes)
    return colours + NOISE * torch.randn(colours.shape, generator=torch.Generator().manual_seed(0))


def share(found: torch.Tensor, label: torch.Tensor, where: torch.Tensor | None = None) -> float:
    right = found == label
    return (right if where is None else right[where]).float().mean().item()


def regions(seed: int) -> torch.Tensor:
    """Regions of all classes with smooth borders, B 1 H W."""
    field = torch.randn(4, CLASSES, 8, 8, generator=torch.Generator().manual_seed(seed))
    return interpolate(field, (SIZE, SIZE), mode="bicubic").argmax(1, keepdim=True).to(torch.uint8)


def bars(angle: float) -> tuple[torch.Tensor, torch.Tensor]:
    """A label for each class: six bars 2 pixels wide, 30 long, at an angle on that class; and where they lie."""
    y, x = (grid.double() - (SIZE - 1) / 2 for grid in torch.meshgrid(*[torch.arange(SIZE)] * 2, indexing="ij"))
    along = x * math.cos(angle) + y * math.sin(angle)
    across = y * math.cos(angle) - x * math.sin(angle)
    label = torch.arange(CLASSES, dtype=torch.uint8)[:, None, None, None].repeat(1, 1, SIZE, SIZE)
    where = torch.zeros_like(label, dtype=torch.bool)
    for j in range(6):
        middle = 14 * (j - 2.5)
        bar = (along.abs() <= 15) & (across >= middle - 1) & (across < middle + 1)
        label[:, 0, bar] = (label[:, 0, bar] + 1 + 2 * j) % CLASSES
        where[:, 0, bar] = True
    return label, where


@pytest.mark.parametrize("seed", [0, 1])
def test_noise_of_a_quarter_leaves_995_in_1000_pixels_right(seed: int) -> None:
    palette, label = fibonacci_palette(CLASSES), regions(seed)
    colours = noisy(label, palette)
    assert 0.93 < share(decode_frgb(colours, palette, CLASSES), label) < 0.96  # what the nearest colour alone reaches
    assert share(decode_frgb(colours, palette, CLASSES, SMOOTHING), label) >= 0.995


@pytest.mark.parametrize("degrees", [0, 20, 45, 70, 90, 135])
def test_objects_2_pixels_thin_stay(degrees: int) -> None:
    palette, (label, where) = fibonacci_palette(CLASSES), bars(math.radians(degrees))
    assert int(where.sum()) > CLASSES * 6 * 50
    found = decode_frgb(noisy(label, palette), palette, CLASSES, SMOOTHING)
    assert share(found, label) >= 0.995
    assert share(found, label, where) >= 0.97
    for i in range(CLASSES):
        assert share(found[i], label[i], where[i]) >= 0.9


@pytest.mark.parametrize("has_void", [False, True])
def test_clean_masks_come_back_exactly_down_to_single_pixels(has_void: bool) -> None:
    rng = np.random.default_rng(0)
    for num_classes in (*range(2, 20), 64, 150, 255):
        ids = [*range(num_classes), *([VOID] if has_void else [])]
        label = torch.from_numpy(rng.choice(ids, (1, 1, 24, 24)).astype(np.uint8))  # every pixel stands alone
        palette = fibonacci_palette(num_classes + has_void)
        for smoothing in (0.0, SMOOTHING):
            decoded = decode_frgb(encode_frgb(label, palette, num_classes), palette, num_classes, smoothing)
            assert torch.equal(decoded, label), num_classes


def test_a_sample_is_decoded_the_same_whatever_stands_beside_it() -> None:
    palette, label = fibonacci_palette(CLASSES), regions(2)
    colours = noisy(label, palette)
    colours[1] *= 3
    together = decode_frgb(colours, palette, CLASSES, SMOOTHING)
    for i in range(len(label)):
        assert torch.equal(decode_frgb(colours[i : i + 1], palette, CLASSES, SMOOTHING), together[i : i + 1])


def test_the_void_is_smoothed_as_a_class_of_its_own() -> None:
    palette, label = fibonacci_palette(CLASSES + 1), regions(3)
    label[label == 5] = VOID
    found = decode_frgb(noisy(label, palette), palette, CLASSES, SMOOTHING)
    assert share(found, label, label == VOID) >= 0.99


def test_it_can_be_scripted() -> None:
    distances = torch.rand(2, CLASSES, 16, 16, generator=torch.Generator().manual_seed(0))
    scripted = torch.jit.script(mean_field_index)(distances, SMOOTHING)
    assert torch.equal(scripted, mean_field_index(distances, SMOOTHING))


def test_beliefs_follow_the_formula() -> None:
    distances = torch.rand(1, 3, 5, 6, generator=torch.Generator().manual_seed(1), dtype=torch.double)
    own = -distances[0] / (2 * distances[0].amin(0).mean() / 3)
    belief = own.softmax(0)
    for _ in range(4):
        around = torch.zeros_like(own)
        for y in range(5):
            for x in range(6):
                for dy, dx in [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1) if (a, b) != (0, 0)]:
                    neighbour = belief[:, min(max(y + dy, 0), 4), min(max(x + dx, 0), 5)]
                    around[:, y, x] += neighbour / math.hypot(dy, dx)
        belief = (own + 0.5 * around).softmax(0)
    assert torch.equal(mean_field_index(distances, 0.5)[0, 0], belief.argmax(0))


@pytest.mark.parametrize("value", [-1, "1.4", True, None, math.inf, math.nan])
def test_a_smoothing_that_is_no_number_from_0_on_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="`mask_smoothing` must be a number"):
        check_smoothing(value)


def samples(pattern: str) -> list[Path]:
    files = sorted(SAMPLES.glob(pattern))
    if not files:
        pytest.skip(f"real samples are not on this machine ({SAMPLES / pattern})")
    return files


def voc_masks() -> list[np.ndarray]:
    return [np.asarray(Image.open(path)) for path in samples("voc2012/**/SegmentationClass/*.png")]


def cholecseg8k_masks() -> list[np.ndarray]:
    table = np.full(256, VOID, np.uint8)
    table[[50, 11, 21, 13, 12, 31, 23, 24, 25, 32, 22, 33, 5]] = range(13)
    return [table[np.asarray(Image.open(path))[..., 0]] for path in samples("cholecseg8k/**/*_watershed_mask.png")]


def mbrsc_masks() -> list[np.ndarray]:
    colours = [(60, 16, 152), (132, 41, 246), (110, 193, 228), (254, 221, 58), (226, 169, 41)]
    packed = [red << 16 | green << 8 | blue for red, green, blue in colours]
    masks = []
    for path in samples("mbrsc/**/masks/*.png"):
        picture = np.asarray(Image.open(path).convert("RGB"))[::4, ::4].astype(np.int32)  # they are large
        codes = picture @ [1 << 16, 1 << 8, 1]
        masks.append(np.select([codes == code for code in packed], range(5), VOID).astype(np.uint8))
    return masks


def btcv_masks() -> list[np.ndarray]:
    volumes = [np.asarray(nib.load(path).dataobj) for path in samples("ct_btcv_layout_standin/**/label/*.nii.gz")]
    return [volume[:, :, k].astype(np.uint8) for volume in volumes for k in range(volume.shape[2])]


REAL = {"voc": (voc_masks, 21), "cholecseg8k": (cholecseg8k_masks, 13), "mbrsc": (mbrsc_masks, 5)}
REAL["btcv"] = (btcv_masks, 14)


@pytest.mark.parametrize("name", REAL)
def test_every_sample_file_survives_the_round_trip(name: str) -> None:
    read, num_classes = REAL[name]
    palette = fibonacci_palette(num_classes + (name != "btcv"))
    for mask in read():
        label = torch.from_numpy(mask.copy())[None, None]
        assert torch.equal(decode_frgb(encode_frgb(label, palette, num_classes), palette, num_classes), label)
        small = label[:, :, :256, :256]
        assert torch.equal(
            decode_frgb(encode_frgb(small, palette, num_classes), palette, num_classes, SMOOTHING), small
        )


@pytest.mark.parametrize("name", ["cholecseg8k", "btcv"])
def test_real_masks_of_14_colours_come_out_of_the_noise(name: str) -> None:
    read, num_classes = REAL[name]
    palette = fibonacci_palette(14)
    masks = read()[:: 12 if name == "btcv" else 1]
    for mask in masks:
        step = max(1, mask.shape[0] // SIZE)
        label = torch.from_numpy(mask[::step, ::step].copy())[None, None]
        colours = noisy(label, palette, num_classes)
        assert share(decode_frgb(colours, palette, num_classes), label) < 0.96
        assert share(decode_frgb(colours, palette, num_classes, SMOOTHING), label) >= 0.995
