"""PASCAL VOC 2012's layout: JPEGs, palette masks, lists."""

from __future__ import annotations

from typing import Any

from PIL import Image

from cosimgen_monai.export.pictures.png import indexed, picture_of, save_picture
from cosimgen_monai.export.record.manifest import sample_id
from cosimgen_monai.export.writer import SampleWriter
from cosimgen_monai.settings import atomic_write


class VocLayout(SampleWriter):
    """Write ``VOC2012/JPEGImages``, ``SegmentationClass`` and ``ImageSets/Segmentation/{train,trainval}.txt``.

    Masks are palette PNGs whose index is the class, 255 the void, in VOC's own colours. Images are JPEGs, as VOC's are:
    take them from ``png`` where every bit counts.
    """

    def write(self, sample: dict[str, Any]) -> None:
        """Write a sample's photo and mask."""
        name, root = sample_id(sample["request"]), self.folder / "VOC2012"
        photo = Image.fromarray(picture_of(sample))
        save_picture(root / "JPEGImages" / f"{name}.jpg", photo, quality=95, subsampling=0)
        mask = indexed(sample["label"][0].numpy(), {i: voc_colour(i) for i in range(256)})
        save_picture(root / "SegmentationClass" / f"{name}.png", mask)

    def finish(self) -> None:
        """Write the lists; all samples are for training."""
        lists = self.folder / "VOC2012" / "ImageSets" / "Segmentation"
        for part in ("train", "trainval"):
            with atomic_write(lists / f"{part}.txt") as draft, draft.open("w") as file:
                file.writelines(f"{row['id']}\n" for row in self.manifest.rows)


def voc_colour(index: int) -> tuple[int, int, int]:
    """Return VOC's colour of an index (VOCdevkit's ``VOClabelcolormap``): its bits, dealt to red, green, blue."""
    red, green, blue = (sum(((index >> (3 * k + c)) & 1) << (7 - k) for k in range(3)) for c in range(3))
    return red, green, blue
