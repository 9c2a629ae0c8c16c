"""BTCV's files as slices."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from cosimgen_monai.data import BTCV

WriteCase = Callable[..., tuple[Path, Path]]


def test_real_volumes_load(real_ct: Path) -> None:
    source = BTCV(real_ct)
    items = source.items()
    assert [item["group"] for item in items] == ["9001", "9002"]
    for item, num_slices in zip(items, (112, 30), strict=True):
        pairs = list(source.read(item, 128))
        assert [pair["slice"] for pair in pairs] == list(range(num_slices))
        assert {pair["slice_spacing"] for pair in pairs} == {3.0}
        images, labels = (np.stack([pair[key] for pair in pairs]) for key in ("image", "label"))
        assert (images.shape, images.dtype) == ((num_slices, 1, 128, 128), np.int16)
        assert (labels.shape, labels.dtype) == ((num_slices, 1, 128, 128), np.uint8)
        assert (images.min(), images.max()) == (-175, 250)
        assert set(np.unique(labels)) == set(range(14)) - {5}  # all but the esophagus
        # 122 x 3 mm and 101 x 3 mm lie within the field: each class keeps its volume
        file = np.asarray(nib.load(item["label"]).dataobj)
        for liver_or_aorta in (6, 8):
            litres = (labels == liver_or_aorta).sum() * (400 / 128) ** 2 * 3
            assert litres == pytest.approx((file == liver_or_aorta).sum() * 27, rel=0.05)


def test_real_organs_lie_on_their_sides(real_ct: Path) -> None:
    source = BTCV(real_ct)
    labels = np.stack([pair["label"][0] for pair in source.read(source.items()[1], 128)])
    column = {i: np.nonzero(labels == i)[2].mean() for i in (1, 2, 3, 6)}
    assert column[6] < 64 < column[1]  # liver in the left half of the picture, spleen in the right
    assert column[2] < 64 < column[3]
    row = {i: np.nonzero(labels == i)[1].mean() for i in (2, 8, 7)}
    assert row[7] < row[8]  # the stomach before the aorta


def test_both_layouts_are_read_by_number(write_case: WriteCase, root: Path, tmp_path: Path) -> None:
    for number in ("0010", "0002"):
        write_case(number)
    synapse = BTCV(root).items()
    assert [item["group"] for item in synapse] == ["0002", "0010"]
    for item in synapse:
        assert item["group"] in Path(item["image"]).name
        assert item["group"] in Path(item["label"]).name
    decathlon = tmp_path / "decathlon"
    for folder, kind, suffix in (("imagesTr", "img", "_0000"), ("labelsTr", "label", "")):
        (decathlon / folder).mkdir(parents=True)
        for file in (root / "RawData" / "Training" / kind).iterdir():
            number = file.name[-11:-7]
            (decathlon / folder / f"case_{number}{suffix}.nii.gz").write_bytes(file.read_bytes())
    other = BTCV(decathlon)
    assert [item["group"] for item in other.items()] == ["0002", "0010"]
    first, second = (list(source.read(source.items()[0], 16)) for source in (BTCV(root), other))
    assert all(np.array_equal(a["image"], b["image"]) for a, b in zip(first, second, strict=True))


def test_images_are_cut_to_the_window(write_case: WriteCase, root: Path) -> None:
    write_case()
    source = BTCV(root, field_of_view=100, window=(-125, 275))
    images = np.stack([pair["image"] for pair in source.read(source.items()[0], 32)])
    assert images.dtype == np.int16
    assert (images.min(), images.max()) == (-125, 275)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dataset_dir": None}, "`dataset_dir` is not set.*--dataset_dir"),
        ({"window": (250, -175)}, "`window` must be .*low below high"),
        ({"window": (40, 40)}, "`window` must be"),
        ({"field_of_view": 0}, "`field_of_view` must be a positive number of mm"),
    ],
)
def test_wrong_options_are_named(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        BTCV(**{"dataset_dir": "unread", **options})
