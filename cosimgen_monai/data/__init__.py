"""Where pairs come from: one file a dataset, transforms, cache, phantom."""

from cosimgen_monai.data.balance import check_balance, pair_weights
from cosimgen_monai.data.btcv import BTCV
from cosimgen_monai.data.btcv_zenodo import BTCVZenodo, open_btcv
from cosimgen_monai.data.cholecseg8k import CholecSeg8k
from cosimgen_monai.data.folder import Folder
from cosimgen_monai.data.mbrsc import MBRSC
from cosimgen_monai.data.pair_cache import CachedPairs, cache_pairs
from cosimgen_monai.data.pair_dataset import EpochSampler, PairDataset
from cosimgen_monai.data.phantom.source import PhantomCT
from cosimgen_monai.data.rand_affine_void import RandAffineVoidd
from cosimgen_monai.data.resize import resize_label
from cosimgen_monai.data.rgb_source import padded_shape
from cosimgen_monai.data.source import PairSource
from cosimgen_monai.data.splits import check_groups, split_items
from cosimgen_monai.data.unknown_values import UnknownValuesError
from cosimgen_monai.data.voc import VOC2012

__all__ = [
    "BTCV",
    "MBRSC",
    "VOC2012",
    "BTCVZenodo",
    "CachedPairs",
    "CholecSeg8k",
    "EpochSampler",
    "Folder",
    "PairDataset",
    "PairSource",
    "PhantomCT",
    "RandAffineVoidd",
    "UnknownValuesError",
    "cache_pairs",
    "check_balance",
    "check_groups",
    "open_btcv",
    "padded_shape",
    "pair_weights",
    "resize_label",
    "split_items",
]
