"""A label as a DICOM Segmentation, by highdicom."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cosimgen_monai import __version__
from cosimgen_monai.codec import ClassTable
from cosimgen_monai.export.optional import import_for_export

CODES = {
    "aorta": ("15825003", "Aorta"),
    "adrenal gland": ("23451007", "Adrenal gland"),
    "duodenum": ("38848004", "Duodenum"),
    "esophagus": ("32849002", "Esophagus"),
    "gallbladder": ("28231008", "Gallbladder"),
    "inferior vena cava": ("64131007", "Inferior vena cava"),
    "kidney": ("64033007", "Kidney"),
    "liver": ("10200004", "Liver"),
    "pancreas": ("15776009", "Pancreas"),
    "spleen": ("78961009", "Spleen"),
    "stomach": ("69695003", "Stomach"),
}
"""SNOMED CT code and meaning of the organs that have one in PS3.16 (CID 7192); others get one of this project's own.

BTCV's "portal and splenic vein" is two of its veins in one, and so neither.
"""
SIDES = {"left": ("7771000", "Left"), "right": ("24028007", "Right")}
"""The modifiers of a side (CID 244)."""
ANATOMICAL_STRUCTURE = ("91723000", "SCT", "Anatomical Structure")
OWN_SCHEME = "99COSIMGEN"


class SegmentationMaker:
    """Make binary segmentations in which segment n is always the n-th class that can be asked for.

    The background and the void are no segments.

    Args:
        classes: the model's classes.
        colours: 8-bit colours of the classes.
        manufacturer: who made it.

    Raises:
        ModuleNotFoundError: if highdicom is not installed.
    """

    def __init__(self, classes: ClassTable, colours: list[tuple[int, int, int]], manufacturer: str) -> None:
        self.highdicom = import_for_export("highdicom", "The format dicom")
        logging.getLogger("highdicom").setLevel(logging.WARNING)  # it says ten lines a file
        self.classes = classes
        self.colours = colours
        self.manufacturer = manufacturer

    def __call__(self, image: Any, label: NDArray[np.uint8], series: str, instance: str, organisation: str) -> Any:
        """Return the segmentation's dataset.

        Args:
            image: the slice's dataset.
            label: ids, H W.
            series: UID of the segmentation's series.
            instance: UID of the segmentation.
            organisation: UID of its dimensions.
        """
        masks = np.stack([label == class_id for class_id in self.classes.objects], axis=-1)
        dataset = self.highdicom.seg.Segmentation(
            source_images=[image],
            pixel_array=masks[None].astype(np.uint8),
            segmentation_type="BINARY",
            segment_descriptions=[self._segment(n, i) for n, i in enumerate(self.classes.objects, start=1)],
            series_instance_uid=series,
            series_number=2,
            sop_instance_uid=instance,
            instance_number=1,
            manufacturer=self.manufacturer,
            manufacturer_model_name="CoSimGen",
            software_versions=__version__,
            device_serial_number="none",
            content_label="SYNTHETIC",
            content_description="Synthetic masks; no patient",
            series_description=image.SeriesDescription,
        )
        # a slice has no neighbour, and highdicom writes 1 mm then; readers who take it would shrink the masks
        measures = dataset.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
        measures.SpacingBetweenSlices = image.SliceThickness
        dataset.SyntheticData = "YES"
        # a sample is the same bytes whenever it is drawn, so no clock may speak; the date is no sample's
        dataset.ContentDate, dataset.ContentTime = "20000101", "000000"
        del dataset.InstanceCreationDate, dataset.InstanceCreationTime
        for equipment in dataset.ContributingEquipmentSequence:
            equipment.pop("ContributionDateTime", None)
        for item in (*dataset.DimensionOrganizationSequence, *dataset.DimensionIndexSequence):
            item.DimensionOrganizationUID = organisation
        return dataset

    def _segment(self, number: int, class_id: int) -> Any:
        name = self.classes.names[class_id]
        coded, side = self._coded(name)
        segment = self.highdicom.seg.SegmentDescription(
            segment_number=number,
            segment_label=name[:64],
            segmented_property_category=self.highdicom.sr.CodedConcept(*ANATOMICAL_STRUCTURE),
            segmented_property_type=coded,
            algorithm_type="AUTOMATIC",
            algorithm_identification=self.highdicom.AlgorithmIdentificationSequence(
                name="CoSimGen",
                family=self.highdicom.sr.CodedConcept("123109", "DCM", "Artificial Intelligence"),
                version=__version__,
            ),
            display_color=self.highdicom.color.CIELabColor.from_rgb(*self.colours[class_id]),
        )
        if side:
            segment.SegmentedPropertyTypeCodeSequence[0].SegmentedPropertyTypeModifierCodeSequence = [
                self.highdicom.sr.CodedConcept(SIDES[side][0], "SCT", SIDES[side][1])
            ]
        return segment

    def _coded(self, name: str) -> tuple[Any, str | None]:
        """Return a class as a coded concept, and its side."""
        head, _, rest = name.partition(" ")
        side = head if head in SIDES and rest in CODES else None
        organ = rest if side else name
        if organ in CODES:
            return self.highdicom.sr.CodedConcept(CODES[organ][0], "SCT", CODES[organ][1]), side
        number = f"CLASS{self.classes.names.index(name)}"
        return self.highdicom.sr.CodedConcept(number, OWN_SCHEME, name[:64]), None
