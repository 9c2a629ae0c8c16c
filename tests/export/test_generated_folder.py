"""Reading a generated set back: what pairs, and what is refused."""

from __future__ import annotations

import csv
import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from cosimgen_monai.codec import VOID, ClassTable, display_colours, fibonacci_palette
from cosimgen_monai.data import UnknownValuesError
from cosimgen_monai.export import GeneratedFolder
from cosimgen_monai.export.nifti.dataset import dataset_folder
from cosimgen_monai.export.nifti.nnunet_labels import NnUNetLabels
from cosimgen_monai.export.pictures.png import indexed
from cosimgen_monai.export.provenance import check_held_out, check_model, check_trained_pairs

CLASSES = ClassTable(("background", "liver", "spleen"), background=0)


def write_pair(place: Path, name: str, label: np.ndarray, image: np.ndarray | None = None) -> None:
    picture = np.full(label.shape, 100, np.uint8) if image is None else image
    for kind, content in (("images", picture), ("labels", label)):
        (place / kind).mkdir(parents=True, exist_ok=True)
        Image.fromarray(content.astype(np.uint8)).save(place / kind / f"{name}.png")


def half(value: int, size: int = 16) -> np.ndarray:
    label = np.zeros((size, size), np.uint8)
    label[:, : size // 2] = value
    return label


def write_manifest(folder: Path, rows: list[tuple[str, str]]) -> None:
    with (folder / "manifest.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("id", "classes_asked"), *rows])


def test_images_and_masks_alone_are_read(tmp_path: Path) -> None:
    ramp = np.tile(np.arange(16) * 16, (16, 1))
    write_pair(tmp_path, "b", half(2), ramp)
    write_pair(tmp_path, "a", half(1))
    pairs = GeneratedFolder(tmp_path, CLASSES, 8)
    assert pairs.names == ["a", "b"]
    assert pairs.asked() is None
    item = pairs[1]
    expected = torch.tensor(ramp.reshape(8, 2, 8, 2).mean((1, 3))).round() / 127.5 - 1
    torch.testing.assert_close(item["image"][0], expected.float())
    assert item["label"].shape == (1, 8, 8)
    assert item["areas"].tolist() == [32, 0, 32]


def test_the_manifest_says_which_pairs_and_what_was_asked(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("x", "y", "unlisted"):
        write_pair(tmp_path / "png", name, half(1))
    write_manifest(tmp_path, [("y", "spleen; liver"), ("x", "")])
    pairs = GeneratedFolder(tmp_path, CLASSES, 16)
    assert pairs.names == ["y", "x"]
    assert pairs.asked() == [(1, 2), ()]
    assert "holds 1 image(s) that manifest.csv does not list, unlisted.png first" in caplog.text
    (tmp_path / "png/labels/y.png").unlink()
    with pytest.raises(FileNotFoundError, match="labels lacks y"):
        GeneratedFolder(tmp_path, CLASSES, 16)


def test_a_manifest_of_other_classes_is_refused_at_once(tmp_path: Path) -> None:
    write_pair(tmp_path / "png", "x", half(1))
    write_manifest(tmp_path, [("x", "liver; kidney")])
    with pytest.raises(ValueError, match=r"manifest.csv asks for classes that the real data has not: .*'kidney'"):
        GeneratedFolder(tmp_path, CLASSES, 16)


def test_a_folder_without_pairs_says_how_to_make_some(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="run generating"):
        GeneratedFolder(tmp_path / "nowhere", CLASSES, 16)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,classes_asked\nx,liver\nx,spleen\n", r"manifest.csv lists x twice"),
        ("id,classes_asked\nx,liver\ny", r"manifest.csv has an incomplete row: run `generating` again"),
        ("id,classes_asked\nx,f\u00fcr\n".encode("latin-1"), r"manifest.csv is no UTF-8 text"),
        ("id;classes_asked\nx;liver\n", r"manifest.csv is separated by semicolons: save it as CSV with commas"),
        ("id,prompt\nx,liver\n", r"manifest.csv lists no samples \(columns id and classes_asked\)"),
    ],
)
def test_a_damaged_manifest_is_named(tmp_path: Path, text: str | bytes, message: str) -> None:
    write_pair(tmp_path / "png", "x", half(1))
    (tmp_path / "manifest.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ValueError, match=message):
        GeneratedFolder(tmp_path, CLASSES, 16)


def test_a_manifest_saved_by_a_spreadsheet_is_read(tmp_path: Path) -> None:
    write_pair(tmp_path / "png", "x", half(1))
    (tmp_path / "manifest.csv").write_text("id,classes_asked\r\nx,liver\r\n", "utf-8-sig", newline="")
    assert GeneratedFolder(tmp_path, CLASSES, 16).asked() == [(1,)]


def test_files_that_a_macintosh_hides_beside_the_pictures_are_none(tmp_path: Path) -> None:
    write_pair(tmp_path, "x", half(1))
    (tmp_path / "images/._x.png").write_bytes(b"Mac OS X")
    assert GeneratedFolder(tmp_path, CLASSES, 16).names == ["x"]


def test_void_that_the_real_data_has_not_is_told_by_its_origin(tmp_path: Path) -> None:
    write_pair(tmp_path / "png", "x", half(VOID))
    with pytest.raises(ValueError, match=r"labels/x.png: its masks hold void.*--keep_classes all"):
        GeneratedFolder(tmp_path, CLASSES, 16).pair(0)
    place = tmp_path / "nifti" / dataset_folder("phantom")
    place.mkdir(parents=True)
    names = NnUNetLabels(dataclasses.replace(CLASSES, has_void=True)).names
    (place / "dataset.json").write_text(json.dumps({"labels": names}))
    with pytest.raises(ValueError, match=r"`generated_dir` .*hold void.*--keep_classes all"):
        GeneratedFolder(tmp_path, CLASSES, 16)


def test_a_mask_in_colour_is_told_so(tmp_path: Path) -> None:
    write_pair(tmp_path, "x", half(1))
    Image.fromarray(np.full((16, 16, 3), (VOID, 0, 0), np.uint8)).save(tmp_path / "labels/x.png")
    with pytest.raises(ValueError, match=r"labels/x.png is an RGB mask"):
        GeneratedFolder(tmp_path, CLASSES, 16).pair(0)


def test_two_files_of_one_stem_are_refused(tmp_path: Path) -> None:
    write_pair(tmp_path, "x", half(1))
    Image.fromarray(half(1)).save(tmp_path / "images/x.jpg")
    with pytest.raises(ValueError, match=r"images holds x.jpg and x.png: take one"):
        GeneratedFolder(tmp_path, CLASSES, 16)


@pytest.mark.parametrize("text", ["{", "[]", '{"channel_names": {}}'])
def test_a_damaged_dataset_file_is_named(tmp_path: Path, text: str) -> None:
    write_pair(tmp_path / "png", "a", half(1))
    place = tmp_path / "nifti" / dataset_folder("phantom")
    place.mkdir(parents=True)
    (place / "dataset.json").write_text(text)
    with pytest.raises(ValueError, match=r"dataset.json cannot be read as an nnU-Net dataset.json"):
        GeneratedFolder(tmp_path, CLASSES, 16)


def test_shards_and_other_formats_are_told_apart_from_nothing(tmp_path: Path) -> None:
    (tmp_path / "sharded/shard_1_of_2/png/images").mkdir(parents=True)
    with pytest.raises(FileNotFoundError, match="shards are not joined"):
        GeneratedFolder(tmp_path / "sharded", CLASSES, 16)
    (tmp_path / "nifti_only/nifti").mkdir(parents=True)
    write_manifest(tmp_path / "nifti_only", [("x", "liver")])
    with pytest.raises(FileNotFoundError, match="formats lack png"):
        GeneratedFolder(tmp_path / "nifti_only", CLASSES, 16)


def test_an_image_without_mask_and_a_mask_without_image_are_refused(tmp_path: Path) -> None:
    write_pair(tmp_path, "a", half(1))
    write_pair(tmp_path, "b", half(1))
    (tmp_path / "labels/b.png").rename(tmp_path / "labels/c.png")
    with pytest.raises(FileNotFoundError, match="labels lacks b"):
        GeneratedFolder(tmp_path, CLASSES, 16)
    (tmp_path / "images/b.png").unlink()
    with pytest.raises(FileNotFoundError, match=r"c.png in labels has no image"):
        GeneratedFolder(tmp_path, CLASSES, 16)


def test_ids_of_no_class_and_damaged_files_are_named(tmp_path: Path) -> None:
    write_pair(tmp_path, "a", half(7))
    with pytest.raises(UnknownValuesError, match=r"a.png holds values in no table: 7 \(128 pixels\)"):
        GeneratedFolder(tmp_path, CLASSES, 16)[0]
    (tmp_path / "labels/a.png").write_bytes(b"no picture")
    with pytest.raises(ValueError, match=r"labels/a.png cannot be read"):
        GeneratedFolder(tmp_path, CLASSES, 16)[0]


def test_a_set_of_other_classes_is_refused(tmp_path: Path) -> None:
    write_pair(tmp_path / "png", "a", half(1))
    place = tmp_path / "nifti" / dataset_folder("phantom")  # where the NIfTI writer puts it
    place.mkdir(parents=True)
    labels = {"background": 0, "liver": 1, "kidney": 2}
    (place / "dataset.json").write_text(json.dumps({"labels": labels}))
    with pytest.raises(ValueError, match="differ in kidney, spleen"):
        GeneratedFolder(tmp_path, CLASSES, 16)


def coloured(folder: Path, palette: torch.Tensor) -> None:
    """Write a pair and a manifest as ``generating`` does, the mask in a palette's colours."""
    write_pair(folder / "png", "a", half(1))
    picture = indexed(half(1), dict(enumerate(display_colours(palette))))
    picture.save(folder / "png/labels/a.png")
    rows = [("id", "classes_asked", "palette_sha256", "model_sha256"), ("a", "liver", "0", "abc")]
    with (folder / "manifest.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)


def test_another_palette_is_refused_though_the_ids_fit(tmp_path: Path) -> None:
    coloured(tmp_path / "same", fibonacci_palette(3, centre=0))
    coloured(tmp_path / "the papers", fibonacci_palette(3))
    coloured(tmp_path / "ordered", ordered := fibonacci_palette(3, centre=0, order=[0, 2, 1]))
    assert len(GeneratedFolder(tmp_path / "same", CLASSES, 16)) == 1
    assert len(GeneratedFolder(tmp_path / "ordered", CLASSES, 16)) == 1
    assert len(GeneratedFolder(tmp_path / "ordered", CLASSES, 16, palette=ordered)) == 1
    with pytest.raises(ValueError, match=r"id 1 is .* but liver is"):  # of a model that drew another set
        GeneratedFolder(tmp_path / "ordered", CLASSES, 16, palette=fibonacci_palette(3, centre=0))
    coloured(tmp_path / "other", fibonacci_palette(4))  # a model of one class more
    with pytest.raises(ValueError, match=r"labels/a.png is of another palette .* id 0 is #\w{6}, but background is #"):
        GeneratedFolder(tmp_path / "other", CLASSES, 16)
    plain = fibonacci_palette(3, 0.5, push_to_cube=False)
    coloured(tmp_path / "plain", plain)
    with pytest.raises(ValueError, match="another palette"):
        GeneratedFolder(tmp_path / "plain", CLASSES, 16)
    assert len(GeneratedFolder(tmp_path / "plain", CLASSES, 16, palette=plain)) == 1


def test_ordered_colours_may_exchange_a_classs_with_the_voids(tmp_path: Path) -> None:
    table = ClassTable(CLASSES.names, background=CLASSES.background, has_void=True)
    coloured(tmp_path, fibonacci_palette(4, centre=0, order=[0, 3, 2, 1]))
    assert len(GeneratedFolder(tmp_path, table, 16)) == 1


def test_anybodys_masks_may_have_their_own_colours(tmp_path: Path) -> None:
    coloured(tmp_path, fibonacci_palette(5))
    (tmp_path / "manifest.csv").unlink()
    assert len(GeneratedFolder(tmp_path, CLASSES, 16)) == 1


def test_pairs_held_out_must_be_those_that_the_training_held_out() -> None:
    training = {"val_share": 0.2, "seed": 3}
    card = {"images": {"dataset": "phantom"}, "split": "group", "training": training}
    here = {"split": "group", "val_share": 0.2, "seed": 3}
    check_held_out(card, "phantom", here, Path("model.pt"))
    check_held_out(card, "BTCV", {**here, "seed": 0}, Path("model.pt"))  # of other data nothing is known
    check_held_out({**card, "split": "official"}, "phantom", {**here, "split": "official", "seed": 0}, Path("m.pt"))
    with pytest.raises(ValueError, match=r"seed 3, here 0\. .* Evaluate with --seed 3, or with --real_part all"):
        check_held_out(card, "phantom", {**here, "seed": 0}, Path("model.pt"))
    with pytest.raises(ValueError, match="split all, here group"):
        check_held_out({**card, "split": "all"}, "phantom", here, Path("model.pt"))
    between = {"images": {"dataset": "BTCV"}, "initialised_from": {**card, "split": "all"}}
    with pytest.raises(ValueError, match=r"began with weights \(--init_from\) that .* split all, here group"):
        check_held_out({**card, "initialised_from": between}, "phantom", here, Path("model.pt"))


def test_pairs_held_out_must_be_of_the_files_that_the_training_split() -> None:
    card = {
        "images": {"dataset": "phantom"},
        "network": {"image_size": 64},
        "training": {"train_share": 1.0},
        "class_sets": [{"ids": [1], "count": 3}, {"ids": [1, 2], "count": 2}],
    }
    check_trained_pairs(card, "phantom", 5, 64, Path("model.pt"))
    for unknown in ({"dataset": "BTCV", "image_size": 64}, {"dataset": "phantom", "image_size": 32}):
        check_trained_pairs(card, num_pairs=4, path=Path("model.pt"), **unknown)
    check_trained_pairs({**card, "training": {"train_share": 0.5}}, "phantom", 9, 64, Path("model.pt"))
    with pytest.raises(ValueError, match="5 pairs of phantom, but the training part here holds 4"):
        check_trained_pairs(card, "phantom", 4, 64, Path("model.pt"))


def test_a_model_must_be_of_the_classes_and_have_drawn_the_set() -> None:
    card = {"classes": CLASSES.to_json(), "sha256": "abc", "images": {"window": [-175.0, 250.0]}}
    rows, images = [{"id": "a", "model_sha256": "abc"}], {"window": (-175, 250), "field_of_view": 400.0}
    check_model(card, CLASSES, images, rows, Path("model.pt"))
    check_model(card, CLASSES, images, None, Path("model.pt"))
    with pytest.raises(ValueError, match="did not draw a"):
        check_model({**card, "sha256": "def"}, CLASSES, images, rows, Path("model.pt"))
    with pytest.raises(ValueError, match=r"window \[-175.0, 250.0\], real ones are read with \[-125, 275\]"):
        check_model(card, CLASSES, {"window": (-125, 275)}, rows, Path("model.pt"))
    other = ClassTable(("background", "liver", "kidney"), background=0)
    with pytest.raises(ValueError, match="differ in kidney, spleen"):
        check_model(card, other, images, rows, Path("model.pt"))
