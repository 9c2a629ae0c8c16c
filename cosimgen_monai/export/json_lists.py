"""JSON whose lists are longer than memory should hold."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


def write_json_lists(path: Path, head: Mapping[str, Any], lists: Mapping[str, Iterable[Any]]) -> None:
    """Write one object: short values first, then lists, an entry a line as it comes.

    Args:
        path: the file.
        head: what is short.
        lists: by key, what may be long.
    """
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(head, indent=1).removesuffix("\n}"))
        for key, entries in lists.items():
            file.write(f",\n {json.dumps(key)}: [")
            for k, entry in enumerate(entries):
                file.write((",\n  " if k else "\n  ") + json.dumps(entry))
            file.write("\n ]")
        file.write("\n}\n")
