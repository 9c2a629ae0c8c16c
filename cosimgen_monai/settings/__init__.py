"""What a user set: values in words, devices, seeds, overrides, the folder of a run."""

from cosimgen_monai.settings.atomic import atomic_write, remove_drafts
from cosimgen_monai.settings.durable import folders_synced_together, make_folder, place_folder, sync_folder
from cosimgen_monai.settings.errors import errors_in_their_own_words, show_plain_errors
from cosimgen_monai.settings.guard import DATASET_KEYS, check_config
from cosimgen_monai.settings.run_folder import check_writable, claim_run_folder, release_run_folder
from cosimgen_monai.settings.seeds import as_seed, derive_seed, keyed_generator
from cosimgen_monai.settings.tracking import track_every_loss
from cosimgen_monai.settings.values import (
    as_boolean,
    as_device,
    check_counts,
    check_proportions,
    check_weights,
    is_number,
    nearest_names,
)
from cosimgen_monai.settings.workflow import active_config, bundle_root, run_job

__all__ = [
    "DATASET_KEYS",
    "active_config",
    "as_boolean",
    "as_device",
    "as_seed",
    "atomic_write",
    "bundle_root",
    "check_config",
    "check_counts",
    "check_proportions",
    "check_weights",
    "check_writable",
    "claim_run_folder",
    "derive_seed",
    "errors_in_their_own_words",
    "folders_synced_together",
    "is_number",
    "keyed_generator",
    "make_folder",
    "nearest_names",
    "place_folder",
    "release_run_folder",
    "remove_drafts",
    "run_job",
    "show_plain_errors",
    "sync_folder",
    "track_every_loss",
]
