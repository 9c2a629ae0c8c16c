"""Pages that a person reads: what a dataset is like, what was drawn."""

from cosimgen_monai.reports.gallery import Gallery
from cosimgen_monai.reports.inspection import inspect_dataset

__all__ = ["Gallery", "inspect_dataset"]
