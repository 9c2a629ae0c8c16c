"""Writers of every format, manifest, contact sheet; and a generated set read back."""

from cosimgen_monai.export.contact_sheet import ContactSheet
from cosimgen_monai.export.formats import FORMATS, format_names, open_writers
from cosimgen_monai.export.generated_folder import GeneratedFolder
from cosimgen_monai.export.intensity import RestoreIntensity
from cosimgen_monai.export.manifest import Manifest, run_facts, sample_id
from cosimgen_monai.export.native_shape import RestoreShape
from cosimgen_monai.export.nnunet_labels import NnUNetLabels
from cosimgen_monai.export.thumbnails import Thumbnails
from cosimgen_monai.export.upscale import Upscale
from cosimgen_monai.export.writer import SampleWriter

__all__ = [
    "FORMATS",
    "ContactSheet",
    "GeneratedFolder",
    "Manifest",
    "NnUNetLabels",
    "RestoreIntensity",
    "RestoreShape",
    "SampleWriter",
    "Thumbnails",
    "Upscale",
    "format_names",
    "open_writers",
    "run_facts",
    "sample_id",
]
