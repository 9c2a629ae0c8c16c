"""Pages that a person reads: what a dataset is like."""

from cosimgen_monai.reports.inspection import inspect_dataset

__all__ = ["inspect_dataset"]
