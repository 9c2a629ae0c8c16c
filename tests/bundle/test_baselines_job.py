"""The baselines by the same ``training`` and ``generating`` as CoSimGen."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from tiny import CONFIGS, TINY, TRAIN, generate, root_cause, train_tiny, workflow

from cosimgen_monai.networks import read_model

KINDS = ("cvae", "pix2pix", "tgan")
NOT_THEIRS = {"loss#triplet_weight", "loss#adversarial_weight", "loss#adversarial_start", "validate#inferer#steps"}
JUDGES: dict[str, dict[str, Any]] = {
    "cvae": {},
    "pix2pix": {"discriminator#base_channels": 4, "discriminator#num_layers": 2},
    "tgan": {"discriminator#base_channels": 8, "discriminator#channel_mults": [1, 2]},
}


def overlay(kind: str) -> list[str]:
    return [TRAIN, str(CONFIGS / "baselines" / f"{kind}.json")]


def tiny_settings(kind: str) -> dict[str, Any]:
    shared = {key: value for key, value in TINY.items() if key not in NOT_THEIRS and "discriminator" not in key}
    return {**shared, **JUDGES[kind], "max_epochs": 1, "run_id": "training"}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folder of a finished training of each baseline."""
    folders = {}
    for kind in KINDS:
        run = workflow(overlay(kind), "train", tmp_path_factory.mktemp(kind), **tiny_settings(kind))
        run.run()
        run.finalize()
        folders[kind] = Path(run.parser.get_parsed_content("output_dir"))
    return folders


@pytest.mark.parametrize("kind", KINDS)
def test_a_baseline_trains_and_generates(tmp_path: Path, runs: dict[str, Path], kind: str) -> None:
    model = read_card(runs[kind])
    assert model["architecture"] == kind
    assert model["validation"]["presence_f1"] >= 0
    assert (runs[kind] / "sheets" / "epoch-0001.png").is_file()
    assert (runs[kind] / "checkpoint.pt").is_file()

    out = generate(tmp_path, runs[kind] / "model.pt", prompts=["A photo of liver, spleen"])
    with (out / "manifest.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["classes_asked"] for row in rows] == ["spleen; liver"] * 3
    assert {(row["sampler"], row["steps"], row["model_sha256"]) for row in rows} == {("one pass", "1", model["sha256"])}
    assert len(list((out / "nifti" / "Dataset900_phantomSynthetic" / "labelsTr").glob("*.nii.gz"))) == 3


def read_card(run: Path) -> dict[str, Any]:
    return json.loads((run / "model.json").read_text("utf-8"))


def test_samples_do_not_hang_on_what_was_drawn_before(tmp_path: Path, runs: dict[str, Path]) -> None:
    few = generate(tmp_path / "few", runs["tgan"] / "model.pt", classes=[["liver"]], num_samples=1)
    more = generate(tmp_path / "more", runs["tgan"] / "model.pt", classes=[["liver"]], num_samples=4)
    name = Path("nifti/Dataset900_phantomSynthetic/imagesTr/cosimgen_000000_0000.nii.gz")
    assert (few / name).read_bytes() == (more / name).read_bytes()


def test_that_steps_mean_nothing_is_said(tmp_path: Path, runs: dict[str, Path], caplog: Any) -> None:
    generate(tmp_path, runs["cvae"] / "model.pt", num_samples=1)
    assert "a cvae model, which draws a pair in one pass: `sampler` and `steps` change nothing" in caplog.text


def test_guidance_is_refused(tmp_path: Path, runs: dict[str, Path]) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011  (MONAI wraps what an expression raises)
        generate(tmp_path, runs["cvae"] / "model.pt", guidance_scale=2)
    assert "(cvae) was trained without a null condition" in str(root_cause(caught.value))


def test_weights_under_another_baselines_card_are_refused(tmp_path: Path, runs: dict[str, Path]) -> None:
    for name in ("model.pt", "model.json"):
        (tmp_path / name).write_bytes((runs["tgan"] / name).read_bytes())
    card = {**read_card(runs["tgan"]), "architecture": "cvae"}
    (tmp_path / "model.json").write_text(json.dumps(card))
    with pytest.raises(Exception) as caught:  # noqa: PT011
        generate(tmp_path, tmp_path / "model.pt")
    assert "not of one cvae model" in str(root_cause(caught.value))
    (tmp_path / "model.json").write_text(json.dumps({**card, "architecture": "os.system"}))
    with pytest.raises(Exception) as caught:  # noqa: PT011
        generate(tmp_path, tmp_path / "model.pt")
    assert "is a os.system model; only cosimgen, cvae, pix2pix, tgan" in str(root_cause(caught.value))


def test_where_only_cosimgen_will_do_a_baseline_is_refused(tmp_path: Path, runs: dict[str, Path]) -> None:
    with pytest.raises(ValueError, match="is a tgan model; only cosimgen can be used here"):
        read_model(runs["tgan"] / "model.pt")
    with pytest.raises(Exception) as caught:  # noqa: PT011
        train_tiny(tmp_path, init_from=str(runs["tgan"] / "model.pt"))
    assert "`init_from`" in str(root_cause(caught.value))


@pytest.mark.parametrize("key", ["null_share", "timestep_logit_normal"])
def test_a_key_of_the_diffusion_means_nothing_to_a_baseline(
    tmp_path: Path, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["monai.bundle", f"--{key}", "0.5"])  # from a data overlay it may come
    with pytest.raises(Exception) as caught:  # noqa: PT011
        workflow(overlay("cvae"), "train", tmp_path, **{**tiny_settings("cvae"), key: 0.5})
    assert f"Unknown key(s) ['{key}']" in str(root_cause(caught.value))


def test_the_baselines_go_with_every_other_overlay(tmp_path: Path) -> None:
    baseline = str(CONFIGS / "baselines" / "pix2pix.json")
    for files in (["data/phantom.json", baseline], [baseline, "data/phantom.json"], ["paper.json", baseline]):
        names = [TRAIN, *(name if Path(name).is_absolute() else str(CONFIGS / name) for name in files)]
        workflow(names, "train", tmp_path, device="cpu")
