"""Does a segmenter gain from generated pairs: trained on real, generated, and both, tested on held-out real ones."""

from cosimgen_monai.utility.arms import Arm, read_arms
from cosimgen_monai.utility.generator import GeneratorJob, check_generator, dataset_settings
from cosimgen_monai.utility.results import StudyResults
from cosimgen_monai.utility.segmenter import SegmenterRecipe
from cosimgen_monai.utility.segmenter_loss import VoidDiceCELoss
from cosimgen_monai.utility.study import UtilityStudy

__all__ = [
    "Arm",
    "GeneratorJob",
    "SegmenterRecipe",
    "StudyResults",
    "UtilityStudy",
    "VoidDiceCELoss",
    "check_generator",
    "dataset_settings",
    "read_arms",
]
