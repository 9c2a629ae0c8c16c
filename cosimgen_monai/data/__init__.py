"""Where pairs come from: one file a dataset, transforms, cache, phantom."""

from cosimgen_monai.data.btcv import BTCV
from cosimgen_monai.data.btcv_zenodo import BTCVZenodo, open_btcv
from cosimgen_monai.data.folder import Folder
from cosimgen_monai.data.pair_cache import CachedPairs, cache_pairs
from cosimgen_monai.data.pair_dataset import EpochSampler, PairDataset
from cosimgen_monai.data.phantom.source import PhantomCT
from cosimgen_monai.data.source import PairSource
from cosimgen_monai.data.splits import check_groups, split_items

__all__ = [
    "BTCV",
    "BTCVZenodo",
    "CachedPairs",
    "EpochSampler",
    "Folder",
    "PairDataset",
    "PairSource",
    "PhantomCT",
    "cache_pairs",
    "check_groups",
    "open_btcv",
    "split_items",
]
