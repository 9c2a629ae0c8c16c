"""Is it what was asked for: presence rates."""

from cosimgen_monai.metrics.presence_f1 import PresenceF1
from cosimgen_monai.metrics.presence_rates import PresenceRates, wilson_interval

__all__ = ["PresenceF1", "PresenceRates", "wilson_interval"]
