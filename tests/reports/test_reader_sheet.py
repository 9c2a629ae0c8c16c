"""The blinded reader sheet: nothing but the pictures tells which is which, and answers are scored by the key alone."""

from __future__ import annotations

import base64
import csv
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from headless import CHROMIUM, read_out
from PIL import Image
from scipy.stats import binomtest

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.reports.colours import class_colours
from cosimgen_monai.reports.evaluation.evaluated_pairs import EvaluatedPairs
from cosimgen_monai.reports.reader.scores import score_reader
from cosimgen_monai.reports.reader.sheet import write_reader_sheet

FILL_IN = """<script>
reader.value="Dr. A";
for(const part of cases){const k=part.dataset.case;
  form.elements["answer-"+k].value=k%2?"real":"generated";
  form.elements["quality-"+k].value="4";form.elements["comment-"+k].value='sharp, "too" sharp'}
keep();
const out=document.createElement("pre");
out.textContent=document.getElementById("done").textContent+"\\n"+csv();document.body.replaceChildren(out);
</script></body>"""


class Pictures:
    """A set of noise (rich) or of even grey (poor): files that compression would make very unlike in length."""

    classes = ClassTable(("background", "liver"), background=0)
    image_size = 16

    def __init__(self, number: int, rich: bool) -> None:
        generator = torch.Generator().manual_seed(number)
        noise = torch.randint(0, 256, (number, 1, 16, 16), generator=generator).float() / 127.5 - 1
        self.images = (
            noise if rich else torch.zeros(number, 1, 16, 16) + torch.linspace(0, 1, number)[:, None, None, None]
        )
        self.names = [f"cosimgen_{i:06d}" for i in range(number)]

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        label = torch.zeros(1, 16, 16, dtype=torch.uint8)
        label[:, 4:9] = 1
        return {"image": self.images[index].expand(3, -1, -1), "label": label}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sheet of 20 cases with its key."""
    real: Any = Pictures(30, rich=True)
    generated: Any = Pictures(25, rich=False)
    pairs = EvaluatedPairs(real, ([], []), "image", generated, [], None)
    write_reader_sheet(pairs, tmp_path, 20, seed=0, window="-175 to 250 HU")
    return tmp_path


def key_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "reader_key.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_files_of_both_kinds_are_alike_but_for_their_pixels(folder: Path) -> None:
    page = (folder / "reader_sheet.html").read_text("utf-8")
    files = [base64.b64decode(data) for data in re.findall(r'src="data:image/png;base64,([^"]+)"', page)]
    assert len(files) == 40  # an image and an overlay a case
    assert len({len(file) for file in files}) == 1
    shapes = set()
    for file in files:
        chunks, place = [], 8
        while place < len(file):  # PNG: length, type, data, checksum
            length = int.from_bytes(file[place : place + 4], "big")
            chunks.append(file[place + 4 : place + 8])
            place += 12 + length
        assert set(chunks) == {b"IHDR", b"IDAT", b"IEND"}
        with Image.open(io.BytesIO(file)) as picture:
            shapes.add((picture.size, picture.mode))
    assert shapes == {((16, 16), "RGB")}


def test_the_page_names_no_kind_and_no_source(folder: Path) -> None:
    page = (folder / "reader_sheet.html").read_text("utf-8")
    assert "cosimgen" not in page
    parts = re.findall(r"<section.*?</section>", page, re.DOTALL)
    number = r"((?:case|answer|quality|comment)\W+)"
    bare = [re.sub(r"base64,[^\"]+", "", part) for part in parts]
    plain = {re.sub(rf"{number}{k}\b", r"\1N", part, flags=re.IGNORECASE) for k, part in enumerate(bare, 1)}
    assert len(parts) == 20
    assert len(plain) == 1  # but for its number and its pictures, each case reads the same
    assert not re.search(r"https?://", page)


def test_what_masks_are_judged_by_stands_above_the_cases(folder: Path) -> None:
    head = (folder / "reader_sheet.html").read_text("utf-8").split("<section")[0]
    assert "All images are 16 × 16 pixels; from black to white: -175 to 250 HU." in head
    red, green, blue = class_colours(Pictures.classes)[1]
    assert f'style="background:#{red:02x}{green:02x}{blue:02x}"></span>liver</li>' in head
    assert "background</li>" not in head  # no mask paints it


def test_the_key_is_mixed_and_says_what_each_case_is(folder: Path) -> None:
    rows = key_of(folder)
    kinds = [row["kind"] for row in rows]
    assert kinds.count("real") == kinds.count("generated") == 10
    assert kinds not in (sorted(kinds), sorted(kinds, reverse=True))
    page = (folder / "reader_sheet.html").read_text("utf-8")
    files = re.findall(r'src="data:image/png;base64,([^"]+)"', page)[::2]
    for row, data in zip(rows, files, strict=True):
        with Image.open(io.BytesIO(base64.b64decode(data))) as picture:
            spread = float(np.asarray(picture).std())
        assert (spread > 10) == (row["kind"] == "real")  # noise is real here, even grey generated


def answers_of(folder: Path, wrong: int, **change: str) -> Path:
    """Write answers of which the first ones are wrong."""
    path = folder / "answers.csv"
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, ("sheet", "reader", "case", "answer", "mask_quality", "comment"))
        writer.writeheader()
        for k, row in enumerate(key_of(folder)):
            other = {"real": "generated", "generated": "real"}[row["kind"]]
            quality = "5" if row["kind"] == "real" else "3"
            filled = {"sheet": row["sheet"], "reader": "A", "case": row["case"], "mask_quality": quality, "comment": ""}
            writer.writerow({**filled, "answer": other if k < wrong else row["kind"], **change})
    return path


def test_answers_are_scored_with_wilsons_interval(folder: Path) -> None:
    scores = score_reader(answers_of(folder, wrong=4), folder / "reader_key.csv")
    assert (scores["accuracy"], scores["answered"], scores["cases"]) == (0.8, 20, 20)
    assert scores["interval"] == pytest.approx(tuple(binomtest(16, 20).proportion_ci(method="wilson")), abs=1e-4)
    assert scores["mask_quality"] == {"real": 5.0, "generated": 3.0}
    wrong = [row["kind"] for row in key_of(folder)[:4]]
    assert scores["taken_for_real"]["generated"] == wrong.count("generated") / 10
    assert scores["taken_for_real"]["real"] == 1 - wrong.count("real") / 10
    blank = score_reader(answers_of(folder, 0, answer="", mask_quality=""), folder / "reader_key.csv")
    assert (blank["accuracy"], blank["answered"]) == (None, 0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sheet": "other"}, "answers sheet other"),
        ({"answer": "maybe"}, "'maybe' is neither real nor generated"),
        ({"mask_quality": "6"}, "'6' is not 1 to 5"),
        ({"case": "99"}, "case '99' is in no row"),
    ],
)
def test_answers_that_do_not_fit_are_refused(folder: Path, change: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        score_reader(answers_of(folder, 0, **change), folder / "reader_key.csv")


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_a_browser_fills_in_the_sheet_and_its_csv_is_scored(folder: Path) -> None:
    page = (folder / "reader_sheet.html").read_text("utf-8").replace("</body>", FILL_IN)
    (folder / "filled.html").write_text(page, "utf-8")
    status, text = read_out(folder / "filled.html").split("\n", 1)
    assert status == "20 of 20 cases answered"
    (folder / "answers.csv").write_text(text, "utf-8", newline="")
    scores = score_reader(folder / "answers.csv", folder / "reader_key.csv")
    odd = [row["kind"] == "real" if int(row["case"]) % 2 else row["kind"] == "generated" for row in key_of(folder)]
    assert (scores["reader"], scores["answered"]) == ("Dr. A", 20)
    assert scores["accuracy"] == sum(odd) / 20
    with (folder / "answers.csv").open(newline="") as file:
        assert {row["comment"] for row in csv.DictReader(file)} == {'sharp, "too" sharp'}
