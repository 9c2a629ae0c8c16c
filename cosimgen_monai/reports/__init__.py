"""What a person reads: what a dataset is like, what was drawn, and how good a generated set is."""

from cosimgen_monai.reports.evaluation.evaluated_pairs import open_pairs
from cosimgen_monai.reports.evaluation.judges import load_judges
from cosimgen_monai.reports.evaluation.report import check_evaluation, evaluate_set
from cosimgen_monai.reports.evaluation.summary import print_evaluation
from cosimgen_monai.reports.gallery.gallery import Gallery
from cosimgen_monai.reports.inspection.report import inspect_dataset
from cosimgen_monai.reports.utility.report import write_utility

__all__ = [
    "Gallery",
    "check_evaluation",
    "evaluate_set",
    "inspect_dataset",
    "load_judges",
    "open_pairs",
    "print_evaluation",
    "write_utility",
]
