"""Is it what was asked for, does it look real, is it diverse, and is it new: one measure a file."""

from cosimgen_monai.metrics.agreement import MaskIntensity, agreement
from cosimgen_monai.metrics.co_occurrence import co_occurrence
from cosimgen_monai.metrics.companions import real_unrequested_rate
from cosimgen_monai.metrics.density_coverage import density_coverage
from cosimgen_monai.metrics.diversity import multi_scale_ssim, num_scales
from cosimgen_monai.metrics.embedding_alignment import embedding_alignment
from cosimgen_monai.metrics.feature_distance import feature_pair_distance, image_pair_mean, pairs_within, random_pairs
from cosimgen_monai.metrics.frechet import Moments, frechet_distance, frechet_of_features
from cosimgen_monai.metrics.kernel import kernel_distance
from cosimgen_monai.metrics.layout import Layout, layout_distance
from cosimgen_monai.metrics.mask_iou import MaskIoU
from cosimgen_monai.metrics.memorisation import memorisation
from cosimgen_monai.metrics.neighbours import nearest
from cosimgen_monai.metrics.ppv import PPV
from cosimgen_monai.metrics.presence_f1 import PresenceF1
from cosimgen_monai.metrics.presence_rates import PresenceRates
from cosimgen_monai.metrics.proportions import wilson_interval
from cosimgen_monai.metrics.semantic_frechet import MIN_CROPS, ClassCrops, semantic_frechet

__all__ = [
    "MIN_CROPS",
    "PPV",
    "ClassCrops",
    "Layout",
    "MaskIntensity",
    "MaskIoU",
    "Moments",
    "PresenceF1",
    "PresenceRates",
    "agreement",
    "co_occurrence",
    "density_coverage",
    "embedding_alignment",
    "feature_pair_distance",
    "frechet_distance",
    "frechet_of_features",
    "image_pair_mean",
    "kernel_distance",
    "layout_distance",
    "memorisation",
    "multi_scale_ssim",
    "nearest",
    "num_scales",
    "pairs_within",
    "random_pairs",
    "real_unrequested_rate",
    "semantic_frechet",
    "wilson_interval",
]
