"""Words: prompt templates, synonyms, reading a request, mixes of class sets."""

from cosimgen_monai.prompts.plan import describe_plan, show_plan, wish_notes
from cosimgen_monai.prompts.prompt_book import PromptBook
from cosimgen_monai.prompts.reading import Reading, read_prompt, understand
from cosimgen_monai.prompts.requests import Request, fingerprint, plan_requests, requests_of_sets
from cosimgen_monai.prompts.shard import JOINING, requests_of_shard, shard_folder, shard_of_process
from cosimgen_monai.prompts.writing import TEMPLATE, check_template, vary_prompt, write_prompt

__all__ = [
    "JOINING",
    "TEMPLATE",
    "PromptBook",
    "Reading",
    "Request",
    "check_template",
    "describe_plan",
    "fingerprint",
    "plan_requests",
    "read_prompt",
    "requests_of_sets",
    "requests_of_shard",
    "shard_folder",
    "shard_of_process",
    "show_plan",
    "understand",
    "vary_prompt",
    "wish_notes",
    "write_prompt",
]
