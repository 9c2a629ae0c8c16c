"""One error at the start that names the thing and the remedy."""

from __future__ import annotations

import json
import pickle
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from filelock import FileLock
from monai.bundle import create_workflow
from tiny import CONFIGS, TRAIN, generate, root_cause, train_tiny

BTCV = [TRAIN, str(CONFIGS / "data" / "btcv.json")]

TRAINING = {
    "a part that nothing reads": ({"validate#step": 5}, r"validate#step: nothing"),
    "another run's checkpoint": ({"ckpt_path": "/nowhere/checkpoint.pt"}, r"must lie in `output_dir`"),
    "fewer pairs than a batch": ({"batch_size": 4000}, r"--batch_size"),
    "a key that nothing reads": ({"max_epoch": 1}, r"max_epoch.*nearest: 'max_epochs'"),
    "a nested key that nothing reads": ({"train#trainer#max_epoch": 1}, "max_epoch"),
    "a size that cannot be halved": ({"image_size": 50}, r"`image_size` 50 .* try 48"),
    "a seed below 0": ({"seed": -1}, r"`seed` must be a non-negative integer, got -1"),
    "a seed that is no number": ({"seed": "one"}, r"`seed` must be a non-negative integer, got 'one'"),
    "no number": ({"max_epochs": "many"}, r"`max_epochs` must be a positive integer, got 'many'"),
    "a negative number": ({"batch_size": -1}, r"`batch_size` must be a positive integer, got -1"),
    "a word that is no boolean": ({"resume": "perhaps"}, r"`resume` must be true or false"),
    "no such device": ({"device": "cuda:7"}, r"--device cpu"),
    "no device at all": ({"device": "gpu"}, r"`device` must be auto, cpu"),
    "an unknown split": ({"split": "half"}, r"`split` must be 'group', 'official' or 'all'"),
    "too few patients to split": ({"source#num_volumes": 1}, r"--split all"),
    "a template without classes": ({"prompt_template": "A photo"}, r"`prompt_template` must hold \{classes\}"),
    "an unknown fusion": ({"network#fusion": "sum"}, r"`fusion` must be one of"),
    "an unknown prediction": ({"schedule#prediction_type": "x"}, r"`prediction_type` must be one of"),
    "half precision without a GPU": ({"precision": "float16"}, r"needs a GPU"),
    "a spread of noise without its width": (
        {"timestep_logit_normal": [0.5]},
        r"`timestep_logit_normal` must be \[mean",
    ),
    "one number for a spread of noise": ({"timestep_logit_normal": 0.5}, r"`timestep_logit_normal` must be \[mean"),
    "a share in words": ({"text_share": "half"}, r"`text_share` must be a number from 0 to 1, got 'half'"),
    "a share above one": ({"null_share": 1.5}, r"`null_share` must be a number from 0 to 1, got 1\.5"),
    "an average in words": ({"ema_decay": "high"}, r"`ema_decay` must be a number from 0 to 1, got 'high'"),
    "a weight in words": ({"loss#triplet_weight": "much"}, r"`loss#triplet_weight` must be a number, 0 or above"),
    "a weight below 0": ({"loss#adversarial_weight": -1}, r"`loss#adversarial_weight` must be a number, 0 or above"),
    "a patch of no pixel": ({"network#patch_size": 0}, r"`network#patch_size` must be a positive integer, got 0"),
    "an encoder that is not there": ({"sentence_encoder_dir": "/nowhere"}, r"/nowhere holds no sentence transformer"),
}


@pytest.mark.skipif(torch.cuda.is_available(), reason="says what happens without a GPU")
@pytest.mark.parametrize("case", TRAINING)
def test_training_refuses(tmp_path: Path, case: str) -> None:
    override, message = TRAINING[case]
    with pytest.raises(Exception) as caught:  # noqa: PT011  (MONAI wraps what an expression raises)
        train_tiny(tmp_path, **override)
    assert re.search(message, str(root_cause(caught.value)), re.DOTALL)
    assert not (tmp_path / "run" / "checkpoint.pt").exists()


@pytest.mark.parametrize(
    ("folder", "message"),
    [
        (None, r"`dataset_dir` is not set"),
        ("missing", r"missing is no folder.*--dataset_dir"),
        (".", r"not laid out as BTCV"),
    ],
)
def test_training_refuses_a_dataset_that_is_not_there(tmp_path: Path, folder: str | None, message: str) -> None:
    place = {} if folder is None else {"dataset_dir": str(tmp_path / folder)}
    with pytest.raises(Exception) as caught:  # noqa: PT011
        create_workflow(config_file=BTCV, workflow_type="train", device="cpu", logging_file=False, **place)
    assert re.search(message, str(root_cause(caught.value)), re.DOTALL)


GENERATING: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown class": ({"classes": [["livr"]]}, r"Unknown class 'livr'; nearest: 'liver'"),
    "the background as a class": ({"classes": [["background"]]}, r"Unknown class 'background'"),
    "a prompt without a class": ({"prompts": ["A photo of the splen"]}, r"names no class.*nearest: 'spleen'"),
    "classes against the prompt": (
        {"prompts": ["liver and spleen"], "classes": [["liver"]]},
        r"contradict each other.*spleen",
    ),
    "a prompt to execute": ({"prompts": ["$__import__('pathlib').Path('executed').touch()"]}, r"begins with '\$'"),
    "a prompt to import": ({"prompts": ["$import executed_on_import"]}, r"begins with '\$'"),
    "a prompt to resolve": ({"prompts": ["@network_def"]}, r"begins with '@'"),
    "a prompt file that is not there": ({"prompts": "asked.txt"}, r"asked\.txt does not exist"),
    "more prompts than samples": ({"prompts": ["liver"] * 4}, r"4 prompts .* need --num_samples 4 at least, got 3"),
    "a checkpoint in place of a model": ({"ckpt_path": "/nowhere/checkpoint.pt"}, r"for resuming.*model\.pt"),
    "no samples": ({"num_samples": 0}, r"`num_samples` must be a positive integer"),
    "few steps of ddpm": ({"sampler": "ddpm", "steps": 20}, r"takes all 1000 steps.*dpm_solver"),
    "an unknown sampler": ({"sampler": "euler"}, r"`sampler` must be one of"),
    "too many steps": ({"steps": 1001}, r"`steps` must be 1 to 1000"),
    "guidance below one": ({"guidance_scale": 0.5}, r"`guidance_scale` must be 1"),
    "a seed that is no number": ({"seed": "x"}, r"`seed` must be a non-negative integer"),
    "an unknown format": ({"formats": "nifty"}, r"`formats` holds 'nifty'.*nearest: 'nifti'"),
    "no format": ({"formats": []}, r"`formats` must be a list"),
    "a mix that does not sum": ({"mix": {"liver": 0.5, "spleen": 0.6}}, r"`mix`: the shares sum to 1\.1, not to 1"),
    "a mix of unknown classes": ({"mix": {"livr": 1.0}}, r"`mix` 'livr'.*nearest: 'liver'"),
    "an unknown mix": ({"mix": "fair"}, r"`mix` must be training, balanced, or shares"),
    "a mix to execute": ({"mix": "$__import__('pathlib').Path('executed').touch()"}, r"`mix` holds .*begins with '\$'"),
    "a mix and prompts": ({"mix": "balanced", "prompts": ["liver"]}, r"give one of them"),
    "a prompt of 10,000 characters": ({"prompts": ["liver " * 1667]}, r"10,002 characters.*1,000 are allowed"),
    "a prompt of spaces": ({"prompts": ["   "]}, r"A prompt is empty"),
    "a prompt in another script": ({"prompts": ["肝臓"]}, r"names no class.*known: 'aorta'"),
    "a prompt that is a path": ({"prompts": ["../../secret"]}, r"names no class"),
    "a prompt against itself": ({"prompts": ["liver without liver"]}, r"asks for \['liver'\] and refuses the same"),
    "a negative number of samples": ({"num_samples": -3}, r"`num_samples` must be a positive integer, got -3"),
    "no redraws": ({"require_classes": True, "max_redraws": 0}, r"`max_redraws` must be a positive integer"),
    "a strictness that is no boolean": ({"require_classes": "very"}, r"`require_classes` must be true or false"),
    "some classes kept": ({"keep_classes": "some"}, r"`keep_classes` must be all or asked"),
    "void where the layout has none": (
        {"keep_classes": "asked", "formats": "native"},
        r"no code for pixels of no class",
    ),
    "a certainty beyond one": ({"min_certainty": 2}, r"`min_certainty` must be a number from 0"),
    "no model there": ({"ckpt_path": "/nowhere/model.pt"}, r"/nowhere/model\.pt is missing"),
}


@pytest.mark.parametrize("case", GENERATING)
def test_generating_refuses(tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "executed_on_import.py").write_text("import pathlib; pathlib.Path('executed').touch()", "utf-8")
    override, message = GENERATING[case]
    with pytest.raises(Exception) as caught:  # noqa: PT011
        generate(tmp_path, Path(override.pop("ckpt_path", tiny_model)), **override)
    assert re.search(message, str(root_cause(caught.value)), re.DOTALL)
    assert not (tmp_path / "executed").exists()
    assert not (tmp_path / "run" / "manifest.csv").exists()


@pytest.mark.parametrize("typed", [["--prompts", "['liver', '%seed']"], ["--prompts=['liver', '%seed']"]])
def test_a_prompt_that_monai_would_replace_is_refused(
    typed: list[str], tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["bundle", "run", "generating", *typed])
    with pytest.raises(Exception) as caught:  # noqa: PT011
        generate(tmp_path, tiny_model, prompts=["liver", "%seed"])  # MONAI makes this ["liver", 0]
    assert re.search(r"'%seed', which begins with '%'", str(root_cause(caught.value)))


class _TouchesAFile:
    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("executed"),)


def test_generating_refuses_models_that_are_not_what_they_say(
    tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    model, card = tmp_path / "model.pt", json.loads(tiny_model.with_suffix(".json").read_text("utf-8"))

    def refused(message: str, **override: Any) -> None:
        with pytest.raises(Exception) as caught:  # noqa: PT011
            generate(tmp_path, model, **override)
        assert re.search(message, str(root_cause(caught.value)), re.DOTALL)

    shutil.copy(tiny_model, model)
    refused(r"model\.json is missing")
    model.with_suffix(".json").write_text(json.dumps({**card, "sha256": "0"}), "utf-8")
    refused(r"sha256 differs")
    other = {**card, "sentence_encoder": {"name": "another", "sha256": "1" * 64}}
    model.with_suffix(".json").write_text(json.dumps(other), "utf-8")
    refused(r"trained with the sentence encoder another.*--sentence_encoder_dir")
    model.with_suffix(".json").write_text(json.dumps({**card, "null_share": 0}), "utf-8")
    refused(r"cannot be guided", guidance_scale=2.0)
    model.with_suffix(".json").write_text(json.dumps(card), "utf-8")
    model.write_bytes(pickle.dumps(_TouchesAFile()))
    refused(r"pickle with code")
    assert not Path("executed").exists()


def test_another_runs_folder_is_refused_and_left_alone(tmp_path: Path, tiny_model: Path, tiny_run: Path) -> None:
    run = generate(tmp_path, tiny_model)
    before = (run / "manifest.csv").read_bytes()
    with pytest.raises(Exception) as caught:  # noqa: PT011
        generate(tmp_path, tiny_model, seed=1)
    assert re.search(r"another run; they differ in .*seed", str(root_cause(caught.value)))
    with pytest.raises(Exception) as caught:  # noqa: PT011
        generate(tmp_path, tiny_model, resume="no")
    assert re.search(r"--resume true", str(root_cause(caught.value)))
    with pytest.raises(Exception) as caught:  # noqa: PT011
        train_tiny(tiny_run.parent, max_epochs=3)
    assert re.search(r"another run; they differ in max_epochs", str(root_cause(caught.value)))
    assert (run / "manifest.csv").read_bytes() == before
    foreign = tmp_path / "foreign" / "run"
    foreign.mkdir(parents=True)
    (foreign / "thesis.txt").write_text("mine", "utf-8")
    with pytest.raises(Exception) as caught:  # noqa: PT011
        generate(tmp_path / "foreign", tiny_model)
    assert re.search(r"not empty", str(root_cause(caught.value)))
    assert {path.name for path in foreign.iterdir()} == {".lock", "thesis.txt"}


def test_a_folder_where_another_process_is_at_work_is_refused(tmp_path: Path, tiny_model: Path) -> None:
    (tmp_path / "run").mkdir()
    with FileLock(tmp_path / "run" / ".lock"), pytest.raises(Exception) as caught:  # noqa: PT011
        generate(tmp_path, tiny_model)
    assert re.search(r"Another process is at work in `output_dir`", str(root_cause(caught.value)))
    assert not (tmp_path / "run" / "manifest.csv").exists()
    assert (generate(tmp_path, tiny_model) / "manifest.csv").is_file()
