"""The prompts of a training: a few wordings of each class set, embedded once each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.prompts.vocabulary import check_spoken
from cosimgen_monai.prompts.writing import TEMPLATE, check_template, vary_prompt, write_prompt


class PromptBook:
    """Sentence features of class sets.

    Args:
        classes: the dataset's classes.
        embed: the sentence encoder: prompts in, features (n x sentence_dim) out.
        template: the prompt's template.
        num_variants: wordings a class set; the first is the plain one.
        contexts: templates that the other wordings take turns with, beside ``template``.

    Raises:
        ValueError: if a template is none, or two classes read the same.
    """

    def __init__(
        self,
        classes: ClassTable,
        embed: Callable[[Sequence[str]], torch.Tensor],
        template: str = TEMPLATE,
        num_variants: int = 4,
        contexts: Sequence[str] = (),
    ) -> None:
        if num_variants < 1:
            raise ValueError(f"`prompt_variants` must be 1 or more, got {num_variants!r}.")
        check_spoken(classes)
        self.classes = classes
        self.embed = embed
        self.template = check_template(template)
        self.num_variants = num_variants
        self.contexts = [self.template, *map(check_template, contexts)]
        self._prompts: dict[tuple[tuple[int, ...], int], str] = {}

    def prompt(self, ids: tuple[int, ...], variant: int) -> str:
        """Return a wording of a class set, always the same for the same two."""
        key = (ids, variant)
        if key not in self._prompts:
            rng = np.random.default_rng((variant, *ids))
            plain = variant == 0
            self._prompts[key] = (
                write_prompt(ids, self.classes, self.template)
                if plain
                else vary_prompt(ids, self.classes, rng, str(rng.choice(self.contexts)))
            )
        return self._prompts[key]

    def features(self, presence: torch.Tensor, variants: torch.Tensor) -> torch.Tensor:
        """Return the features (B x sentence_dim) of presence vectors (B c) in the wordings drawn (B).

        A sample whose augmentation left no class has no prompt; its features are zero.
        """
        sets = [tuple(row.nonzero().flatten().tolist()) for row in presence.cpu()]
        prompts = [self.prompt(ids, int(v)) if ids else "" for ids, v in zip(sets, variants.tolist(), strict=True)]
        return self.embed(prompts) * presence.any(dim=1, keepdim=True).cpu()
