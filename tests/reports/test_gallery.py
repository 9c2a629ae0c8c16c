"""The gallery in a real browser: what is filtered and sorted is what is shown, and only what is in view is drawn."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
from headless import CHROMIUM, read_out
from PIL import Image

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.export import Manifest
from cosimgen_monai.export.record.manifest import COLUMNS
from cosimgen_monai.reports import Gallery

CLASSES = {"names": ["background", "liver", "spleen"], "background": 0, "has_void": False}
CARD: dict[str, Any] = {"classes": CLASSES, "images": {"dataset": "a <phantom>"}}
PROMPTS = ("A photo of liver", "</script><script>document.title='hacked'</script> liver, spleen", "spleen 脾臓")


def make_gallery(folder: Path, number: int) -> Path:
    rows: list[dict[str, str]] = []
    (folder / "thumbnails").mkdir()
    for i in range(number):
        asked = ("liver", "liver; spleen", "spleen")[i % 3]
        found = asked if i % 5 else "liver"
        lacking = [f"lacks {name}" for name in asked.split("; ") if name not in found]
        values = {
            "id": f"cosimgen_{i:06d}",
            "prompt": PROMPTS[i % 3],
            "classes_asked": asked,
            "classes_found": found,
            "certainty": f"{(i * 37 % 100) / 100:.3f}",
            "faults": "; ".join(lacking),
            "redraws": "1" if lacking else "0",
            "seed": str(2**62 + i),
        }
        rows.append(dict.fromkeys(COLUMNS, "") | values)
    strip = Image.fromarray(np.zeros((16, 48, 3), np.uint8))
    with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    manifest = Manifest(folder / "manifest.csv", ClassTable(**CLASSES), {})
    for row in rows[:60]:
        strip.save(folder / "thumbnails" / f"{row['id']}.png")
    Gallery(folder, CARD, [(0, 0, 0), (255, 0, 0), (0, 0, 255)], manifest, ["png"]).write()
    return folder / "gallery.html"


FILTERS: list[tuple[dict[str, str], int, list[str] | None]] = [
    ({}, 10_000, ["0", "1", "2"]),
    ({"class": "spleen"}, 5333, ["1", "2", "4"]),  # asked for in 6,666, and every fifth lacks it
    ({"class": "spleen", "where": "asked"}, 6666, ["1", "2", "4"]),
    ({"class": "spleen", "where": "lacking"}, 1333, ["5", "10", "20"]),
    ({"class": "liver", "where": "extra"}, 667, ["5", "20", "35"]),
    ({"prompt": "脾臓"}, 3333, ["2", "5", "8"]),
    ({"prompt": "SPLEEN liver"}, 3333, ["1", "4", "7"]),
    ({"gate": "some"}, 1333, ["5", "10", "20"]),
    ({"gate": "none", "prompt": "脾臓"}, 2666, ["2", "8", "11"]),
    ({"gate": "=lacks spleen"}, 1333, ["5", "10", "20"]),
    ({"sort": "worst"}, 10_000, ["0", "100", "200"]),
    ({"sort": "best", "class": "liver", "where": "asked"}, 6667, None),
    ({"prompt": "nothing has this"}, 0, []),
]

READ_ALL = """<body><script>
const results=[];let left=0;
for(const [i,hash] of HASHES.entries()){
  left++;const frame=document.createElement('iframe');frame.width=1200;frame.height=800;
  frame.src='gallery.html'+hash;document.body.append(frame);
  frame.onload=()=>{const page=frame.contentDocument;
    results[i]={count:page.getElementById('count').textContent,title:page.title,
      cards:[...page.querySelectorAll('.card')].map(card=>card.dataset.id)};
    if(!--left){const out=document.createElement('pre');out.textContent=JSON.stringify(results);
      document.body.replaceChildren(out)}}}
</script></body>"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_gallery(tmp_path_factory.mktemp("gallery"), 10_000)


@pytest.fixture(scope="module")
def shown(page: Path) -> list[dict[str, Any]]:
    """What the browser shows of the page with each of the filters in its address."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    hashes = [f"#{urlencode(filters)}" if filters else "" for filters, *_ in FILTERS]
    reader = page.with_name("reader.html")
    reader.write_text(READ_ALL.replace("HASHES", json.dumps(hashes)), "utf-8")
    return json.loads(read_out(reader, budget=20_000))


def test_filters_show_what_they_say(shown: list[dict[str, Any]]) -> None:
    for found, (filters, count, first) in zip(shown, FILTERS, strict=True):
        assert found["count"] == f"{count:,} of 10,000 pairs", filters
        if first is not None:
            assert [str(int(card.split("_")[1])) for card in found["cards"]][: len(first)] == first, filters


def test_ten_thousand_samples_draw_only_what_is_in_view(page: Path, shown: list[dict[str, Any]]) -> None:
    assert 9 <= len(shown[0]["cards"]) <= 60
    assert page.stat().st_size < 2_000_000


def test_a_prompt_is_text_and_no_script(shown: list[dict[str, Any]]) -> None:
    assert {found["title"] for found in shown} == {"10000 synthetic pairs"}


def test_the_page_needs_no_network(page: Path) -> None:
    assert not re.search(r"https?://", page.read_text("utf-8"))
