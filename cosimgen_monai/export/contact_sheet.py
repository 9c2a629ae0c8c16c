"""The contact sheet of a generated set, and the closing words of a run."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import torch
from ignite.engine import Engine, Events
from PIL import Image

from cosimgen_monai.codec import ClassTable, display_colours
from cosimgen_monai.export.manifest import Manifest
from cosimgen_monai.handlers import SheetRow, draw_sheet, verdict
from cosimgen_monai.settings import atomic_write

logger = logging.getLogger(__name__)


class ContactSheet:
    """Draw the first samples of a run, read back from its PNG files, and say where everything is.

    Args:
        output_dir: the run's folder, which holds ``png``.
        classes: the model's classes.
        palette: the model's palette.
        manifest: the run's manifest.
        num_samples: samples on the sheet.
    """

    def __init__(
        self,
        output_dir: str | Path,
        classes: ClassTable,
        palette: torch.Tensor,
        manifest: Manifest,
        num_samples: int = 32,
    ) -> None:
        self.output_dir = Path(output_dir)
        self.classes = classes
        self.colours = display_colours(palette)
        self.manifest = manifest
        self.num_samples = num_samples

    def attach(self, engine: Engine) -> None:
        """Attach to a generator, after its manifest."""
        engine.add_event_handler(Events.COMPLETED, self._draw)

    def _draw(self, engine: Engine) -> None:
        rows = [self._sheet_row(row) for row in self.manifest.rows[: self.num_samples]]
        heading = f"{len(rows)} of {len(self.manifest.rows)} synthetic pairs: image, mask, overlay"
        with atomic_write(self.output_dir / "contact_sheet.png") as draft:
            draw_sheet(rows, self.colours, self.classes.background, heading).save(draft)
        logger.info(
            "\n%d pairs are in %s:\n  nifti/             imagesTr, labelsTr, dataset.json (nnU-Net v2, MONAI)\n"
            "  png/               images, labels (palette index), overlays\n"
            "  manifest.csv       a row a sample\n  contact_sheet.png  look at this first",
            len(self.manifest.rows),
            self.output_dir,
        )

    def _sheet_row(self, row: dict[str, str]) -> SheetRow:
        image = Image.open(self.output_dir / "png/images" / f"{row['id']}.png").convert("RGB")
        label = Image.open(self.output_dir / "png/labels" / f"{row['id']}.png")
        asked, found = (list(filter(None, row[key].split("; "))) for key in ("classes_asked", "classes_found"))
        return SheetRow(row["prompt"], verdict(row["asked_by"], asked, found), np.asarray(image), np.asarray(label))
