"""Writing a prompt from classes: the paper's "A photo of {classes}", and its variants for training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.prompts.vocabulary import SYNONYMS

TEMPLATE = "A photo of {classes}"
"""The paper's prompt (section 3.3)."""


def check_template(template: str) -> str:
    """Return the template, or raise ``ValueError`` where it has no place for the class names."""
    if template.count("{classes}") != 1:
        raise ValueError(f"`prompt_template` must hold {{classes}} once, got {template!r}.")
    return template


def write_prompt(ids: Sequence[int], classes: ClassTable, template: str = TEMPLATE) -> str:
    """Return the plain prompt of some classes, names in the order of their ids, parted by commas."""
    return check_template(template).replace("{classes}", ", ".join(classes.names_of(sorted(ids))))


def vary_prompt(
    ids: Sequence[int],
    classes: ClassTable,
    rng: np.random.Generator,
    template: str = TEMPLATE,
    synonym_share: float = 0.2,
) -> str:
    """Return a prompt that says the same in other words, so that free text works at inference.

    The order is shuffled, a name may give way to a synonym, and the last comma to "and".
    """
    names = []
    for name in classes.names_of(rng.permutation(np.asarray(ids)).tolist()):
        others = SYNONYMS.get(name, ())
        names.append(str(rng.choice(others)) if others and rng.random() < synonym_share else name)
    joint = " and " if rng.random() < 0.5 else ", "
    listed = joint.join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
    return check_template(template).replace("{classes}", listed)
