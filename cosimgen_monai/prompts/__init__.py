"""Words: prompt templates, synonyms, reading a request."""

from cosimgen_monai.prompts.prompt_book import PromptBook
from cosimgen_monai.prompts.reading import read_prompt
from cosimgen_monai.prompts.requests import Request, fingerprint, plan_requests, requests_of_sets
from cosimgen_monai.prompts.writing import TEMPLATE, check_template, vary_prompt, write_prompt

__all__ = [
    "TEMPLATE",
    "PromptBook",
    "Request",
    "check_template",
    "fingerprint",
    "plan_requests",
    "read_prompt",
    "requests_of_sets",
    "vary_prompt",
    "write_prompt",
]
