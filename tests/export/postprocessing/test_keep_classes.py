"""Unasked classes become void, and every format knows it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from PIL import Image

from cosimgen_monai.codec import VOID, ClassTable
from cosimgen_monai.export import KeepClasses, exported_card

Make = Callable[..., Any]


def test_the_asked_class_and_the_background_stay(
    tmp_path: Path, ct_card: dict[str, Any], make_samples: Make, write: Make
) -> None:
    keep = KeepClasses(ClassTable(**ct_card["classes"]), "asked")
    drawn = make_samples(ct_card)
    samples = [keep(sample) for sample in drawn]
    write(tmp_path, exported_card(ct_card, "asked"), samples, ["nifti", "png"])
    before = drawn[0]["label"][0].numpy()
    png = np.asarray(Image.open(tmp_path / "png/labels/cosimgen_000000.png"))
    np.testing.assert_array_equal(png, np.where(before == 2, VOID, before))  # the liver (1) was asked for
    folder = tmp_path / "nifti/Dataset900_phantomSynthetic"
    names = json.loads((folder / "dataset.json").read_text("utf-8"))["labels"]
    assert names == {"background": 0, "liver": 1, "spleen": 2, "aorta": 3, "ignore": 4}
    label = np.asarray(nib.load(folder / "labelsTr/cosimgen_000000.nii.gz").dataobj)[::-1, ::-1, 0].T
    np.testing.assert_array_equal(label, np.where(before == 2, 4, before))


def test_where_every_class_is_an_object_the_unasked_are_void(frames_card: dict[str, Any], make_samples: Make) -> None:
    (sample,) = make_samples(frames_card, "one")
    kept = KeepClasses(ClassTable(**frames_card["classes"]), "asked")(sample)["label"]
    assert set(kept.unique().tolist()) == {1, VOID}
    assert kept.dtype == sample["label"].dtype


def test_all_changes_nothing(ct_card: dict[str, Any], make_samples: Make) -> None:
    (sample,) = make_samples(ct_card, "one")
    assert KeepClasses(ClassTable(**ct_card["classes"]), "all")(sample) is sample
    assert exported_card(ct_card, "all") is ct_card
    with pytest.raises(ValueError, match="`keep_classes` must be all or asked, got 'some'"):
        exported_card(ct_card, "some")
