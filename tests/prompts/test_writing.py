"""Every prompt that is written reads back to its classes."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.data import BTCV
from cosimgen_monai.prompts import TEMPLATE, PromptBook, check_template, read_prompt, vary_prompt, write_prompt

BTCV_CLASSES = BTCV("unread").classes
# classes as docs/datasets and their makers name them
MBRSC = ClassTable(("Building", "Land (unpaved area)", "Road", "Vegetation", "Water"), has_void=True)
CHOLEC = ClassTable(("black background", "abdominal wall", "liver", "gastrointestinal tract", "fat", "grasper",
                     "connective tissue", "blood", "cystic duct", "L-hook electrocautery", "gallbladder",
                     "hepatic vein", "liver ligament"))  # fmt: skip
VOC = ClassTable(("background", "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow",
                  "diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train",
                  "tvmonitor"), background=0, has_void=True)  # fmt: skip


def test_the_plain_prompt_is_the_papers() -> None:
    assert TEMPLATE == "A photo of {classes}"
    assert write_prompt((6, 1), BTCV_CLASSES) == "A photo of spleen, liver"
    assert write_prompt((1, 6), BTCV_CLASSES, "CT slice: {classes}.") == "CT slice: spleen, liver."


@pytest.mark.parametrize("classes", [BTCV_CLASSES, MBRSC, CHOLEC, VOC], ids=["BTCV", "MBRSC", "CholecSeg8k", "VOC"])
def test_every_written_prompt_reads_back(classes: ClassTable) -> None:
    rng = np.random.default_rng(0)
    seen = set()
    for _ in range(200):
        size = rng.integers(1, len(classes.objects) + 1)
        ids = tuple(sorted(rng.choice(classes.objects, size, replace=False).tolist()))
        varied = vary_prompt(ids, classes, rng, synonym_share=0.5)
        seen.add(varied)
        assert read_prompt(write_prompt(ids, classes), classes) == ids
        assert read_prompt(varied, classes) == ids, varied
    assert len(seen) > 100


@pytest.mark.parametrize("template", ["A photo", "{classes} and {classes}", "a photo of {class}", ""])
def test_a_template_holds_the_classes_once(template: str) -> None:
    with pytest.raises(ValueError, match=r"`prompt_template` must hold \{classes\} once"):
        check_template(template)


def test_prompt_book_words_a_class_set_the_same_in_every_run() -> None:
    books = [PromptBook(BTCV_CLASSES, lambda prompts: torch.ones(len(prompts), 3), num_variants=4) for _ in range(2)]
    wordings = [[book.prompt((1, 6, 8), variant) for variant in range(4)] for book in books]
    assert wordings[0] == wordings[1]
    assert wordings[0][0] == "A photo of spleen, liver, aorta"
    assert len(set(wordings[0])) > 1


def test_prompt_book_embeds_each_sample_and_none_without_a_class() -> None:
    asked = []

    def embed(prompts: list[str]) -> torch.Tensor:
        asked.extend(prompts)
        return torch.ones(len(prompts), 3)

    presence = torch.zeros(2, 14)
    presence[0, [1, 6]] = 1
    features = PromptBook(BTCV_CLASSES, embed).features(presence, torch.tensor([0, 2]))
    assert asked[0] == "A photo of spleen, liver"
    assert features.tolist() == [[1, 1, 1], [0, 0, 0]]
    with pytest.raises(ValueError, match="`prompt_variants`"):
        PromptBook(BTCV_CLASSES, embed, num_variants=0)
