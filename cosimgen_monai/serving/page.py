"""The page: one document that needs nothing else, its data within it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html import escape
from typing import Any

from cosimgen_monai.reports.pages.style import STYLE
from cosimgen_monai.serving.form import MAX_GUIDANCE, MAX_NUMBER, MAX_SEED
from cosimgen_monai.serving.page_script import SCRIPT
from cosimgen_monai.serving.page_style import PAGE_STYLE
from cosimgen_monai.serving.studio import Studio

PROPOSED_NUMBER = 4


def prompt_page(studio: Studio) -> str:
    """Return the page of a studio."""
    # "<" must not end the script, whatever a class is called
    data = json.dumps(_data(studio), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    dataset = escape(studio.card["images"]["dataset"])
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">'
        f"<title>CoSimGen: draw pairs from words</title><style>{STYLE}{PAGE_STYLE}</style></head><body><main>"
        "<h1>Draw pairs from words</h1>"
        f'<p class="soft">Images with their masks, drawn by a model trained on the dataset “{dataset}”. Every '
        "pair is synthetic: no real patient or scene. For research, never for diagnosis.</p>"
        f"{_form(studio)}{_RESULTS}</main><script>const DATA={data};\n{SCRIPT}</script></body></html>\n"
    )


def content_policy(page: str) -> str:
    """Return the page's Content-Security-Policy: its own script alone runs, and nothing is loaded from elsewhere."""
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _data(studio: Studio) -> dict[str, Any]:
    return {
        "classes": [
            {"name": name, "colour": "#{:02x}{:02x}{:02x}".format(*studio.colours[i])}
            for i, name in enumerate(studio.classes.names)
        ],
        "objects": studio.classes.objects,
        "formats": [name for name in ("png", "nifti") if name in studio.formats],
    }


def _form(studio: Studio) -> str:
    """Return the form; the script adds the classes."""
    names = [studio.classes.names[i] for i in studio.classes.objects]
    example = escape(studio.card["prompt_template"].replace("{classes}", ", ".join(names[-2:])))
    fields = _number("number", "pairs", PROPOSED_NUMBER, 1, MAX_NUMBER)
    fields += _number("seed", "seed", studio.seed, 0, MAX_SEED)
    if studio.model.architecture == "cosimgen":
        fields += _number("steps", "steps", studio.steps, 1, 1000)
        fields += _number("guidance_scale", "guidance", studio.guidance_scale, 1, MAX_GUIDANCE, step="any")
    else:  # a baseline draws in one pass
        fields += '<input name="steps" type="hidden" value="1"><input name="guidance_scale" type="hidden" value="1">'
    return (
        '<section><form id="form"><label class="prompt">Prompt'
        f'<textarea name="prompt" rows="2" spellcheck="false" placeholder="{example}"></textarea></label>'
        '<div id="understood" aria-live="polite"></div>'
        '<fieldset><legend>or tick classes</legend><div id="classes"></div></fieldset>'
        f'<div class="fields">{fields}</div>'
        '<div class="buttons"><button id="draw">Draw</button>'
        '<button id="next" type="button">Draw with the next seed</button>'
        '<button id="stop" type="button" hidden>Stop</button>'
        '<span id="status" class="soft" role="status"></span></div>'
        '<progress id="progress" max="1" value="0" hidden></progress>'
        '<p id="error" role="alert" hidden></p></form></section>'
    )


def _number(name: str, label: str, value: float, low: int, high: int, step: str = "1") -> str:
    return (
        f'<label>{label}<input name="{name}" type="number" inputmode="decimal" required min="{low}" max="{high}" '
        f'step="{step}" value="{value}"></label>'
    )


_RESULTS = '<div id="pairs"></div><section id="after" hidden><div id="all"></div></section>'
