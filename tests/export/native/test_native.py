"""Native layouts: this project's own loaders read drawn pairs back with the ids that were drawn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from cosimgen_monai.codec import VOID, ClassTable
from cosimgen_monai.data import BTCV, MBRSC, VOC2012, CholecSeg8k, Folder
from cosimgen_monai.data.resampling.axial_slices import axial_slices
from cosimgen_monai.export import RestoreIntensity, RestoreShape
from cosimgen_monai.prompts import Request

Make = Callable[..., Any]


def card_of(source: Any) -> dict[str, Any]:
    return {"classes": source.classes.to_json(), "images": source.card(), "slice_spacing": 5.0}


def drawn(card: dict[str, Any], number: int = 3, size: int = 48) -> list[dict[str, Any]]:
    """Samples whose labels hold every class of the table, and the void where there is one."""
    samples = []
    ids = [*range(len(card["classes"]["names"])), *([VOID] if card["classes"]["has_void"] else [])]
    for index in range(number):
        random = np.random.default_rng(index)
        blocks = random.permutation(np.resize(ids, 36)).reshape(6, 6)
        label = torch.from_numpy(np.kron(blocks, np.ones((size // 6, size // 6), int)).astype(np.uint8))[None]
        image = torch.from_numpy(random.uniform(-1, 1, (3, 1, 1)).astype(np.float32)).expand(3, size, size)
        if card["images"]["modality"] == "CT":
            image = image.mean(0, keepdim=True).expand(3, -1, -1)
        samples.append(
            {
                "request": Request(index, "A photo", (1,), "classes", index),
                "image": image,
                "label": label,
                "drawn_label": label,
            }
        )
    return [RestoreIntensity(card["images"])(RestoreShape(card["images"])(sample)) for sample in samples]


@pytest.mark.parametrize("name", ["CholecSeg8k", "MBRSC", "PASCAL VOC 2012"])
def test_own_data_of_a_published_name_keep_their_own_classes(name: str, tmp_path: Path, write: Make) -> None:
    classes = ClassTable(("tool", "tissue"))
    images = {**MBRSC("unread").card(), "dataset": name}
    card = {"classes": classes.to_json(), "images": images}
    write(tmp_path, card, drawn(card), ["native"])
    source = Folder(tmp_path / "native")
    assert source.classes == classes
    assert len(source.items()) == 3


def test_btcv(tmp_path: Path, write: Make) -> None:
    source = BTCV("unread")
    samples = drawn(card_of(source))
    write(tmp_path, card_of(source), samples, ["native"])
    again = BTCV(tmp_path / "native")
    items = again.items()
    assert [item["group"] for item in items] == ["900000", "900001", "900002"]
    for item, sample in zip(items, samples, strict=True):
        ((image, label),) = axial_slices(again.read_volume(item), 48, 400.0)
        np.testing.assert_array_equal(label, sample["label"][0])
        np.testing.assert_allclose(image, sample["native"], atol=0.01)


def test_voc(tmp_path: Path, write: Make) -> None:
    (tmp_path / "empty").mkdir()
    source = VOC2012(tmp_path / "empty")
    samples = drawn(card_of(source))
    write(tmp_path, card_of(source), samples, ["native"])
    again = VOC2012(tmp_path / "native")
    items = again.items()
    assert [item["part"] for item in items] == ["train"] * 3
    for item, sample in zip(items, samples, strict=True):
        image, label = again.read_pair(item)
        assert label.shape == (48, 64)  # the commonest shape of VOC's photos
        np.testing.assert_array_equal(label, sample["label"][0])
        np.testing.assert_allclose(image, sample["native"].transpose(1, 2, 0), atol=3)  # JPEG


def test_voc_masks_are_in_vocs_colours(tmp_path: Path, samples: Path, write: Make) -> None:
    source = VOC2012(samples / "voc2012")
    write(tmp_path, card_of(source), drawn(card_of(source)), ["native"])
    real = Image.open(source.items()[0]["label"])
    mask = Image.open(VOC2012(tmp_path / "native").items()[0]["label"])
    assert mask.mode == real.mode == "P"
    assert mask.getpalette() == real.getpalette()


def test_cholecseg8k(tmp_path: Path, write: Make) -> None:
    (tmp_path / "empty").mkdir()
    source = CholecSeg8k(tmp_path / "empty")
    samples = drawn(card_of(source), 2)
    samples += [{**samples[0], "request": Request(80, "A photo", (1,), "classes", 9)}]
    write(tmp_path, card_of(source), samples, ["native"])
    again = CholecSeg8k(tmp_path / "native")
    items = again.items()
    assert [item["group"] for item in items] == ["video900", "video900", "video901"]
    for item, sample in zip(items, samples, strict=True):
        image, label = again.read_pair(item)
        np.testing.assert_array_equal(label, sample["label"][0])
        np.testing.assert_array_equal(image, sample["native"].transpose(1, 2, 0))


def test_cholecseg8ks_codes_and_colours_go_together_as_in_the_real_masks(
    tmp_path: Path, samples: Path, write: Make
) -> None:
    source = CholecSeg8k(samples / "cholecseg8k")
    write(tmp_path, card_of(source), drawn(card_of(source), 1), ["native"])

    def pairs(frame: str) -> dict[int, tuple[int, ...]]:
        watershed, colour = (
            np.array(Image.open(frame.replace("_endo.png", f"_endo_{kind}_mask.png")).convert("RGB"))
            for kind in ("watershed", "color")
        )
        assert (watershed[..., 0] == watershed[..., 2]).all()
        codes, first = np.unique(watershed[..., 0], return_index=True)
        colours = colour.reshape(-1, 3)[first]
        return {int(code): tuple(rgb.tolist()) for code, rgb in zip(codes, colours, strict=True)}

    real = pairs(source.items()[0]["image"])
    written = pairs(CholecSeg8k(tmp_path / "native").items()[0]["image"])
    assert len(written) == 14
    assert real.items() <= written.items()


@pytest.mark.parametrize("number", [2, 10])
def test_mbrsc(tmp_path: Path, write: Make, number: int) -> None:
    (tmp_path / "empty").mkdir()
    source = MBRSC(tmp_path / "empty", crop_size=96)
    samples = drawn(card_of(source), number)
    write(tmp_path, card_of(source), samples, ["native"])
    again = MBRSC(tmp_path / "native", crop_size=96)
    items = again.items()
    assert [item["group"] for item in items] == [f"Tile {901 + i // 9}" for i in range(number)]
    for item, sample in zip(items, samples, strict=True):
        (pair,) = again.read(item, 48)
        np.testing.assert_array_equal(pair["label"], sample["label"])
        np.testing.assert_allclose(pair["image"], sample["native"], atol=4)  # JPEG


@pytest.mark.parametrize("card_name", ["ct_card", "rgb_card", "frames_card"])
def test_somebodys_own_data(
    tmp_path: Path, card_name: str, request: pytest.FixtureRequest, make_samples: Make, write: Make
) -> None:
    card = request.getfixturevalue(card_name)
    card = {**card, "images": {**card["images"], "dataset": "mine"}}
    samples = make_samples(card)
    write(tmp_path, card, samples, ["native"])
    ct = card_name == "ct_card"
    suffix = ".nii.gz" if ct else ".png"
    folder = Folder(tmp_path / "native", f"images/{{stem}}{suffix}", f"labels/{{stem}}{suffix}")
    assert folder.classes.to_json() == {**card["classes"], "names": tuple(card["classes"]["names"])} or (
        folder.classes.to_json() == card["classes"]
    )
    for item, sample in zip(folder.items(), samples, strict=True):
        label = axial_slices(folder.labels.read_ct(item), 48, 400.0) if ct else None
        found = next(iter(label))[1] if label is not None else folder._native_picture(item)[1]
        np.testing.assert_array_equal(found, sample["label"][0])


def test_layouts_that_cannot_hold_the_pairs_say_so(tmp_path: Path, write: Make) -> None:
    source = BTCV("unread")
    card = card_of(source)
    void = {**card, "classes": {**card["classes"], "has_void": True}}
    with pytest.raises(ValueError, match="no code for pixels of no class"):
        write(tmp_path, void, [], ["native"])
    zenodo = {**card, "images": {**card["images"], "dataset": "BTCV-Zenodo"}}
    with pytest.raises(ValueError, match="Zenodo release's layout wants crops"):
        write(tmp_path, zenodo, [], ["native"])
