"""The page of an evaluation: its verdict follows its figures, and it is one file that shows no real image."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from headless import CHROMIUM, read_out
from PIL import Image

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.export import GeneratedFolder
from cosimgen_monai.metrics import density_coverage
from cosimgen_monai.reports.evaluation.evaluated_pairs import _halves
from cosimgen_monai.reports.evaluation.facts import window_in_words
from cosimgen_monai.reports.evaluation.figures import equally_many
from cosimgen_monai.reports.evaluation.page import evaluation_page
from cosimgen_monai.reports.evaluation.paper_figures import paper_rows
from cosimgen_monai.reports.evaluation.ranked_pairs import GalleryPair, NearestPair, choose_gallery
from cosimgen_monai.reports.evaluation.summary import evaluation_summary
from cosimgen_monai.reports.evaluation.verdict import BAD, GOOD, OPEN, verdict_of

CLASS = {"real_images": 9, "generated_images": 8}
SFID = {"distance": 10.0, "real_crops": 9, "generated_crops": 8}
AXES = ("area", "x", "y")
QUANTILES = {f"{kind}_quantiles_{which}": [0.1, 0.2, 0.3, 0.4, 0.5] for kind in AXES for which in ("real", "generated")}
LAYOUT = {**QUANTILES, **{f"{kind}_distance": 0.1 for kind in AXES}}


def a_report() -> dict[str, Any]:
    sfid = {"mean": 10.0, "classes": {"liver": SFID}, "never_drawn": [], "too_few_real": []}
    kernel = {"name": "kernel_efficientnet_lite0", "value": 0.08, "std": 0.02, "floor": 0.09, "floor_std": 0.02}
    kernel |= {"n_real": 601, "n_generated": 600, "n_floor": [300, 300]}
    return {
        "dataset": "MBRSC",
        "generated_dir": "out/<b>",
        "real_part": "val",
        "group_name": "tile",
        "image_size": 64,
        "split": "group",
        "seed": 0,
        "value_range": "8 bit",
        "resize": "by area",
        "floor": "two halves",
        "halves_by": "tile",
        "prompts": "manifest.csv",
        "n": {"real": 600, "real_groups": 12, "generated": 600, "training": 900},
        "networks": {"efficientnet_lite0": {"size": 128, "resize": "bicubic", "weights": "lite0.pth"}},
        "colours": {"liver": "#5b008c"},
        "weights_absent": {},
        "figures": [
            kernel,
            {"name": "frechet_inception", "value": None, "floor": None, "note": "weights absent"},
            {"name": "coverage_efficientnet_lite0", "value": 0.9, "floor": 0.9, "n_each": 599, "n_real": 601},
            {"name": "ms_ssim_diversity", "value": 0.2, "floor": 0.19, "n_pairs": 1000, "n_real": 601},
        ],
        "sfid": {"efficientnet_lite0": {**sfid, "floor": sfid}},
        "agreement": {
            "never_drawn": [],
            "too_few_real": [],
            "mean": 0.3,
            "mean_shuffled": 3.0,
            "floor": 0.2,
            "floor_lacks": [],
            "classes": {"liver": {"difference": 0.3, "difference_shuffled": 3.0, "spread_ratio": 0.6, **CLASS}},
        },
        "layout": {"liver": LAYOUT},
        "layout_floor": {"liver": {**LAYOUT, "x_distance": 0.0375}},
        "co_occurrence": {
            "names": ["liver"],
            "real": [[1.0]],
            "generated": [[None]],
            "mean_absolute_difference": None,
            "floor": None,
            "floor_lacks": [],
            "never_drawn": [],
        },
        "presence": None,
        "memorisation": {
            "share_suspect": 0.01,
            "share_interval": [0.003, 0.02],
            "share_by_chance": 0.02,
            "copies": 0.0,
            "copies_of_held_out": 0.0,
            "flagged_suspects": False,
            "flagged_copies_of_held_out": False,
            "threshold": 1.0,
            "median_generated": 3.0,
            "median_held_out": 2.0,
            "nearest": [{"generated": "x", "training": 3, "distance": 0.5}],
        },
    }


SUSPECT = {"share_suspect": 0.06, "flagged_suspects": True}
COPIED = {"copies_of_held_out": 1.0, "flagged_copies_of_held_out": True}


def marks(report: dict[str, Any], word: str) -> list[str]:
    return [mark for mark, words in verdict_of(report) if word in words]


def test_a_sound_set_is_called_sound() -> None:
    assert [mark for mark, _ in verdict_of(a_report())] == [GOOD, OPEN, GOOD, GOOD, GOOD]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda r: r["memorisation"].update(SUSPECT), "memorised: 6.0% of its images are nearer"),
        (lambda r: r["memorisation"].update(SUSPECT), "before sharing anything"),
        (lambda r: r["memorisation"].update(SUSPECT, share_by_chance=0.12), "chance alone may give 12%"),
        (lambda r: r["memorisation"].update(COPIED), "100.0% of its images are copies of the very"),
        (lambda r: r["figures"][0].update(value=0.3), "told from real"),
        (lambda r: r["figures"][-1].update(value=0.6), "too much alike"),
        (lambda r: r["agreement"].update(mean=2.5), "heed"),
        (lambda r: r["sfid"]["efficientnet_lite0"].update(never_drawn=["liver"]), "Never drawn"),
    ],
)
def test_each_fault_is_named(change: Any, word: str) -> None:
    report = copy.deepcopy(a_report())
    change(report)
    assert marks(report, word) == [BAD]


def test_copies_of_the_real_images_are_not_laid_to_the_training() -> None:
    report = a_report()
    report["memorisation"].update(copies_of_held_out=0.5, flagged_copies_of_held_out=True)
    assert marks(report, "memorised") == []
    assert "<td>copies of the real images compared with</td><td>50.0%</td>" in evaluation_page(report, [])
    assert "(at most 5 %)\n    FLAGGED: 50.0% are copies" in evaluation_summary(report)


def test_n_stands_beside_each_figure() -> None:
    rows = re.findall(r"<tr><td>(.*?)</tr>", evaluation_page(a_report(), []), re.DOTALL)
    kernel, absent, coverage, diversity, sfid = (row.split("</td><td>")[4] for row in rows[:5])
    assert (kernel, coverage, diversity) == ("600 / 601", "599 / 599", "1,000 pairs")
    assert (absent, sfid) == ("", "1 class(es)")


def asked(**rates: float) -> dict[str, Any]:
    """What a set was asked for and holds."""
    found = {"hit_rate": 0.95, "unrequested_rate": 0.05, "unrequested_rate_real": 0.0}
    return {**found, "presence_f1": 0.95, "presence_f1_chance": 0.6, **rates}


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ({}, [GOOD, GOOD, GOOD]),
        # dense classes, drawn whatever is asked: hits are many, and so are they in real images
        ({"unrequested_rate": 0.9, "unrequested_rate_real": 0.93, "presence_f1_chance": 0.95}, [OPEN, OPEN, BAD]),
        ({"presence_f1_chance": 0.92}, [GOOD, GOOD, OPEN]),
        ({"hit_rate": 0.5, "presence_f1": 0.62}, [BAD, OPEN, BAD]),
    ],
)
def test_what_is_drawn_unheard_is_no_good_news(rates: dict[str, float], expected: list[str]) -> None:
    found = verdict_of({**a_report(), "presence": asked(**rates)})
    assert [mark for mark, _ in found[1:4]] == expected


def test_a_set_of_one_request_is_judged_by_its_rates_alone() -> None:
    presence = {**asked(), "presence_f1_chance": None}  # no mask of another request to hold beside
    found = verdict_of({**a_report(), "presence": presence})
    assert [mark for mark, _ in found[1:3]] == [GOOD, GOOD]
    assert not [words for _, words in found if "presence F1" in words]


def test_what_was_not_asked_for_has_a_reason_and_no_interval() -> None:
    counts = dict.fromkeys(("samples", "asked_pairs", "unasked_pairs", "unrequested_rate_real_pairs"), 8)
    counts |= {"single_class_queries": 0, "masks_with_classes": 8}
    rates = {"ppv": None, "ppv_interval": (0.0, 1.0), "precision": 0.5, "hit_rate_interval": (0.7, 1.0)}
    page = evaluation_page({**a_report(), "presence": {**asked(), **counts, **rates}}, [])
    assert "<td>PPV</td><td>–</td><td>no single class was asked for</td><td>0</td>" in page
    assert "<td>0.95</td><td>0.7 to 1</td><td>8</td>" in page


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda r: r["memorisation"].update(share_by_chance=0.24), "Too few images to tell whether it memorised"),
        (lambda r: r["figures"][0].update(n_floor=[60, 40]), "Too few images, 40 in the smallest set"),
        (lambda r: r["n"].update(real_groups=2), "cannot be told from real ones by so few as 2 tile(s)"),
        (lambda r: r["figures"][0].update(value=0.1), "hardly farther from the real ones than those are from each"),
        (lambda r: r["figures"][-1].update(floor=0.5), "less alike than real ones, as noise is too"),
        (lambda r: r["agreement"].update(mean=1.9, floor=1.8), "Brightness tells too little"),
    ],
)
def test_no_good_news_is_made_of_what_cannot_be_told(change: Any, word: str) -> None:
    report = a_report()
    change(report)
    assert marks(report, word) == [OPEN]


@pytest.mark.parametrize(
    ("real_part", "halves_by", "words"),
    [
        (
            "val",
            "tile",
            "The floors rest on 3 tile(s), which differ. --real_part all may have more, but the model was trained on "
            "many of them: copies of those would score best.",
        ),
        ("all", "tile", "The floors rest on 3 tile(s), which differ."),
        ("all", "image", "Both real halves hold images of one tile, so that the floors are too low."),
    ],
)
def test_few_groups_are_said_to_be_few(real_part: str, halves_by: str, words: str) -> None:
    report = {**a_report(), "real_part": real_part, "halves_by": halves_by}
    report["n"] = {**report["n"], "real_groups": 3}
    assert (OPEN, words) in verdict_of(report)


@pytest.mark.parametrize(("value", "mark"), [(0.09, GOOD), (0.0901, OPEN), (0.146, OPEN), (0.147, BAD)])
def test_only_at_or_below_the_floor_images_are_no_farther_from_real_ones(value: float, mark: str) -> None:
    report = a_report()
    report["figures"][0]["value"] = value  # tolerated: twice the spread over subsets, 0.0566
    assert marks(report, "kernel distance") == [mark]


def test_halves_that_share_a_large_group_are_said_to_whatever_the_number_of_groups() -> None:
    words = "Both real halves hold images of one tile, so that the floors are too low."
    report = {**a_report(), "real_part": "all"}
    assert report["n"]["real_groups"] == 12
    assert (OPEN, words) not in verdict_of(report)
    assert (OPEN, words) in verdict_of({**report, "halves_by": "image"})


def test_the_crops_that_a_classs_sfid_rests_on_stand_beside_it() -> None:
    report = a_report()
    report["sfid"]["efficientnet_lite0"]["classes"] = {"liver": {**SFID, "real_crops": 256, "generated_crops": 17}}
    report["agreement"]["classes"]["liver"].update(real_images=575, generated_images=18)
    page = evaluation_page(report, [])
    assert "its crops gen. / real</th>" in page
    assert '<tr><td>liver</td><td>10 / 10<div class="soft">17 / 256</div></td>' in page


def test_what_a_mean_leaves_out_is_named_on_the_page_and_in_the_terminal() -> None:
    report = copy.deepcopy(a_report())
    report["agreement"].update(never_drawn=["aorta"], too_few_real=["spleen"])
    report["co_occurrence"]["never_drawn"] = ["aorta"]
    report["sfid"]["efficientnet_lite0"]["too_few_real"] = ["liver"]
    for text in (evaluation_page(report, []), evaluation_summary(report)):
        assert text.count("without aorta (never drawn)") == 2
        assert "without spleen (too few real images)" in text
        assert text.count("without liver (too few real images)") == 1
    assert "too few real images</span>" in evaluation_page(report, [])


def test_what_leaves_no_floor_is_named_on_the_page_and_in_the_terminal() -> None:
    report = a_report()
    report["agreement"].update(floor=None, floor_lacks=["gallbladder"])
    report["co_occurrence"].update(floor_lacks=["gallbladder"])
    report["sfid"]["efficientnet_lite0"]["floor"].update(mean=None, never_drawn=["gallbladder"])
    for text in (evaluation_page(report, []), evaluation_summary(report)):
        assert text.count("no floor: one half of the real images has none, or too few, with gallbladder") == 3


def test_classes_whose_images_do_not_heed_their_masks_are_named_beside_a_good_mean() -> None:
    report = a_report()
    row = report["agreement"]["classes"]["liver"]
    known = {"difference": 1.72, "difference_shuffled": 0.3}
    report["agreement"]["classes"] |= {"gallbladder": {**row, **known}, "aorta": {**row, "difference": None}}
    assert [mark for mark, words in verdict_of(report) if "gallbladder (1.72; 0.30 shuffled):" in words] == [OPEN]
    assert marks(report, "aorta") == []
    assert marks(report, "liver (") == []


def test_distributions_are_drawn_class_by_class() -> None:
    report = a_report()
    report["layout"]["liver"]["area_quantiles_generated"] = None  # never drawn
    page = evaluation_page(report, [])
    assert page.count('<svg class="quantiles"') == 3
    assert page.count("<title>generated: 0.1, 0.2, 0.3, 0.4, 0.5; real: 0.1") == 2
    assert "<title>real: 0.1, 0.2, 0.3, 0.4, 0.5</title>" in page
    assert '<td>– / 0.3</td><td>0 to 0.5 <svg class="quantiles"' in page


def test_what_cannot_be_told_is_said() -> None:
    report = {**a_report(), "memorisation": None, "weights_absent": {"vgg16": "put it there"}}
    assert marks(report, "cannot be told") == [OPEN, OPEN]
    assert marks(report, "not measured") == [OPEN]
    for text in (evaluation_page(report, []), evaluation_summary(report)):
        assert "not measured: the folder has no manifest; prompts read from the masks themselves" in text.lower()


def test_a_set_without_a_manifest_has_prompts_read_from_its_masks(tmp_path: Path) -> None:
    label = np.zeros((2, 16, 16), np.uint8)
    label[0, :8], label[0, 8:] = 1, 2
    for kind, pictures in (("images", np.repeat(label[..., None], 3, 3)), ("labels", label)):
        (tmp_path / kind).mkdir()
        for name, picture in zip("ab", pictures, strict=True):
            Image.fromarray(picture).save(tmp_path / kind / f"{name}.png")
    generated = GeneratedFolder(tmp_path, ClassTable(("background", "liver", "spleen"), background=0), 16)
    gallery = choose_gallery(generated, [0, 1], np.eye(2), np.eye(2))
    assert {pair.title for pair in gallery} == {
        "a: liver, spleen (read from the mask)",
        "b: no class (read from the mask)",
    }


def test_the_papers_figures_stand_beside_its_own_datasets_alone() -> None:
    assert paper_rows("MBRSC")["CoSimGen"]["ppv"] == 0.87
    assert paper_rows("MBRSC")["TGAN"]["sfid_inception"] == 431.12
    assert set(paper_rows("PASCAL VOC 2012")) == {"TGAN", "Pix2PixGAN", "CVAE", "CoSimGen"}
    assert paper_rows("Vocal folds") == {}


def test_the_page_is_one_file_with_the_papers_figures_beside() -> None:
    picture = np.zeros((8, 8, 3), np.uint8)
    page = evaluation_page(a_report(), [GalleryPair("a: <script>", 1.5, picture, picture)])
    assert all(source.startswith("data:") for source in re.findall(r'src="([^"]*)"', page))
    assert "<script" not in page
    assert "<link" not in page
    assert "out/&lt;b&gt;" in page
    assert "paper: CoSimGen" in page
    assert "204" in page  # the paper's FID on MBRSC, 203.67
    assert "<td>0.1 / 0.0375</td>" in page  # how far a class is off beside how far two halves are
    assert '<li><span class="swatch" style="background:#5b008c"></span>liver</li>' in page
    assert page.index("Distances") < page.index("1 generated pairs")


ORGANS = ("gallbladder", "inferior vena cava", "portal and splenic vein", "right adrenal gland")
MEASURE = """<body><script>
const out=document.createElement("pre"),frame=document.createElement("iframe");
frame.style="width:WIDTHpx;height:800px;border:0";frame.src="index.html";document.body.append(frame);
frame.onload=()=>{const page=frame.contentDocument;page.querySelectorAll("details").forEach(part=>{part.open=true});
  const wide=[...page.querySelectorAll(".wide")],style=frame.contentWindow.getComputedStyle(wide[0]);
  out.textContent=JSON.stringify({tables:wide.length,page:page.documentElement.scrollWidth,
    cut:wide.filter(part=>part.scrollWidth>part.clientWidth).length,hint:style.backgroundImage.includes("gradient")});
  document.body.replaceChildren(out)}
</script></body>"""


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
@pytest.mark.parametrize(("media", "width"), [("screen", 1280), ("print", 718), ("screen", 390)])
def test_no_column_is_cut_but_on_a_telephone_where_it_is_hinted_at(media: str, width: int, tmp_path: Path) -> None:
    report = a_report()
    small = {f"{kind}_distance": 0.000531 for kind in AXES}
    intensity = {"difference": 0.0888, "difference_shuffled": 0.107, "spread_ratio": 0.936}
    images = {"real_images": 120, "generated_images": 111}
    for name in ORGANS:
        report["agreement"]["classes"][name] = intensity | images
        report["layout"][name] = report["layout_floor"][name] = QUANTILES | small
        crops = {"real_crops": 256, "generated_crops": 246}
        report["sfid"]["efficientnet_lite0"]["classes"][name] = {"distance": 504.25, **crops}
    page = evaluation_page(report, []).replace(f"@media {media}", "@media all")  # a frame is never printed
    (tmp_path / "index.html").write_text(page, "utf-8")
    (tmp_path / "measure.html").write_text(MEASURE.replace("WIDTH", str(width)), "utf-8")
    shown = json.loads(read_out(tmp_path / "measure.html"))
    assert shown["page"] <= width
    assert shown["tables"] >= 8
    assert (shown["cut"] > 0) == (width == 390)
    assert shown["hint"] == (media == "screen")


def test_training_images_are_shown_where_they_are_given_and_it_is_said() -> None:
    assert "real images of" not in evaluation_page(a_report(), [])
    picture = np.zeros((8, 8, 3), np.uint8)
    page = evaluation_page(a_report(), [], [NearestPair("x", 0.5, picture, picture)])
    assert "This page shows real images of MBRSC" in page
    assert page.count('alt="nearest training image"') == 1
    assert "--include_real" not in page


def test_on_cholecseg8k_pictures_come_first_and_it_is_said_why() -> None:
    page = evaluation_page({**a_report(), "dataset": "CholecSeg8k"}, [])
    assert (
        page.index("<h2>How to read this dataset") < page.index("<h2>0 generated pairs") < page.index("<h2>Distances")
    )


@pytest.mark.parametrize(("modality", "words"), [("CT", "-175 to 250 HU"), ("RGB", "-175 to 250")])
def test_a_window_has_its_unit(modality: str, words: str) -> None:
    source: Any = SimpleNamespace(modality=modality, window=(-175.0, 250.0))
    assert window_in_words(source) == words


def test_coverage_is_measured_at_equal_numbers() -> None:
    rng = np.random.default_rng(0)
    real, few = rng.normal(size=(400, 3)), rng.normal(size=(20, 3))
    a, b = equally_many(real, few, seed=0)
    assert a.shape == (20, 3)
    assert b is few
    assert {tuple(row) for row in a} < {tuple(row) for row in real}
    assert len({tuple(row) for row in a}) == 20  # none twice
    assert density_coverage(a, b)["coverage"] > 0.75 > 0.5 > density_coverage(real, few)["coverage"]


def test_halves_keep_groups_together_where_they_can() -> None:
    groups = [f"patient{i // 10}" for i in range(60)]
    (first, second), by = _halves(groups, "patient", seed=0)
    assert by == "patient"
    assert sorted(first + second) == list(range(60))
    assert not {groups[i] for i in first} & {groups[i] for i in second}
    (first, second), by = _halves(["one"] * 10, "patient", seed=0)
    assert (by, len(first), len(second)) == ("image", 5, 5)
    uneven = ["a"] * 5 + ["b"] * 7  # five would be too few for their neighbourhoods
    (first, second), by = _halves(uneven, "patient", seed=0)
    assert (by, len(first), len(second)) == ("image", 6, 6)
