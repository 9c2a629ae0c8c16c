"""``measuring_utility`` as a user runs it: what it writes, what it takes up again, and what it refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny import CONFIGS, root_cause, train_tiny, workflow

UTILITY = str(CONFIGS / "utility.json")
PHANTOM: dict[str, Any] = {"source#num_volumes": 6, "source#num_slices": 4, "source#matrix_size": 64}
FEW: dict[str, Any] = {
    "device": "cpu",
    "image_size": 32,
    "val_share": 0.34,
    "shares": [0.5],
    "num_seeds": 1,
    "generator_iterations": 2,
    "generated_per_real": 0.5,
    "segmenter_steps": 2,
    "segmenter_batch_size": 4,
    "num_resamples": 100,
    "training_settings#batch_size": 4,
    "training_settings#num_val_samples": 2,
    "training_settings#network": {"base_channels": 8, "channel_mults": [1, 2]},
    "training_settings#validate": {"inferer": {"steps": 2}},
    "drawing_settings#batch_size": 4,
    "drawing_settings#steps": 2,
}
Measure = Callable[..., dict[str, Any]]


@pytest.fixture
def measure(tmp_path: Path) -> Measure:
    """Run ``measuring_utility`` on the tiny phantom and return the report."""

    def run(config: Any = UTILITY, **override: Any) -> dict[str, Any]:
        options = {**FEW, **(PHANTOM if config == UTILITY else {}), **override}
        job = workflow(config, "train", tmp_path, run_id="measuring_utility", **options)
        job.run()
        return json.loads((tmp_path / "run/utility.json").read_text())

    return run


def results_of(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in (folder / "run/share_0.5/segmenters").iterdir()}


def test_a_study_reports_every_arm_and_goes_on_with_more_seeds(measure: Measure, tmp_path: Path) -> None:
    report = measure()
    (share,) = report["shares"]
    assert set(share["arms"]) == {"real", "generated", "real+generated", "real+balanced"}
    assert (share["groups"], share["pairs"], share["generated"]) == (2, 8, 4)
    assert report["held_out"] == {"pairs": 7, "groups": 2}  # a slice without any organ is no pair
    page = (tmp_path / "run/utility.html").read_text()
    assert "nan" not in page.lower()
    assert "http" not in page
    card = json.loads((tmp_path / "run/share_0.5/generator/model.json").read_text())
    assert card["training"]["train_share"] == 0.5

    first = results_of(tmp_path)
    again = measure(num_seeds=2)
    second = results_of(tmp_path)
    assert len(second) == 2 * len(first) == 8
    assert first.items() <= second.items()  # nothing was made twice
    for name, arm in again["shares"][0]["arms"].items():
        assert arm["mean_of_each_seed"][0] == share["arms"][name]["mean_of_each_seed"][0]


def test_another_study_in_the_same_folder_is_refused(measure: Measure) -> None:
    measure(arms={"real": {"real": 1.0}, "both": {"real": 0.5}})
    with pytest.raises(RuntimeError) as error:
        measure(segmenter_steps=3)
    assert "holds another run; they differ in" in str(root_cause(error.value))
    with pytest.raises(RuntimeError) as error:
        measure(arms={"real": {"real": 1.0}, "both": {"real": 0.25}})
    assert "is of another arm of that name" in str(root_cause(error.value))


def test_results_on_masks_that_were_corrected_since_are_refused(measure: Measure, tmp_path: Path) -> None:
    arms = {"real": {"real": 1.0}, "both": {"real": 0.5}}
    measure(arms=arms)
    results = tmp_path / "run/share_0.5/segmenters/real-0.npz"
    known = dict(np.load(results))
    pairs = json.loads(str(known["pairs"]))
    assert set(pairs) == {"training", "held_out", "generated"}
    known["pairs"] = json.dumps({**pairs, "held_out": "as it was"})
    np.savez_compressed(results, **known)
    with pytest.raises(RuntimeError) as error:
        measure(arms=arms)
    assert "is of other pairs than those of now (held_out)" in str(root_cause(error.value))


def test_a_generator_that_knows_other_patients_is_refused(measure: Measure, tmp_path: Path) -> None:
    options = {**PHANTOM, "image_size": 32, "val_share": 0.34, "max_epochs": 1}
    options |= {"dataset_dir": str(tmp_path / "phantom"), "cache_dir": str(tmp_path / "cache")}
    model = train_tiny(tmp_path / "whole", **options, train_share=1.0) / "model.pt"
    with pytest.raises(RuntimeError) as error:
        measure(ckpt_path=str(model))
    assert "trained on other pairs than this share's: it says train_share 1.0" in str(root_cause(error.value))

    report = measure(ckpt_path=str(model), shares=[1.0], arms={"real": {"real": 1.0}, "both": {"real": 0.5}})
    assert report["shares"][0]["groups"] == 4


def test_the_shipped_weights_are_refused(measure: Measure) -> None:
    with pytest.raises(RuntimeError) as error:
        measure(ckpt_path=str(CONFIGS.parent / "models/model.pt"), image_size=64)
    assert "was trained on other pairs than this share's" in str(root_cause(error.value))


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ({"shares": [0.05]}, r"`shares` 0.05 of the 4 training phantom patient\(s\) of phantom is none"),
        ({"shares": [0.5, 0.45]}, "`shares` 0.45 and 0.5 are the same 2 phantom patient"),
        ({"shares": []}, "`shares` is empty"),
        ({"shares": [1.5]}, "`shares` must be above 0 and at most 1"),
        ({"split": "all"}, "`split` all holds nothing out"),
        ({"arms": {"both": {"real": 0.5}}}, "must hold one arm on real pairs alone"),
        ({"arms": {"real": {"real": 1.0}, "x": {"real": 2}}}, "`real` must be a share from 0 to 1, got 2"),
        ({"generated_per_real": 0}, "`generated_per_real` must be a number above 0"),
        ({"generated_per_real": "two"}, "`generated_per_real` must be a number above 0"),
        ({"guidance_scale": -1}, "`guidance_scale`"),
        ({"drawing_settings#stepz": 5}, "`drawing_settings` holds 'stepz': nearest: 'steps'"),
        ({"drawing_settings#steps": 0}, "`steps` must be 1 to 1000"),
        ({"drawing_settings#mask_smoothing": -1}, "`mask_smoothing`"),
        ({"drawing_settings#precision": "fp8"}, "`precision`"),
        ({"drawing_settings#min_certainty": "high"}, "`min_certainty`"),
        ({"drawing_settings#keep_classes": "asked"}, "'keep_classes', which the study decides itself: leave it out"),
        ({"drawing_settings#max_redraws": "many"}, "`max_redraws`"),
        ({"drawing_settings#num_samples": 5000}, "'num_samples', which the study decides itself"),
        ({"drawing_settings#prompts": ["A liver"]}, "'prompts', which the study decides itself: leave it out"),
        (
            {"training_settings#max_epochs": 5},
            "'max_epochs', which the study decides itself: set `generator_iterations`",
        ),
        ({"training_settings#train_share": 1.0}, "'train_share', which the study decides itself: leave it out"),
        ({"training_settings#validate": {"pairs": "$None"}}, "'validate#pairs', which the study decides itself"),
        (
            {"training_settings#init_from": str(CONFIGS.parent / "models/model.pt")},
            "`training_settings#init_from` .*model.pt learned from pairs of phantom, .* Leave it out.",
        ),
        ({"image_size": 36}, "`segmenter_network` does not take 1 x 36 x 36 images"),
        ({"segmenter_network#out_channels": 3}, "logits of shape"),
        ({"segmenter_steps": 0}, "`segmenter_steps` must be a positive integer"),
        ({"ckpt_path": "nowhere/model.pt"}, "nowhere/model.pt is missing"),
        ({"segmenter_step": 3}, "Unknown key"),
        (
            {"batch_size": 3, "ema_decay": 0.9},
            "segmenter_batch_size.*--training_settings#batch_size, --training_settings#ema_decay",
        ),
    ],
)
def test_bad_input_is_refused_at_the_door(measure: Measure, override: dict[str, Any], message: str) -> None:
    with pytest.raises((RuntimeError, ValueError, FileNotFoundError)) as error:
        measure(**override)
    assert re.search(message, str(root_cause(error.value)))


def test_a_dataset_overlay_works_unchanged(samples: Path, measure: Measure) -> None:
    files = [UTILITY, str(CONFIGS / "data/mbrsc.json")]
    options = {"dataset_dir": str(samples / "mbrsc"), "source#crop_stride": 2048}
    report = measure(files, **options, arms={"real": {"real": 1.0}, "both": {"real": 0.5}})
    assert report["dataset"] == "MBRSC"
    assert report["shares"][0]["groups"] == 2
    assert np.isfinite(report["shares"][0]["arms"]["both"]["dice"]["mean"]["value"])
