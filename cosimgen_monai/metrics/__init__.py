"""Is it what was asked for: presence rates; what comes along with it: co-occurrence."""

from cosimgen_monai.metrics.co_occurrence import co_occurrence
from cosimgen_monai.metrics.mask_iou import MaskIoU
from cosimgen_monai.metrics.presence_f1 import PresenceF1
from cosimgen_monai.metrics.presence_rates import PresenceRates, wilson_interval

__all__ = ["MaskIoU", "PresenceF1", "PresenceRates", "co_occurrence", "wilson_interval"]
