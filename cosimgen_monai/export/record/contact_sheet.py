"""The contact sheet of a generated set, and the closing words of a run."""

from __future__ import annotations

import logging
from pathlib import Path

from ignite.engine import Engine, Events

from cosimgen_monai.codec import Picture, with_legend
from cosimgen_monai.export.pictures.thumbnails import Thumbnails, read_strip
from cosimgen_monai.export.record.manifest import Manifest
from cosimgen_monai.handlers import draw_strips, verdict
from cosimgen_monai.settings import atomic_write

logger = logging.getLogger(__name__)


class ContactSheet:
    """Draw the first samples of a run, read back from its small pictures, and say where everything is.

    Args:
        output_dir: the run's folder.
        manifest: the run's manifest.
        thumbnails: the writer of the run's small pictures.
        formats: names of the formats written, each a folder.
        num_samples: samples on the sheet.
    """

    def __init__(
        self,
        output_dir: str | Path,
        manifest: Manifest,
        thumbnails: Thumbnails,
        formats: list[str],
        num_samples: int = 32,
    ) -> None:
        self.output_dir = Path(output_dir)
        self.manifest = manifest
        self.thumbnails = thumbnails
        self.formats = formats
        self.num_samples = num_samples

    def attach(self, engine: Engine) -> None:
        """Attach to a generator, after its manifest."""
        engine.add_event_handler(Events.COMPLETED, self._draw)

    def _draw(self, engine: Engine) -> None:
        strips = [self._strip(row) for row in self.manifest.rows[: self.num_samples]]
        heading = f"{len(strips)} of {len(self.manifest.rows)} synthetic pairs: image, mask, overlay"
        with atomic_write(self.output_dir / "contact_sheet.png") as draft:
            with_legend(draw_strips(strips, heading), self.thumbnails.classes, self.thumbnails.colours).save(draft)
        folders = "".join(f"  {name + '/':<19}{WHAT[name]}\n" for name in self.formats)
        typed = " (manifest.parquet: the same, typed)" if (self.output_dir / "manifest.parquet").is_file() else ""
        logger.info(
            "\n%d pairs are in %s:\n%s  manifest.csv       a row a sample%s\n"
            "  dataset_card.md    what this is, from what, with what limits\n"
            "  contact_sheet.png  look at this first, then at gallery.html",
            len(self.manifest.rows),
            self.output_dir,
            folders,
            typed,
        )

    def _strip(self, row: dict[str, str]) -> tuple[str, str, tuple[Picture, Picture, Picture]]:
        asked, found = (list(filter(None, row[key].split("; "))) for key in ("classes_asked", "classes_found"))
        pictures = read_strip(self.thumbnails.folder / f"{row['id']}.png")
        return row["prompt"], verdict(row["asked_by"], asked, found), pictures


WHAT = {
    "nifti": "an nnU-Net v2 dataset: imagesTr, labelsTr, dataset.json (MONAI's Decathlon list too)",
    "png": "images, labels (palette index), overlays",
    "native": "the layout and codes of the dataset that the model was trained on",
    "coco": "images, labels, annotations.json",
    "dicom": "a CT image and its segmentation a sample",
}
"""What is in a format's folder."""
