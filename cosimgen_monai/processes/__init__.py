"""Several processes that work on one run: who they are, what each takes, what they exchange."""

from cosimgen_monai.processes.collective import (
    average_gradients,
    gather_batch,
    gather_lists,
    over_processes,
    same_in_all_processes,
    sum_over_processes,
)
from cosimgen_monai.processes.group import join, leave, num_processes, rank, wait_for_all
from cosimgen_monai.processes.launch import Launch, check_alone, is_first_failure, lost_another_process, tell_launcher
from cosimgen_monai.processes.shares import share_of_batch, share_of_rows

__all__ = [
    "Launch",
    "average_gradients",
    "check_alone",
    "gather_batch",
    "gather_lists",
    "is_first_failure",
    "join",
    "leave",
    "lost_another_process",
    "num_processes",
    "over_processes",
    "rank",
    "same_in_all_processes",
    "share_of_batch",
    "share_of_rows",
    "sum_over_processes",
    "tell_launcher",
    "wait_for_all",
]
