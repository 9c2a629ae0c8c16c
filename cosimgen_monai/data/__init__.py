"""Where pairs come from.

A dataset (``datasets``, ``folder``, ``phantom``) lists its files and reads them (``readers``) at the training size
(``resampling``); pairs are kept on disk (``cache``) and go from there to a training (``loading``). ``source.py`` says
what every dataset offers, ``splits.py`` parts it.
"""

from cosimgen_monai.data.cache.pair_cache import CachedPairs, cache_pairs
from cosimgen_monai.data.cache.statistics import class_statistics
from cosimgen_monai.data.datasets.btcv import BTCV
from cosimgen_monai.data.datasets.btcv_zenodo import BTCVZenodo, open_btcv
from cosimgen_monai.data.datasets.cholecseg8k import CholecSeg8k
from cosimgen_monai.data.datasets.mbrsc import MBRSC
from cosimgen_monai.data.datasets.voc import VOC2012
from cosimgen_monai.data.folder.folder import Folder
from cosimgen_monai.data.loading.balance import check_balance, pair_weights
from cosimgen_monai.data.loading.pair_dataset import EpochSampler, PairDataset
from cosimgen_monai.data.loading.rand_affine_void import RandAffineVoidd
from cosimgen_monai.data.loading.real_pairs import RealPairs
from cosimgen_monai.data.phantom.source import PhantomCT
from cosimgen_monai.data.readers.unknown_values import UnknownValuesError
from cosimgen_monai.data.resampling.resize import resize_label
from cosimgen_monai.data.resampling.square import padded_shape
from cosimgen_monai.data.source import PairSource
from cosimgen_monai.data.splits import check_groups, check_train_share, share_of_groups, split_items

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
    "RealPairs",
    "UnknownValuesError",
    "cache_pairs",
    "check_balance",
    "check_groups",
    "check_train_share",
    "class_statistics",
    "open_btcv",
    "padded_shape",
    "pair_weights",
    "resize_label",
    "share_of_groups",
    "split_items",
]
