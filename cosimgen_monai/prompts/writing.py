"""Writing a prompt from classes: the paper's "A photo of {classes}", and its variants for training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.prompts.synonyms import COUNTED, SYNONYMS
from cosimgen_monai.prompts.vocabulary import ordinary, plural, sides_of

TEMPLATE = "A photo of {classes}"
"""The paper's prompt (section 3.3)."""


def check_template(template: str) -> str:
    """Return the template, or raise ``ValueError`` where it has no place for the class names."""
    if template.count("{classes}") != 1:
        raise ValueError(f"`prompt_template` must hold {{classes}} once, got {template!r}.")
    return template


def write_prompt(ids: Sequence[int], classes: ClassTable, template: str = TEMPLATE) -> str:
    """Return the plain prompt of some classes, names in the order of their ids, parted by commas."""
    return check_template(template).replace(
        "{classes}", ", ".join(ordinary(name) for name in classes.names_of(sorted(ids)))
    )


def vary_prompt(
    ids: Sequence[int],
    classes: ClassTable,
    rng: np.random.Generator,
    template: str = TEMPLATE,
    synonym_share: float = 0.2,
) -> str:
    """Return a prompt that says the same in other words, so that free text works at inference.

    The order is shuffled, a name may give way to a synonym or a plural, two sides to "kidneys", and the last comma to
    "and".
    """
    names = _varied_names(rng.permutation(np.asarray(ids)).tolist(), classes, rng, synonym_share)
    joint = " and " if rng.random() < 0.5 else ", "
    listed = joint.join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
    return check_template(template).replace("{classes}", listed)


def _varied_names(ids: list[int], classes: ClassTable, rng: np.random.Generator, synonym_share: float) -> list[str]:
    names = []
    left = dict.fromkeys(ids)
    for organ, sides in sides_of(classes).items():
        if len(sides) > 1 and set(sides) <= left.keys() and rng.random() < synonym_share:
            names.append(plural(organ))
            left = dict.fromkeys(i for i in left if i not in sides)
    for name in map(ordinary, classes.names_of(left)):
        others = SYNONYMS.get(name, ())
        varied = str(rng.choice(others)) if others and rng.random() < synonym_share else name
        names.append(plural(varied) if name in COUNTED and rng.random() < synonym_share else varied)
    return [names[i] for i in rng.permutation(len(names))]
