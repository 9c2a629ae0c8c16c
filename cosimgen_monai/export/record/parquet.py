"""The manifest as a typed table, for those who read it with pandas, Polars or DuckDB."""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from ignite.engine import Engine, Events

from cosimgen_monai.export.record.manifest import Manifest, listed
from cosimgen_monai.settings import atomic_write

logger = logging.getLogger(__name__)

TYPES: dict[str, Callable[[str], Any]] = {
    "classes_asked": listed,
    "classes_refused": listed,
    "classes_found": listed,
    "areas": lambda cell: [float(area) for area in listed(cell)],
    "faults": listed,
    "certainty": lambda cell: float(cell) if cell else None,
    "redraws": int,
    "seed": int,
    "steps": int,
    "batch_size": int,
    "upscale": int,
    "speck_size": int,
    "threads": int,
    "guidance_scale": float,
    "mask_smoothing": float,
}
"""How the manifest's texts become values; other columns stay text."""
ROWS_A_GROUP = 10_000


class ParquetManifest:
    """Write ``manifest.parquet`` beside the CSV at the end, where pyarrow is installed.

    Args:
        manifest: the run's manifest.
    """

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest

    def attach(self, engine: Engine) -> None:
        """Attach to a generator, after its manifest."""
        engine.add_event_handler(Events.COMPLETED, lambda _: self.write())

    def write(self) -> None:
        """Write the table, or say which package is missing."""
        try:
            arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
        except ModuleNotFoundError:
            logger.info("manifest.parquet was left out: pip install 'cosimgen-monai[export]' brings pyarrow.")
            return
        rows = self.manifest.rows
        names = list(rows[0]) if rows else []
        schema = arrow.schema([(name, self._type(arrow, name)) for name in names])
        with (
            atomic_write(Path(self.manifest.path).with_suffix(".parquet")) as draft,
            parquet.ParquetWriter(draft, schema) as writer,
        ):
            for start in range(0, len(rows), ROWS_A_GROUP):
                group = rows[start : start + ROWS_A_GROUP]
                cells = {name: [TYPES.get(name, str)(row[name]) for row in group] for name in names}
                writer.write_table(arrow.table(cells, schema=schema))

    @staticmethod
    def _type(arrow: Any, name: str) -> Any:
        values: dict[Any, Any] = {int: arrow.int64(), str: arrow.string(), listed: arrow.list_(arrow.string())}
        if name == "areas":
            return arrow.list_(arrow.float64())
        return values.get(TYPES.get(name, str), arrow.float64())
