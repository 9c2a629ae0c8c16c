"""The gallery of a generated set: one page to filter and sort ten thousand pairs by class, prompt and gate."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

from ignite.engine import Engine, Events
from PIL import Image

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.export import Manifest, listed
from cosimgen_monai.reports.gallery.script import SCRIPT
from cosimgen_monai.reports.pages.style import STYLE
from cosimgen_monai.settings import atomic_write

GALLERY_STYLE = """
main{max-width:none;padding:1rem}
header{padding:.5rem 0}
@media (min-width:52rem) and (min-height:40rem){header{position:sticky;top:0;background:var(--page);z-index:2}}
form{display:flex;flex-wrap:wrap;gap:.6rem 1rem;align-items:end}
label{font-size:.8rem;color:var(--soft);display:flex;flex-direction:column;gap:.15rem}
select,input{font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:6px;
padding:.3rem .5rem;max-width:16rem}
#grid{position:relative;margin-top:.75rem}
.card{position:absolute;background:var(--card);border:1px solid var(--line);border-radius:8px;overflow:hidden;
text-align:left;padding:0;font:inherit;color:inherit;cursor:pointer}
.card:focus-visible{outline:3px solid var(--bar)}
.card img,dialog img{display:block;width:100%;image-rendering:pixelated;background:#000}
.card div,.card .soft{font-size:.8rem;line-height:1.3}
.card div{padding:.3rem .5rem}
.card div span{display:block;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.bad{color:var(--warn);font-weight:600}
dialog{border:1px solid var(--line);border-radius:12px;background:var(--card);color:var(--ink);
width:min(60rem,95vw);max-height:95vh;overflow:auto}
dialog td{text-align:left;overflow-wrap:anywhere}
.legend{display:flex;flex-wrap:wrap;gap:.2rem .9rem;font-size:.82rem;margin:.5rem 0 0}
"""


class Gallery:
    """Write ``gallery.html`` at the end; it shows the small pictures of the folder ``thumbnails`` beside it.

    The page needs nothing else and no network. Only what is in view is drawn, so that ten thousand samples scroll as
    ten do. Its filters stand in its address, so that a view can be kept.

    Args:
        output_dir: the run's folder.
        card: the model's file, as it holds for what is written.
        colours: 8-bit colours of the classes, the void's last where there is one.
        manifest: the run's manifest.
        formats: names of the formats written.
    """

    def __init__(
        self,
        output_dir: str | Path,
        card: dict[str, Any],
        colours: list[tuple[int, int, int]],
        manifest: Manifest,
        formats: list[str],
    ) -> None:
        self.output_dir = Path(output_dir)
        self.dataset = card["images"]["dataset"]
        self.classes = ClassTable(**card["classes"])
        self._numbers = {name: i for i, name in enumerate(self.classes.names)}
        self.colours = colours
        self.manifest = manifest
        self.formats = formats

    def attach(self, engine: Engine) -> None:
        """Attach to a generator, after its manifest."""
        engine.add_event_handler(Events.COMPLETED, lambda _: self.write())

    def write(self) -> None:
        """Write the page, sample by sample."""
        with atomic_write(self.output_dir / "gallery.html") as draft, draft.open("w", encoding="utf-8") as file:
            file.write(self._head())
            prompts: dict[str, int] = {}
            for row in self.manifest.rows:
                file.write(_script(self._row(row, prompts)) + ",\n")
            file.write(f"],...{_script(self._facts(prompts))}}};\n{SCRIPT}</script></body></html>\n")

    def _head(self) -> str:
        """Return the page up to the first sample."""
        count = len(self.manifest.rows)
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width,initial-scale=1">'
            f'<meta name="color-scheme" content="light dark"><title>{count} synthetic pairs</title>'
            f"<style>{STYLE}{GALLERY_STYLE}</style></head><body><main><h1>{count:,} synthetic pairs</h1>"
            f'<p class="soft">Image, mask and overlay, drawn by a model trained on {escape(self.dataset)}. '
            f'No real patient or scene.</p><header>{_FORM}<div class="legend">{self._legend()}</div></header>'
            '<p id="count" class="soft" role="status"></p><div id="grid"></div><dialog id="detail"></dialog>'
            "</main><script>const DATA={rows:["
        )

    def _row(self, row: dict[str, str], prompts: dict[str, int]) -> list[Any]:
        """Return a sample: id, prompt's number, asked and found classes, certainty, faults, redraws, seed."""
        return [
            row["id"],
            prompts.setdefault(row["prompt"], len(prompts)),
            [self._numbers[name] for name in listed(row["classes_asked"])],
            [self._numbers[name] for name in listed(row["classes_found"])],
            float(row["certainty"]) if row["certainty"] else None,
            listed(row["faults"]),
            int(row["redraws"]),
            row["seed"],
        ]

    def _facts(self, prompts: dict[str, int]) -> dict[str, Any]:
        return {
            "prompts": list(prompts),
            "classes": self.classes.names,
            "objects": self.classes.objects,
            "shape": self._shape(),
            "png": "png" in self.formats,
        }

    def _shape(self) -> float:
        """Return width over height of a strip of three pictures."""
        if not self.manifest.rows:
            return 3.0
        with Image.open(self.output_dir / "thumbnails" / f"{self.manifest.rows[0]['id']}.png") as strip:
            return strip.width / strip.height

    def _legend(self) -> str:
        names = [(self.colours[i], self.classes.names[i]) for i in range(self.classes.num_classes)]
        names += [(self.colours[-1], "void")] if self.classes.has_void else []
        return "".join(
            f'<span><i class="swatch" style="background:rgb{colour}"></i>{escape(name)}</span>'
            for colour, name in names
        )


def _script(value: Any) -> str:
    """Return a value as it stands in a script, which no "<" may end, whatever a prompt holds."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


_FORM = (
    '<form id="filters"><label>class<select name="class"><option value="">any</option></select></label>'
    '<label>which is<select name="where"><option value="found">in the mask</option>'
    '<option value="asked">asked for</option><option value="lacking">asked for, not there</option>'
    '<option value="extra">there, not asked for</option></select></label>'
    '<label>prompt has<input name="prompt" type="search" placeholder="words"></label>'
    '<label>gate<select name="gate"><option value="">any</option><option value="none">no fault</option>'
    '<option value="some">some fault</option></select></label>'
    '<label>sort by<select name="sort"><option value="id">number</option>'
    '<option value="worst">least certain first</option><option value="best">most certain first</option>'
    '<option value="faults">most faults first</option></select></label></form>'
)
