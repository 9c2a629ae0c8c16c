"""``evaluating`` as a user runs it: the report, its figures, and what it refuses."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from headless import CHROMIUM, read_out
from PIL import Image
from tiny import CONFIGS, TINY, generate, root_cause, workflow
from torch import nn

from cosimgen_monai.networks.features import WeightFile

EVALUATE = str(CONFIGS / "evaluate.json")
FEW = {"image_size": 32, "num_pairs": 20, "max_crops": 8, "val_share": 0.4, "device": "cpu"}
Evaluate = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Path:
    """Ten pairs of the tiny model."""
    return generate(tmp_path_factory.mktemp("generated"), tiny_model, num_samples=10, batch_size=5, upscale=1)


@pytest.fixture
def evaluate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Evaluate:
    """Run ``evaluating`` on the tiny phantom, on a machine without weights, and return the report."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    phantom = {key: value for key, value in TINY.items() if key.startswith("source#")} | {"source#num_volumes": 5}

    def run(generated_dir: Path, config: Any = EVALUATE, **override: Any) -> dict[str, Any]:
        places = {"dataset_dir": str(tmp_path / "phantom"), "cache_dir": str(tmp_path / "cache")}
        options = {**places, **FEW, **phantom, **override}
        job = workflow(config, "infer", tmp_path, run_id="evaluating", generated_dir=str(generated_dir), **options)
        job.run()
        return json.loads((tmp_path / "run/report.json").read_text())

    return run


def figures_of(report: dict[str, Any]) -> dict[str, Any]:
    return {figure["name"]: figure for figure in report["figures"]}


def test_the_report_has_every_figure_beside_its_floor(evaluate: Evaluate, generated: Path, tmp_path: Path) -> None:
    report = evaluate(generated)
    figures = figures_of(report)
    offline = ("frechet", "kernel", "perceptual", "density", "coverage")
    for name in (*(f"{kind}_efficientnet_lite0" for kind in offline), "ms_ssim_diversity"):
        assert figures[name]["value"] is not None
        assert figures[name]["floor"] is not None
        assert figures[name]["n_generated"] == 10
    for name in (
        "frechet_inception",
        "kernel_inception",
        "sfid_inception",
        "vgg16_distance",
        "lpips_alex",
        "lpips_vgg",
    ):
        assert figures[name]["note"] == "weights absent"
    assert "download.pytorch.org" in report["weights_absent"]["vgg16"]
    assert report["presence"]["samples"] == 10
    assert report["memorisation"]["nearest"]
    page = (tmp_path / "run/index.html").read_text()
    assert page.count("<figure>") == 10
    assert len(page) < 10e6
    assert report["prompts"] == "manifest.csv"
    assert (report["image_size"], report["split"], report["real_part"], report["seed"]) == (32, "group", "val", 0)


def test_with_the_standard_weights_their_figures_stand_beside_the_others(
    evaluate: Evaluate,
    generated: Path,
    monkeypatch: pytest.MonkeyPatch,
    random_vgg16: nn.Module,
    random_inception: nn.Module,
) -> None:
    linear = {f"lin{k}.model.1.weight": torch.rand(1, c, 1, 1) for k, c in enumerate((64, 128, 256, 512, 512))}
    states = {"Inception": random_inception.state_dict(), "VGG16": random_vgg16.state_dict(), "LPIPS (vgg)": linear}
    from_file = WeightFile.load
    monkeypatch.setattr(WeightFile, "load", lambda self, *place: states.get(self.network) or from_file(self, *place))
    report = evaluate(generated, feature_networks=["inception", "vgg16", "lpips_vgg"], num_pairs=4)
    figures = figures_of(report)
    for name in ("frechet_inception", "kernel_inception", "vgg16_distance", "lpips_vgg"):
        assert figures[name]["value"] > 0
        assert figures[name]["floor"] is not None
    assert any(row["distance"] for row in report["sfid"]["inception"]["classes"].values())
    assert [name for name in figures_of(report) if name.endswith("_vgg16")] == []  # VGG has the paper's distance alone
    assert not report["weights_absent"]


def test_the_same_evaluation_gives_the_same_figures(evaluate: Evaluate, generated: Path) -> None:
    first, second = evaluate(generated), evaluate(generated)
    assert {**first, "seconds": 0} == {**second, "seconds": 0}


def test_copies_of_training_images_are_found(evaluate: Evaluate, generated: Path, tmp_path: Path) -> None:
    evaluate(generated)  # writes the cache
    planted = tmp_path / "planted"
    shutil.copytree(generated, planted)
    training = max((np.load(file, mmap_mode="r") for file in (tmp_path / "cache").glob("*/images.npy")), key=len)
    names = sorted(path.name for path in (planted / "png/images").iterdir())[:3]
    for k, name in enumerate(names):
        grey = np.rint((training[k, 0].astype(float) + 175) / 425 * 255).clip(0, 255).astype(np.uint8)
        Image.fromarray(grey).save(planted / "png/images" / name)
    found = evaluate(planted)["memorisation"]
    assert found["flagged_suspects"]
    assert {f"{row['generated']}.png" for row in found["nearest"][:3]} == set(names)


def test_real_images_are_shown_only_where_it_is_asked_for(evaluate: Evaluate, generated: Path, tmp_path: Path) -> None:
    evaluate(generated)
    assert 'nearest training image"' not in (tmp_path / "run/index.html").read_text()
    assert not (tmp_path / "run/reader_sheet.html").exists()
    # one patient, of slices enough
    held_out = {"val_share": 0.2, "source#num_slices": 14, "dataset_dir": str(tmp_path / "longer")}
    report = evaluate(generated, include_real="true", reader_cases=8, **held_out)
    page = (tmp_path / "run/index.html").read_text()
    assert page.count('nearest training image"') == len(report["memorisation"]["nearest"]) > 0
    assert (tmp_path / "run/reader_key.csv").read_text().count("generated,cosimgen_") == 4


MEASURE = """<body><script>
const out=document.createElement("pre"),frame=document.createElement("iframe");
frame.style="width:390px;height:800px;border:0";frame.src="index.html";document.body.append(frame);
frame.onload=()=>{const page=frame.contentDocument,root=page.documentElement,more=page.querySelector("details");
  more.querySelector("summary").click();
  const pictures=[...page.images];
  out.textContent=JSON.stringify({width:root.scrollWidth,verdict:page.querySelectorAll(".verdict li").length,
    pictures:pictures.length,drawn:pictures.filter(p=>p.complete&&p.naturalWidth).length,
    opened:more.open&&more.querySelector("p").offsetHeight>0,maps:page.querySelectorAll("svg.heat").length});
  document.body.replaceChildren(out)}
</script></body>"""


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_the_page_is_read_on_a_telephone(evaluate: Evaluate, generated: Path, tmp_path: Path) -> None:
    evaluate(generated)
    page = tmp_path / "run" / "index.html"
    assert page.stat().st_size < 10e6
    assert not re.search(r"(src|href)=.?https?://", page.read_text("utf-8"))
    page.with_name("measure.html").write_text(MEASURE, "utf-8")
    shown = json.loads(read_out(page.with_name("measure.html")))
    assert shown["width"] <= 390  # wide tables scroll within themselves
    assert shown["verdict"] >= 3
    assert shown["pictures"] == shown["drawn"] > 0
    assert shown["maps"] == 2  # co-occurrence, real and generated
    assert shown["opened"]


def test_images_and_masks_alone_are_evaluated_and_it_is_said(
    evaluate: Evaluate, generated: Path, tmp_path: Path
) -> None:
    shutil.copytree(generated / "png", tmp_path / "alone")
    report = evaluate(tmp_path / "alone")
    assert report["presence"] is None
    assert "images and masks alone" in report["prompts"]
    assert figures_of(report)["frechet_efficientnet_lite0"]["value"] > 0


def test_data_overlays_fit_though_they_set_keys_of_training(
    evaluate: Evaluate, generated: Path, tmp_path: Path
) -> None:
    report = evaluate(generated, config=[EVALUATE, str(CONFIGS / "data/phantom.json")], real_part="all")
    parts = [len(np.load(file, mmap_mode="r")) for file in tmp_path.glob("cache/*/images.npy")]
    assert report["n"]["real"] == sum(parts) > 20
    assert report["memorisation"] is None  # no real pair is held out


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ({"real_part": "test"}, "`real_part` must be one of val, train, all"),
        ({"feature_networks": ["resnet"]}, "`feature_networks` holds 'resnet'"),
        ({"feature_networks": "efficientnet_lite0, resnet"}, "`feature_networks` holds 'resnet'"),
        ({"feature_networks": 3}, "`feature_networks` must be a list of names"),
        ({"feature_networks": ["vgg16"]}, "must hold efficientnet_lite0 or inception"),
        ({"feature_networks": ["efficientnet_lite0", "efficientnet_lite0"]}, "names 'efficientnet_lite0' twice"),
        ({"include_real": True, "reader_cases": 1}, "`reader_cases` must be 2 or more"),
        ({"weights_dir": "nowhere"}, "`weights_dir` nowhere is no folder"),
        ({"num_pairs": 0}, "`num_pairs` must be a positive integer"),
        ({"max_crops": 3}, "`max_crops` must be 4 or more"),
        ({"image_size": 6}, "images above 7 pixels, got 6"),
        ({"val_share": 0.2}, "The val part of phantom holds 6 pair(s), too few to compare: 12 are needed"),
        ({"max_crop": 3}, "Unknown key"),
        ({"include_real": "perhaps"}, "`include_real` must be true or false"),
        (
            {"ckpt_path": str(CONFIGS.parent / "models/model.pt")},
            "Give the model that drew the set",
        ),
    ],
)
def test_wrong_keys_end_in_one_clear_error(
    evaluate: Evaluate, generated: Path, override: dict[str, Any], message: str
) -> None:
    with pytest.raises((ValueError, FileNotFoundError, RuntimeError)) as caught:
        evaluate(generated, **override)
    assert message in str(root_cause(caught.value))


@pytest.mark.parametrize(
    "override", [{"max_crops": 3}, {"include_real": True, "reader_cases": 1}, {"output_dir": "A FILE"}]
)
def test_what_no_report_can_be_written_with_is_refused_before_anything_is_read(
    evaluate: Evaluate, generated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, override: dict[str, Any]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("A FILE").touch()
    with pytest.raises((ValueError, RuntimeError)) as caught:
        evaluate(generated, **override)
    assert re.search("`max_crops`|`reader_cases`|`output_dir` .* cannot be written into", str(root_cause(caught.value)))
    assert not (tmp_path / "cache").exists()


def test_pairs_that_the_training_may_have_seen_are_not_taken_for_held_out(
    evaluate: Evaluate, generated: Path, tiny_model: Path, tmp_path: Path
) -> None:
    with pytest.raises((ValueError, RuntimeError)) as caught:
        evaluate(generated, ckpt_path=str(tiny_model))
    assert "val_share 0.2, here 0.4" in str(root_cause(caught.value))
    longer = {"source#num_slices": 14, "dataset_dir": str(tmp_path / "longer"), "val_share": 0.2}
    with pytest.raises((ValueError, RuntimeError)) as caught:
        evaluate(generated, ckpt_path=str(tiny_model), **longer)
    assert "was trained on 11 pairs of phantom, but the training part here holds" in str(root_cause(caught.value))


def test_too_few_generated_pairs_are_refused(evaluate: Evaluate, tmp_path: Path, tiny_model: Path) -> None:
    few = generate(tmp_path / "few", tiny_model, num_samples=3, upscale=1)
    with pytest.raises((ValueError, RuntimeError)) as caught:
        evaluate(few)
    assert "holds 3 pair(s), too few to compare" in str(root_cause(caught.value))
