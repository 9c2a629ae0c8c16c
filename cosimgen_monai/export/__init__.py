"""Drawn pairs as files: what a clinical pipeline gets.

A pair is brought to its own size, shape and values (``postprocessing``) and written by one writer a format
(``writer.py``: ``nifti``, ``pictures``, ``native``, ``dicom``, chosen by ``formats.py``), while the next are drawn
(``background_writing.py``); the set says what it holds (``record``). ``shards.py`` joins sets, ``generated_folder.py``
reads one back.
"""

from cosimgen_monai.export.background_writing import BackgroundWriting
from cosimgen_monai.export.dry_run import dry_run
from cosimgen_monai.export.formats import FORMATS, format_names, open_writers
from cosimgen_monai.export.generated_folder import GeneratedFolder
from cosimgen_monai.export.nifti.nnunet_labels import NnUNetLabels
from cosimgen_monai.export.pictures.thumbnails import Thumbnails, small_pictures
from cosimgen_monai.export.postprocessing.intensity import RestoreIntensity
from cosimgen_monai.export.postprocessing.keep_classes import KeepClasses, exported_card
from cosimgen_monai.export.postprocessing.native_shape import RestoreShape, size_trained_at
from cosimgen_monai.export.postprocessing.upscale import Upscale
from cosimgen_monai.export.record.contact_sheet import ContactSheet
from cosimgen_monai.export.record.dataset_card import DatasetCard
from cosimgen_monai.export.record.faults import FaultReport
from cosimgen_monai.export.record.manifest import Manifest, listed, run_facts, sample_id
from cosimgen_monai.export.record.parquet import ParquetManifest
from cosimgen_monai.export.shards import join_shards, join_what_is_left, join_when_all_have_drawn
from cosimgen_monai.export.writer import SampleWriter, class_colours

__all__ = [
    "FORMATS",
    "BackgroundWriting",
    "ContactSheet",
    "DatasetCard",
    "FaultReport",
    "GeneratedFolder",
    "KeepClasses",
    "Manifest",
    "NnUNetLabels",
    "ParquetManifest",
    "RestoreIntensity",
    "RestoreShape",
    "SampleWriter",
    "Thumbnails",
    "Upscale",
    "class_colours",
    "dry_run",
    "exported_card",
    "format_names",
    "join_shards",
    "join_what_is_left",
    "join_when_all_have_drawn",
    "listed",
    "open_writers",
    "run_facts",
    "sample_id",
    "size_trained_at",
    "small_pictures",
]
