"""A real browser without a screen: what a page holds once its scripts have run."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def read_out(page: Path, budget: int = 5000) -> str:
    """Open a page from disk and return the text of the one ``<pre>`` that its scripts leave.

    Args:
        page: the file; frames may show its neighbours.
        budget: milliseconds of the page's own time.
    """
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files"]
    options += [f"--virtual-time-budget={budget}", f"--user-data-dir={page.parent / 'profile'}"]
    command = [str(CHROMIUM), *options, "--dump-dom", page.as_uri()]
    dom = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    (shown,) = re.findall(r"<pre>(.*?)</pre>", dom, re.DOTALL)
    return html.unescape(shown)
