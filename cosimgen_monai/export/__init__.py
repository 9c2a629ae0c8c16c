"""Writers: NIfTI, PNG, manifest, contact sheet."""

from cosimgen_monai.export.contact_sheet import ContactSheet
from cosimgen_monai.export.intensity import RestoreIntensity
from cosimgen_monai.export.manifest import Manifest, run_facts, sample_id
from cosimgen_monai.export.native_shape import RestoreShape
from cosimgen_monai.export.nifti import NiftiWriter
from cosimgen_monai.export.nnunet_labels import NnUNetLabels
from cosimgen_monai.export.png import PngWriter
from cosimgen_monai.export.upscale import Upscale

__all__ = [
    "ContactSheet",
    "Manifest",
    "NiftiWriter",
    "NnUNetLabels",
    "PngWriter",
    "RestoreIntensity",
    "RestoreShape",
    "Upscale",
    "run_facts",
    "sample_id",
]
