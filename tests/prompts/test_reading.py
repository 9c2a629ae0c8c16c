"""Which classes a person's words name."""

from __future__ import annotations

import pytest

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.data import BTCV
from cosimgen_monai.prompts import read_prompt, understand, write_prompt

CLASSES = BTCV("unread").classes
SPLEEN, RIGHT_KIDNEY, LEFT_KIDNEY, GALLBLADDER, ESOPHAGUS, LIVER, STOMACH, AORTA, IVC, PORTAL = range(1, 11)
PANCREAS, RIGHT_ADRENAL, LEFT_ADRENAL = 11, 12, 13


@pytest.mark.parametrize(
    ("prompt", "ids"),
    [
        ("A photo of liver", {LIVER}),
        ("liver", {LIVER}),
        ("A PHOTO OF LIVER, Spleen; (aorta).", {LIVER, SPLEEN, AORTA}),
        ("an axial contrast-enhanced CT slice with liver/spleen", {LIVER, SPLEEN}),
        ("liver and liver and the liver", {LIVER}),
        ("kidneys", {LEFT_KIDNEY, RIGHT_KIDNEY}),
        ("kidney", {LEFT_KIDNEY, RIGHT_KIDNEY}),
        ("both kidneys", {LEFT_KIDNEY, RIGHT_KIDNEY}),
        ("left and right kidney", {LEFT_KIDNEY, RIGHT_KIDNEY}),
        ("the right and left kidneys", {LEFT_KIDNEY, RIGHT_KIDNEY}),
        ("left/right kidney", {LEFT_KIDNEY, RIGHT_KIDNEY}),
        ("right kidney", {RIGHT_KIDNEY}),
        ("right-kidney", {RIGHT_KIDNEY}),
        ("gall bladder", {GALLBLADDER}),
        ("gallbladders", {GALLBLADDER}),
        ("oesophagus", {ESOPHAGUS}),
        ("IVC and abdominal aorta", {IVC, AORTA}),
        ("vena cava", {IVC}),
        ("inferior vena cava", {IVC}),
        ("portal and splenic veins", {PORTAL}),
        ("portal vein and splenic vein", {PORTAL}),
        ("portal vein, aorta", {PORTAL, AORTA}),
        ("stomachs", {STOMACH}),
        ("right adrenal gland", {RIGHT_ADRENAL}),
        ("left suprarenal gland, pancreas", {LEFT_ADRENAL, PANCREAS}),
        ("adrenals", {LEFT_ADRENAL, RIGHT_ADRENAL}),
        ("adrenal glands", {LEFT_ADRENAL, RIGHT_ADRENAL}),
    ],
)
def test_words_name_classes(prompt: str, ids: set[int]) -> None:
    assert read_prompt(prompt, CLASSES) == tuple(sorted(ids))


KIDNEYS = {LEFT_KIDNEY, RIGHT_KIDNEY}


@pytest.mark.parametrize(
    ("prompt", "asked", "refused"),
    [
        ("liver without spleen", {LIVER}, {SPLEEN}),
        ("no contrast, liver", {LIVER}, set()),
        ("no contrast; liver with spleen", {LIVER, SPLEEN}, set()),
        ("without contrast showing liver", {LIVER}, set()),
        ("CT without contrast of liver and spleen", {LIVER, SPLEEN}, set()),
        ("liver, not showing the spleen", {LIVER}, {SPLEEN}),
        ("liver without the left or right kidney", {LIVER}, KIDNEYS),
        ("liver, no left or right kidney", {LIVER}, KIDNEYS),
        ("liver with no visible spleen", {LIVER}, {SPLEEN}),
        ("liver but without a clear stomach", {LIVER}, {STOMACH}),
        ("stomach, neither liver nor spleen", {STOMACH}, {LIVER, SPLEEN}),
        ("liver, except the spleen", {LIVER}, {SPLEEN}),
        ("liver minus gallbladder", {LIVER}, {GALLBLADDER}),
        ("liver w/o spleen", {LIVER}, {SPLEEN}),
        ("liver that doesn't include spleen", {LIVER}, {SPLEEN}),
        ("liver that doesn’t show any spleen", {LIVER}, {SPLEEN}),
        ("liver instead of spleen", {LIVER}, {SPLEEN}),
        ("liver, no evidence of the spleen", {LIVER}, {SPLEEN}),
        ("liver without any sign of spleen or stomach", {LIVER}, {SPLEEN, STOMACH}),
        ("liver in the absence of spleen", {LIVER}, {SPLEEN}),
        ("not only liver but spleen", {LIVER, SPLEEN}, set()),
        ("without spleen, liver", {LIVER}, {SPLEEN}),
        ("without spleen, liver and stomach", {LIVER, STOMACH}, {SPLEEN}),
        ("liver without spleen and stomach", {LIVER}, {SPLEEN, STOMACH}),
        ("liver without spleen, aorta or stomach", {LIVER}, {SPLEEN, AORTA, STOMACH}),
        ("liver without spleen, aorta, or stomach", {LIVER}, {SPLEEN, AORTA, STOMACH}),
        ("liver without contrast, spleen or stomach", {LIVER, SPLEEN, STOMACH}, set()),
        ("no spleen. liver, aorta or stomach", {LIVER, AORTA, STOMACH}, {SPLEEN}),
        ("no spleen but liver", {LIVER}, {SPLEEN}),
        ("liver (no spleen) and aorta", {LIVER, AORTA}, {SPLEEN}),
        ("stomach (no spleen), aorta or liver", {STOMACH, AORTA, LIVER}, {SPLEEN}),
        ("no contrast: liver and spleen", {LIVER, SPLEEN}, set()),
        ("no contrast - liver", {LIVER}, set()),
        ("no contrast — liver", {LIVER}, set()),
        ("no contrast\nliver", {LIVER}, set()),
        ("no-contrast liver CT", {LIVER}, set()),
        ("liver without spleen & aorta", {LIVER}, {SPLEEN, AORTA}),
        ("no spleen, liver visible or stomach", {LIVER, STOMACH}, {SPLEEN}),
        ("no left kidney, right kidney or liver, stomach", {STOMACH}, {*KIDNEYS, LIVER}),
        ("liver and spleen, no lesion in the liver", {LIVER, SPLEEN}, set()),
        ("liver with no fluid around the spleen", {LIVER, SPLEEN}, set()),
        ("liver that isn't next to the spleen", {LIVER}, {SPLEEN}),
        ("liver not touching the spleen", {LIVER}, {SPLEEN}),
        ("liver not showing a lesion near the spleen", {LIVER, SPLEEN}, set()),
        ("no organ except the liver", {LIVER}, set()),
        ("no organs other than liver and spleen", {LIVER, SPLEEN}, set()),
        ("not without liver", {LIVER}, set()),
        ("spleen not visible, liver", {LIVER}, {SPLEEN}),
        ("liver and a spleen that cannot be seen", {LIVER}, {SPLEEN}),
        ("the spleen is absent, liver", {LIVER}, {SPLEEN}),
        ("liver with absent spleen", {LIVER}, {SPLEEN}),
        ("liver; spleen and stomach are not visible", {LIVER}, {SPLEEN, STOMACH}),
        ("liver, the spleen can't be identified", {LIVER}, {SPLEEN}),
        ("liver, spleen surgically absent in this slice", {LIVER}, {SPLEEN}),
        ("liver with not visible spleen", {LIVER}, {SPLEEN}),
        ("a liver missing a segment, with spleen", {LIVER, SPLEEN}, set()),
        ("liver, spleen. Not visible: gallbladder, stomach", {LIVER, SPLEEN}, {GALLBLADDER, STOMACH}),
        ("liver without: spleen, stomach", {LIVER}, {SPLEEN, STOMACH}),
        ("No: spleen. Yes: liver", {LIVER}, {SPLEEN}),
        ("liver without metastases and spleen without lesions", {LIVER, SPLEEN}, set()),
        ("no contrast w/ liver, spleen", {LIVER, SPLEEN}, set()),
        ("liver which lacks a spleen", {LIVER}, {SPLEEN}),
        ("liver with the exception of the spleen", {LIVER}, {SPLEEN}),
    ],
)
def test_what_is_refused_is_not_asked_for(prompt: str, asked: set[int], refused: set[int]) -> None:
    found = understand(prompt, CLASSES)
    assert (set(found.asked), set(found.refused)) == (asked, refused)


@pytest.mark.parametrize(
    ("prompt", "ids"),
    [
        ("liver, kidney (left)", {LIVER, LEFT_KIDNEY}),
        ("kidney on the left, liver", {LIVER, LEFT_KIDNEY}),
        ("left-sided kidney", {LEFT_KIDNEY}),
        ("adrenal gland right, liver", {RIGHT_ADRENAL, LIVER}),
        ("kidney, left adrenal gland", {*KIDNEYS, LEFT_ADRENAL}),
        ("kidney left adrenal gland", {*KIDNEYS, LEFT_ADRENAL}),
        ("kidneys, left and right", KIDNEYS),
        ("kidney to the left of the aorta", {LEFT_KIDNEY, AORTA}),
        ("left or right kidney", KIDNEYS),
        ("left/right kidney", KIDNEYS),
        ("kidneys on the left and right", KIDNEYS),
        ("kidney on the left or the right", KIDNEYS),
    ],
)
def test_a_side_may_stand_behind_its_organ(prompt: str, ids: set[int]) -> None:
    assert set(read_prompt(prompt, CLASSES)) == ids


def test_a_motor_bike_is_no_bicycle() -> None:
    table = ClassTable(("bicycle", "motorbike"))
    assert read_prompt("a motor bike", table) == (1,)
    assert read_prompt("a bike", table) == (0,)


@pytest.mark.parametrize(
    ("prompt", "hint"),
    [
        ("livr", "nearest: 'liver'"),
        ("A photo of livr", "nearest: 'liver'"),
        ("A photo of right kidny", "nearest: 'right kidney'"),
        ("a dog", "known: 'aorta', .*'stomach'"),
        ("background", "known: 'aorta'"),
        ("deliver the aortic", "names no class of this model"),  # words are whole words
    ],
)
def test_a_prompt_without_a_class_is_answered_with_the_nearest(prompt: str, hint: str) -> None:
    with pytest.raises(ValueError, match="names no class of this model") as error:
        read_prompt(prompt, CLASSES)
    assert error.match(hint)


def test_a_classs_own_name_beats_anothers_synonym() -> None:
    both = ClassTable(("vena cava", "inferior vena cava", "glass", "glasses"))
    assert [read_prompt(name, both) for name in both.names] == [(0,), (1,), (2,), (3,)]


def test_names_are_read_as_their_dataset_spells_them() -> None:
    table = ClassTable(("bus", "dining_table", "L-hook electrocautery", "Vegetation", "Écran"))
    assert read_prompt("buses beside a Dining Table", table) == (0, 1)
    assert read_prompt("l hook electrocautery in vegetation", table) == (2, 3)
    assert read_prompt("écrans", table) == (4,)


def test_names_with_signs_are_read_as_they_are_written() -> None:
    table = ClassTable(("bone / cartilage", "skin & fat", "no-go zone", "liver"))
    for class_id, name in enumerate(table.names):
        assert read_prompt(write_prompt([class_id], table), table) == (class_id,), name
    assert read_prompt("bone / cartilage & no-go zone, liver", table) == (0, 2, 3)


def test_a_word_that_looks_like_a_slip_is_given_its_nearest() -> None:
    assert understand("a photo of livr and spleen", CLASSES).slips == (("livr", "liver"),)
    assert understand("an axial contrast-enhanced CT slice of the portal region: liver", CLASSES).slips == ()


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        ("", "A prompt is empty"),
        (" \t\n ", "A prompt is empty"),
        ("liver " * 1667, r"10,002 characters .*liver.*1,000 are allowed"),
        ("肝臓と脾臓の写真", "names no class of this model; known: 'aorta'"),
        ("صورة للكبد", "names no class of this model"),
        ("../../etc/passwd", "names no class of this model"),
        ("no spleen, liver and spleen", r"asks for \['spleen'\] and refuses the same"),
    ],
)
def test_odd_prompts_are_answered_in_one_short_message(prompt: str, message: str) -> None:
    with pytest.raises(ValueError, match=message) as error:
        understand(prompt, CLASSES)
    assert len(str(error.value)) < 500


def test_other_scripts_around_a_name_are_context() -> None:
    assert understand("肝臓 (liver) \U0001fac0", CLASSES).asked == (LIVER,)
