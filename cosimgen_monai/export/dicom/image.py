"""DICOM: a CT image and its segmentation a sample, marked as synthetic wherever the standard has a place for it."""

from __future__ import annotations

import hashlib
import uuid
from pathlib import Path
from typing import Any

import torch

from cosimgen_monai.export.dicom.segmentation import SegmentationMaker
from cosimgen_monai.export.nifti.slice_volume import slice_spacing
from cosimgen_monai.export.optional import import_for_export
from cosimgen_monai.export.record.manifest import Manifest, sample_id
from cosimgen_monai.export.writer import SampleWriter
from cosimgen_monai.settings import atomic_write

CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2"
EXPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
MANUFACTURER = "CoSimGen for MONAI"
SERIES_DESCRIPTION = "SYNTHETIC, drawn by CoSimGen, no patient"


class DicomWriter(SampleWriter):
    """Write each sample as ``<id>/ct.dcm`` and ``<id>/seg.dcm``, a study of two series.

    Image Type is DERIVED, Synthetic Data (0008,001C) YES, the patient is called SYNTHETIC. Dates are empty and UIDs
    are made from the content, so that a sample is the same bytes whenever it is drawn.

    Args:
        folder: where the files go.
        card: the model's file.
        palette: the model's palette.
        manifest: the run's manifest.

    Raises:
        ModuleNotFoundError: if highdicom is not installed.
        ValueError: if the model draws no CT.
    """

    def __init__(self, folder: str | Path, card: dict[str, Any], palette: torch.Tensor, manifest: Manifest) -> None:
        super().__init__(folder, card, palette, manifest)
        images = card["images"]
        if images["modality"] != "CT":
            raise ValueError(
                f"`formats` dicom writes CT, but this model draws {images['modality']} images of {images['dataset']}: "
                "use nifti, png, native or coco."
            )
        self.pydicom = import_for_export("pydicom", "The format dicom")
        self.segmentation = SegmentationMaker(self.classes, self.colours, MANUFACTURER)

    def write(self, sample: dict[str, Any]) -> None:
        """Write a sample's slice and its segmentation."""
        folder, label = self.folder / sample_id(sample["request"]), sample["label"][0].numpy()
        facts = (self.manifest.run.get("model_sha256"), sample["request"], sample["native"].tobytes())
        slice_uids = [content_uid(kind, *facts) for kind in ("study", "series", "image", "frame of reference")]
        image = self._image(sample, slice_uids)
        series, instance, organisation = (content_uid(kind, *facts, label.tobytes()) for kind in ("seg", "sop", "dim"))
        segmentation = self.segmentation(image, label, series, instance, organisation)
        for name, dataset in (("ct.dcm", image), ("seg.dcm", segmentation)):
            with atomic_write(folder / name) as draft:
                dataset.save_as(draft, enforce_file_format=True)

    def _image(self, sample: dict[str, Any], uids: list[str]) -> Any:
        """Return the CT image's dataset; rows from anterior, columns from the patient's right."""
        study, series, instance, frame_of_reference = uids
        dataset = self.pydicom.Dataset()
        dataset.file_meta = self.pydicom.dataset.FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = EXPLICIT_VR_LITTLE_ENDIAN
        dataset.SOPClassUID, dataset.SOPInstanceUID = CT_IMAGE_STORAGE, instance
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID = study, series
        dataset.FrameOfReferenceUID = frame_of_reference
        for keyword, value in {**_identity(sample_id(sample["request"])), **self._geometry(sample)}.items():
            setattr(dataset, keyword, value)
        low, high = self.card["images"]["window"]
        dataset.WindowCenter, dataset.WindowWidth = f"{(low + high) / 2:g}", f"{high - low:g}"
        trained_on = self.card["images"]["dataset"]
        dataset.DerivationDescription = f"HU clipped to {low:g} to {high:g}; trained on {trained_on}"
        dataset.PixelData = sample["native"].astype("<i2").tobytes()
        return dataset

    def _geometry(self, sample: dict[str, Any]) -> dict[str, Any]:
        height, width = sample["native"].shape
        pixel, thickness = slice_spacing(self.card, width)
        corner = [-pixel * (width - 1) / 2, -pixel * (height - 1) / 2, 0]
        return {
            "Rows": height,
            "Columns": width,
            "PixelSpacing": [_decimal(pixel)] * 2,
            "SliceThickness": _decimal(thickness),
            "ImagePositionPatient": [_decimal(value) for value in corner],
            "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
        }


def _identity(name: str) -> dict[str, Any]:
    """Return what says that there is no patient, and what the pixels are."""
    empty = ("PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "ReferringPhysicianName", "AccessionNumber")
    return {
        "SpecificCharacterSet": "ISO_IR 192",
        "SyntheticData": "YES",
        "ImageType": ["DERIVED", "SECONDARY", "AXIAL"],
        "Modality": "CT",
        "PatientName": "SYNTHETIC^CoSimGen",
        "PatientID": name,
        "PatientComments": "Synthetic data; no patient exists",
        "StudyID": name.rsplit("_", 1)[1],
        "StudyDescription": SERIES_DESCRIPTION,
        "SeriesDescription": SERIES_DESCRIPTION,
        "SeriesNumber": 1,
        "InstanceNumber": 1,
        "Manufacturer": MANUFACTURER,
        "BurnedInAnnotation": "NO",
        "PatientPosition": "HFS",
        "KVP": None,
        "AcquisitionNumber": None,
        "PositionReferenceIndicator": "",
        **dict.fromkeys(empty, ""),
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "BitsAllocated": 16,
        "BitsStored": 16,
        "HighBit": 15,
        "PixelRepresentation": 1,
        "RescaleIntercept": 0,
        "RescaleSlope": 1,
        "RescaleType": "HU",
    }


def content_uid(*facts: object) -> str:
    """Return a UID that the same content always gets: a UUID of its hash under 2.25 (PS3.5 B.2)."""
    digest = hashlib.sha256(repr(facts).encode()).hexdigest()
    return f"2.25.{uuid.uuid5(uuid.NAMESPACE_OID, digest).int}"


def _decimal(value: float) -> str:
    """Return a number as a decimal string, which holds 16 characters at most."""
    return f"{value:.10g}"
