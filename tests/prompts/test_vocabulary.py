"""The words of every dataset's classes are read back to exactly those classes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.data import BTCV, MBRSC
from cosimgen_monai.data.datasets.cholecseg8k import CholecSeg8k
from cosimgen_monai.data.datasets.voc import VOC2012
from cosimgen_monai.prompts import PromptBook, read_prompt, understand, vary_prompt, write_prompt
from cosimgen_monai.prompts.synonyms import IRREGULAR, SYNONYMS
from cosimgen_monai.prompts.vocabulary import ordinary, phrases_of, plural

SOURCES = {"BTCV": BTCV, "MBRSC": MBRSC, "CholecSeg8k": CholecSeg8k, "VOC": VOC2012}
TABLES = {name: BTCV("unread").classes if source is BTCV else source.classes for name, source in SOURCES.items()}
VOC = TABLES["VOC"]


def phrases(name: str) -> list[str]:
    words = [name, ordinary(name), *SYNONYMS.get(ordinary(name), ())]
    return [*words, *map(plural, words), *(form for word in words for form in IRREGULAR.get(word, ()))]


@pytest.mark.parametrize("dataset", TABLES)
def test_every_name_synonym_and_plural_reads_as_its_class_alone(dataset: str) -> None:
    classes = TABLES[dataset]
    for class_id in classes.objects:
        for phrase in phrases(classes.names[class_id]):
            assert read_prompt(phrase, classes) == (class_id,), phrase
            assert read_prompt(f"A photo of {phrase}.", classes) == (class_id,), phrase


def test_every_synonym_belongs_to_a_class_of_a_dataset() -> None:
    names = {ordinary(table.names[i]) for table in TABLES.values() for i in table.objects}
    assert names >= SYNONYMS.keys()


@pytest.mark.parametrize("dataset", TABLES)
def test_varied_prompts_read_back_with_plurals_and_synonyms_in_half_of_the_places(dataset: str) -> None:
    classes, rng = TABLES[dataset], np.random.default_rng(0)
    for _ in range(100):
        size = rng.integers(1, len(classes.objects) + 1)
        ids = tuple(sorted(rng.choice(classes.objects, size, replace=False).tolist()))
        varied = vary_prompt(ids, classes, rng, synonym_share=0.5)
        assert read_prompt(varied, classes) == ids, varied


@pytest.mark.parametrize(
    ("dataset", "prompt", "names"),
    [
        ("VOC", "a person on a horse", {"person", "horse"}),
        ("VOC", "two cars, people and buses", {"car", "person", "bus"}),
        ("VOC", "an airplane above a television", {"aeroplane", "tvmonitor"}),
        ("VOC", "sheep", {"sheep"}),
        ("VOC", "a dog without a leash beside a person", {"dog", "person"}),
        ("VOC", "a person with no shirt riding a horse", {"person", "horse"}),
        ("VOC", "a person not wearing a helmet on a motorbike", {"person", "motorbike"}),
        ("VOC", "a cat that is not on the sofa", {"cat"}),
        ("VOC", "a cat that does not sit on the sofa", {"cat"}),
        ("VOC", "a dog that is not black on a sofa", {"dog", "sofa"}),
        ("VOC", "a bus with no people and two cars", {"bus", "car"}),
        ("VOC", "a person without a hat and a dog", {"person", "dog"}),
        ("VOC", "a bicycle missing a wheel", {"bicycle"}),
        ("VOC", "a person not seen from the front, with a dog", {"person", "dog"}),
        ("VOC", "a cat not shown in full, on a sofa", {"cat", "sofa"}),
        ("CholecSeg8k", "an L-hook and grasping forceps", {"L-hook electrocautery", "grasper"}),
        ("CholecSeg8k", "the liver ligament", {"liver ligament"}),
        ("BTCV", "a CT slice without spleen showing the liver", {"liver"}),
        ("BTCV", "liver and stomach, no spleen", {"liver", "stomach"}),
        ("BTCV", "no spleen, liver", {"liver"}),
        ("BTCV", "liver without the spleen or kidneys", {"liver"}),
        ("BTCV", "without spleen and aorta but with liver", {"liver"}),
    ],
)
def test_free_text_names_what_it_asks_for(dataset: str, prompt: str, names: set[str]) -> None:
    assert set(TABLES[dataset].names_of(read_prompt(prompt, TABLES[dataset]))) == names


@pytest.mark.parametrize(
    ("prompt", "message"),
    [("no spleen", "only says what is not wanted .spleen"), ("liver without liver", "asks for .'liver'. and refuses")],
)
def test_refusals_alone_and_contradictions_are_refused(prompt: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_prompt(prompt, TABLES["BTCV"])


def test_a_refusal_is_understood() -> None:
    reading = understand("a CT slice with the liver, both kidneys but no spleen", TABLES["BTCV"])
    assert TABLES["BTCV"].names_of(reading.asked) == ("right kidney", "left kidney", "liver")
    assert TABLES["BTCV"].names_of(reading.refused) == ("spleen",)


def test_own_names_are_written_and_read_in_ordinary_words() -> None:
    table = ClassTable(("kidney_right", "kidneyLeft", "PottedPlant", "Land (unpaved area)", "IVC"))
    assert write_prompt(range(5), table) == "A photo of right kidney, left kidney, potted plant, land, IVC"
    assert read_prompt("right kidney", table) == (0,)
    assert read_prompt("kidney right", table) == (0,)
    assert read_prompt("kidney left", table) == (1,)
    assert read_prompt("kidneys", table) == (0, 1)
    assert read_prompt("unpaved land", table) == (3,)


def test_contexts_take_turns_but_never_in_the_plain_prompt() -> None:
    book = PromptBook(VOC, lambda prompts: None, "A photo of {classes}", 40, ["A picture of {classes}"])  # type: ignore[arg-type, return-value]
    wordings = [book.prompt((7, 15), variant) for variant in range(40)]
    assert wordings[0] == "A photo of car, person"
    assert {prompt.split(" of ")[0] for prompt in wordings[1:]} == {"A photo", "A picture"}
    with pytest.raises(ValueError, match="prompt_template"):
        PromptBook(VOC, book.embed, contexts=["A picture"])


@pytest.mark.parametrize("use", [phrases_of, lambda classes: PromptBook(classes, lambda prompts: None)])
def test_classes_that_read_the_same_are_refused_wherever_prompts_are(use: Callable) -> None:
    with pytest.raises(ValueError, match=r"Classes 'PottedPlant' and 'potted_plant' read the same in a prompt"):
        use(ClassTable(("PottedPlant", "potted_plant")))
    use(ClassTable(("liver", "Liver", "spleen"), background=1))  # the background is no part of a prompt
