"""DICOM: what pydicom, highdicom and SimpleITK read is what was drawn, and says that it is synthetic."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk

pytest.importorskip("highdicom", reason="pip install -e '.[export]'")
import highdicom
import pydicom
from pydicom.sr.codedict import codes

from cosimgen_monai.data.datasets.btcv import CLASS_NAMES
from cosimgen_monai.export.dicom.segmentation import ANATOMICAL_STRUCTURE, CODES, SIDES

Make = Callable[..., Any]
FIRST = "dicom/cosimgen_000000"


@pytest.fixture
def sample(tmp_path: Path, ct_card: dict[str, Any], make_samples: Make, write: Make) -> dict[str, Any]:
    samples = make_samples(ct_card)
    write(tmp_path, ct_card, samples, ["dicom"])
    return samples[0]


def test_other_readers_find_hu_where_they_were_drawn(tmp_path: Path, sample: dict[str, Any]) -> None:
    image = sitk.ReadImage(str(tmp_path / FIRST / "ct.dcm"))
    np.testing.assert_array_equal(sitk.GetArrayFromImage(image)[0], sample["native"])
    np.testing.assert_allclose(image.GetSpacing()[:2], (400 / 48, 400 / 48), rtol=1e-6)
    middle = image.TransformContinuousIndexToPhysicalPoint([23.5, 23.5, 0])
    np.testing.assert_allclose(middle[:2], 0, atol=1e-4)
    assert image.GetDirection() == (1, 0, 0, 0, 1, 0, 0, 0, 1)  # columns to the patient's left, rows to the back


def test_it_says_that_it_is_synthetic(tmp_path: Path, sample: dict[str, Any]) -> None:
    for file in ("ct.dcm", "seg.dcm"):
        dataset = pydicom.dcmread(tmp_path / FIRST / file)
        assert dataset[0x0008, 0x001C].value == "YES"
        assert dataset.ImageType[0] == "DERIVED"
        assert "SYNTHETIC" in dataset.SeriesDescription
        assert dataset.PatientName == "SYNTHETIC^CoSimGen"
        assert dataset.PatientBirthDate == ""


def test_segments_are_the_classes(tmp_path: Path, sample: dict[str, Any], ct_card: dict[str, Any]) -> None:
    image = pydicom.dcmread(tmp_path / FIRST / "ct.dcm")
    segmentation = highdicom.seg.segread(tmp_path / FIRST / "seg.dcm")
    assert [s.SegmentLabel for s in segmentation.SegmentSequence] == ["liver", "spleen", "aorta"]
    kinds = [s.SegmentedPropertyTypeCodeSequence[0] for s in segmentation.SegmentSequence]
    assert [(kind.CodeValue, kind.CodingSchemeDesignator) for kind in kinds] == [
        ("10200004", "SCT"),
        ("78961009", "SCT"),
        ("15825003", "SCT"),
    ]
    masks = segmentation.get_pixels_by_source_instance(
        [image.SOPInstanceUID], assert_missing_frames_are_empty=True, segment_numbers=[1, 2, 3]
    )[0]
    for k in range(3):
        np.testing.assert_array_equal(masks[..., k], sample["label"][0] == k + 1)
    assert segmentation.FrameOfReferenceUID == image.FrameOfReferenceUID
    spacing = (image.SliceThickness, *image.PixelSpacing)
    assert segmentation.get_volume(segment_numbers=[1]).spacing == pytest.approx(spacing)
    assert segmentation.StudyInstanceUID == image.StudyInstanceUID


def test_sides_are_modifiers(tmp_path: Path, ct_card: dict[str, Any], make_samples: Make, write: Make) -> None:
    names = ["background", "right kidney", "left adrenal gland", "a tumour"]
    card = {**ct_card, "classes": {**ct_card["classes"], "names": names}}
    write(tmp_path, card, make_samples(card, "one"), ["dicom"])
    segments = pydicom.dcmread(tmp_path / FIRST / "seg.dcm").SegmentSequence
    kidney, adrenal, tumour = (segment.SegmentedPropertyTypeCodeSequence[0] for segment in segments)
    assert kidney.CodeMeaning == "Kidney"
    assert kidney.SegmentedPropertyTypeModifierCodeSequence[0].CodeMeaning == "Right"
    assert adrenal.SegmentedPropertyTypeModifierCodeSequence[0].CodeMeaning == "Left"
    assert (tumour.CodingSchemeDesignator, tumour.CodeMeaning) == ("99COSIMGEN", "a tumour")


def test_codes_are_those_of_the_standard_s_tables() -> None:
    def table(number: int) -> set[tuple[str, str, str]]:
        group = getattr(codes, f"cid{number}")
        found = [getattr(group, keyword) for keyword in group.dir()]
        return {(code.value, code.scheme_designator, code.meaning) for code in found}

    assert ANATOMICAL_STRUCTURE in table(7150)  # Segmentation Property Category
    assert {(code, "SCT", meaning) for code, meaning in CODES.values()} <= table(7192)  # Anatomical Structure …
    assert {(code, "SCT", meaning) for code, meaning in SIDES.values()} <= table(244)  # Laterality
    for organ, (_, meaning) in CODES.items():
        assert meaning.lower() == organ
    uncoded = [name for name in CLASS_NAMES[1:] if name.removeprefix("left ").removeprefix("right ") not in CODES]
    assert uncoded == ["portal and splenic vein"]


def test_the_same_sample_is_the_same_bytes_and_another_has_other_uids(
    tmp_path: Path, sample: dict[str, Any], ct_card: dict[str, Any], make_samples: Make, write: Make
) -> None:
    write(tmp_path / "again", ct_card, make_samples(ct_card), ["dicom"])
    files = sorted((tmp_path / "dicom").rglob("*.dcm"))
    assert len(files) == 6
    for file in files:
        assert file.read_bytes() == (tmp_path / "again" / file.relative_to(tmp_path)).read_bytes()
    assert len({pydicom.dcmread(file).SOPInstanceUID for file in files}) == 6


def test_an_empty_mask_is_written_too(tmp_path: Path, ct_card, make_samples: Make, write: Make) -> None:
    (empty,) = make_samples(ct_card, "one")
    empty["label"].zero_()
    write(tmp_path, ct_card, [empty], ["dicom"])
    assert not pydicom.dcmread(tmp_path / FIRST / "seg.dcm").pixel_array.any()


def test_only_ct_can_be_written(tmp_path: Path, rgb_card, make_samples: Make, write: Make) -> None:
    with pytest.raises(ValueError, match="dicom writes CT, but this model draws RGB"):
        write(tmp_path, rgb_card, make_samples(rgb_card), ["dicom"])
