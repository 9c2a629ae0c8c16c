"""Writers of every format, manifest, contact sheet; and a generated set read back."""

from cosimgen_monai.export.contact_sheet import ContactSheet
from cosimgen_monai.export.dataset_card import DatasetCard
from cosimgen_monai.export.dry_run import dry_run
from cosimgen_monai.export.faults import FaultReport
from cosimgen_monai.export.formats import FORMATS, format_names, open_writers
from cosimgen_monai.export.generated_folder import GeneratedFolder
from cosimgen_monai.export.intensity import RestoreIntensity
from cosimgen_monai.export.keep_classes import KeepClasses, exported_card
from cosimgen_monai.export.manifest import Manifest, listed, run_facts, sample_id
from cosimgen_monai.export.native_shape import RestoreShape
from cosimgen_monai.export.nnunet_labels import NnUNetLabels
from cosimgen_monai.export.parquet import ParquetManifest
from cosimgen_monai.export.shards import join_shards
from cosimgen_monai.export.thumbnails import Thumbnails
from cosimgen_monai.export.upscale import Upscale
from cosimgen_monai.export.writer import SampleWriter

__all__ = [
    "FORMATS",
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
    "dry_run",
    "exported_card",
    "format_names",
    "join_shards",
    "listed",
    "open_writers",
    "run_facts",
    "sample_id",
]
