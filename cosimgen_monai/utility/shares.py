"""The shares of the real data that a study is made at."""

from __future__ import annotations

from typing import Any

from cosimgen_monai.data import PairSource, check_train_share


def check_shares(shares: Any, split: str, items: list[dict[str, str]], source: PairSource) -> list[float]:
    """Return shares in ascending order.

    Args:
        shares: shares of the training groups, or one of them.
        split: how the items were split.
        items: the training items.
        source: the dataset.

    Raises:
        ValueError: if nothing is held out, a share holds no whole group, or two hold the same ones.
    """
    if split == "all":
        raise ValueError("`split` all holds nothing out, so nothing can be tested; use --split group.")
    shares = list(shares) if isinstance(shares, (list, tuple)) else [shares]
    if not shares:
        raise ValueError("`shares` is empty; give shares of the training groups, such as [0.1, 0.25, 1.0].")
    total = len({item["group"] for item in items})
    found: dict[int, float] = {}
    for share in sorted(shares):
        check_train_share(share, split, "shares")
        number = round(share * total)
        if number < 1:
            raise ValueError(
                f"`shares` {share:g} of the {total} training {source.group_name}(s) of {source.name} is none; "
                f"the smallest share that holds one is {1 / total:.2g}."
            )
        if number in found:
            raise ValueError(f"`shares` {found[number]:g} and {share:g} are the same {number} {source.group_name}(s).")
        found[number] = share
    return list(found.values())
