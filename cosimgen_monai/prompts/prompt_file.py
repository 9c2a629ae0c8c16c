"""Prompts from a file: text, CSV or JSON, each with the number of samples wanted of it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

SUFFIXES = (".txt", ".csv", ".json")
Asked = tuple[str, int | None]
"""A prompt, and how many samples of it are wanted; ``None`` where the file says nothing."""


def read_prompt_file(path: str | Path) -> list[Asked]:
    """Read a prompt file.

    A text file holds a prompt a line, with a count after a tab where it is wanted. A CSV file has the column
    ``prompt``, and may have ``count``. A JSON file is a list of prompts, or of ``{"prompt": …, "count": …}``, or one
    object of counts by prompt.

    Raises:
        ValueError: if it is missing, unreadable, holds no prompt, or a count that is no positive whole number.
    """
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"The prompt file {path} does not exist.")
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"The prompt file {path} is no UTF-8 text ({error.reason}): save it as UTF-8.") from error
    rows = {".txt": _text_rows, ".csv": _csv_rows, ".json": _json_rows}[path.suffix.lower()](text, path)
    if not rows:
        raise ValueError(f"The prompt file {path} holds no prompt: write one a line.")
    return [(prompt, _count(count, prompt, path)) for prompt, count in rows]


def _text_rows(text: str, path: Path) -> list[tuple[str, Any]]:
    lines = [line.rstrip() for line in text.split("\n") if line.strip()]
    return [(prompt, count.strip() or None) for prompt, _, count in (line.partition("\t") for line in lines)]


def _csv_rows(text: str, path: Path) -> list[tuple[str, Any]]:
    table = csv.DictReader(io.StringIO(text, newline=""))
    columns = table.fieldnames or []
    if "prompt" not in columns or set(columns) - {"prompt", "count"}:
        raise ValueError(f"The prompt file {path} has the columns {list(columns)}; expected prompt, and maybe count.")
    return [(row["prompt"] or "", (row.get("count") or "").strip() or None) for row in table]


def _json_rows(text: str, path: Path) -> list[tuple[str, Any]]:
    try:
        content = json.loads(text)
    except ValueError as error:
        raise ValueError(f"The prompt file {path} is no JSON: {error}.") from error
    if isinstance(content, dict):
        return list(content.items())
    rows = [row if isinstance(row, dict) else {"prompt": row} for row in content] if isinstance(content, list) else []
    for row in rows:
        if not isinstance(row.get("prompt"), str) or row.keys() - {"prompt", "count"}:
            raise ValueError(f'The prompt file {path} holds {row!r}; expected a prompt or {{"prompt": …, "count": …}}.')
    return [(row["prompt"], row.get("count")) for row in rows]


def _count(count: Any, prompt: str, path: Path) -> int | None:
    if count is None:
        return None
    number = int(count) if isinstance(count, str) and count.isdecimal() else count
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise ValueError(
            f"The prompt file {path} asks for {count!r} samples of {prompt[:60]!r}: a count is a positive integer."
        )
    return number
