"""COCO: what pycocotools reads is what was drawn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("pycocotools", reason="pip install -e '.[export]'")
from pycocotools.coco import COCO

Make = Callable[..., Any]


@pytest.mark.parametrize("card_name", ["ct_card", "rgb_card", "frames_card"])
def test_pycocotools_finds_every_class_where_it_was_drawn(
    tmp_path: Path, card_name: str, request: pytest.FixtureRequest, make_samples: Make, write: Make
) -> None:
    card = request.getfixturevalue(card_name)
    samples = make_samples(card)
    write(tmp_path, card, samples, ["coco"])
    coco = COCO(str(tmp_path / "coco/annotations.json"))
    names, background = card["classes"]["names"], card["classes"]["background"]
    categories = {category["name"]: i for i, category in coco.cats.items()}
    assert list(categories) == [name for i, name in enumerate(names) if i != background]
    assert min(categories.values()) == 1
    assert len(coco.imgs) == len(samples)
    for image, sample in zip(coco.imgs.values(), samples, strict=True):
        label = sample["label"][0].numpy()
        shown = np.asarray(Image.open(tmp_path / "coco/images" / image["file_name"]))
        assert shown.shape[:2] == (image["height"], image["width"]) == label.shape
        drawn = {name for i, name in enumerate(names) if (label == i).any() and i != background}
        annotations = coco.loadAnns(coco.getAnnIds(imgIds=image["id"]))
        assert {coco.cats[a["category_id"]]["name"] for a in annotations} == drawn
        for annotation in annotations:
            mask = label == names.index(coco.cats[annotation["category_id"]]["name"])
            np.testing.assert_array_equal(coco.annToMask(annotation), mask)
            assert annotation["area"] == mask.sum()
            rows, columns = np.nonzero(mask)
            left, top = columns.min(), rows.min()
            assert annotation["bbox"] == [left, top, columns.max() - left + 1, rows.max() - top + 1]


def test_an_interrupted_set_is_whole(tmp_path: Path, ct_card, make_samples: Make, write: Make) -> None:
    samples = make_samples(ct_card)
    write(tmp_path, ct_card, samples[:2], ["coco"])
    write(tmp_path, ct_card, samples[2:], ["coco"])
    assert len(COCO(str(tmp_path / "coco/annotations.json")).imgs) == 3
