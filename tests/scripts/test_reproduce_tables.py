"""The tables: read from reports and counts, partial where a model is missing, and each run bound to its settings."""

from __future__ import annotations

import csv
import json
import logging
import math
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from monai.bundle import ConfigParser
from PIL import Image
from tiny_parts import tiny_model, tiny_network

from cosimgen_monai.baselines import ARCHITECTURES
from cosimgen_monai.networks import save_model
from cosimgen_monai.reports.evaluation import evaluated_pairs

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
import reproduce_tables
from paper_tables import columns, equal_time_plan, figures, plan_in_words


def arguments(folder: Path, **changes: Any) -> Namespace:
    asked = {"dataset": "mbrsc", "dataset_dir": "d", "minutes_per_model": 8.0, "num_samples": 8, "scale": "starter"}
    asked |= {"ablation": False, "device": "cpu", "seed": 0, "real_part": "all", "guidance_scales": [1.0, 2.0]}
    return Namespace(**{**asked, "output_dir": folder, **changes})


def all_columns(models: Any, scales: Any = (1.0, 2.0)) -> list[columns.Column]:
    return [column for model in models for column in columns.columns_of(model, scales)]


def evaluated(folder: Path, frechet: float = 12.5, never_drawn: tuple[str, ...] = (), f1: float = 0.75) -> None:
    """Write what an evaluation leaves behind."""
    (folder / "evaluation").mkdir(parents=True)
    distances = [
        {"name": "frechet_efficientnet_lite0", "value": frechet, "floor": 3.5},
        {"name": "frechet_inception", "value": None, "floor": None, "note": "weights absent"},
        {"name": "density_efficientnet_lite0", "value": 0.5, "floor": 1.0},
    ]
    sfid = {"mean": None if never_drawn else 40.0, "never_drawn": never_drawn, "floor": {"mean": 9.0}}
    agreed = {"mean": 0.5, "floor": 0.1, "never_drawn": never_drawn}
    report = {"figures": distances, "sfid": {"efficientnet_lite0": sfid}, "agreement": agreed}
    report |= {"n": {"real": 20}, "split": "group", "real_part": "all"}
    (folder / "evaluation" / "report.json").write_text(json.dumps(report), "utf-8")
    rates = {"presence_f1": f1, "presence_f1_chance": 0.5, "hit_rate": 0.875, "unrequested_rate": 0.125}
    asked = {"class sets": {"by class": rates}, "single class": {"by class": {"ppv": 0.25}, "by text": {"ppv": 0.375}}}
    (folder / "asked.json").write_text(json.dumps(asked), "utf-8")


def strictly(path: Path) -> Any:
    """Read JSON as other programs do: NaN is none."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{path} holds {constant}")

    return json.loads(path.read_text("utf-8"), parse_constant=refuse)


def printed(capsys: Any) -> tuple[dict[str, list[str]], list[str]]:
    """Return the printed cells by the row's name (columns part by two blanks at least), and the lines."""
    lines = capsys.readouterr().out.splitlines()
    cells = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in lines]
    return {row[0]: row[1:] for row in cells if row}, lines


def test_a_partial_table_says_so_and_holds_the_papers_figures(tmp_path: Path, capsys: Any) -> None:
    evaluated(tmp_path / "cvae", never_drawn=("road",))
    evaluated(tmp_path / "cosimgen_guidance_2", frechet=11.0)
    figures.print_tables(arguments(tmp_path), all_columns(columns.MODELS))
    rows, lines = printed(capsys)
    assert rows["TGAN"] == ["Pix2PixGAN", "CVAE", "CoSimGen", "CoSimGen, guidance 2", "floor"]
    assert rows["frechet_efficientnet_lite0"] == ["missing", "missing", "12.5", "missing", "11", "3.5"]
    assert rows["frechet_inception"] == ["missing", "missing", "weights absent", "missing", "weights absent"]
    assert rows["sfid_efficientnet_lite0"] == ["missing", "missing", "a class never drawn", "missing", "40", "9"]
    assert any(line.startswith("CVAE: no mean sFID") and "(road)" in line for line in lines)
    assert rows["PPV, asked by class"][2] == "0.25"
    assert rows["PPV, asked by text"][2] == "0.375"
    assert rows["F1 less chance, asked by class"][2] == "0.25"
    assert rows["paper: FID"] == ["394.9", "410.2", "326.2", "203.7"]
    assert rows["paper: PPV"] == ["0.43", "0.84", "0.91", "0.87"]
    assert "PARTIAL: 2 of 5 columns are done." in lines
    table = json.loads((tmp_path / "tables.json").read_text("utf-8"))
    assert table["ours"]["CoSimGen"] is None
    assert table["ours"]["CoSimGen, guidance 2"]["frechet_efficientnet_lite0"] == 11.0
    assert table["reasons"]["CVAE"]["sfid_efficientnet_lite0"] == "never drawn: road"


@pytest.mark.parametrize(
    ("facts", "trained_on", "words"),
    [
        ({}, 9, ", 9 of which the models were trained on: copies of those would score best, and memorisation is not"),
        ({"real_part": "val"}, 0, ", none of which the models were trained on"),
        ({"real_part": "val", "split": "all"}, 9, ", 9 of which the models were trained on: copies of those"),
    ],
)
def test_tables_say_how_many_of_the_real_pairs_the_models_were_trained_on(
    facts: dict[str, str], trained_on: int, words: str, tmp_path: Path, capsys: Any
) -> None:
    evaluated(tmp_path / "cosimgen_guidance_2")
    path = tmp_path / "cosimgen_guidance_2" / "evaluation" / "report.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **facts}), "utf-8")
    network = tiny_network()
    save_model(tmp_path / "cosimgen" / "training" / "model.pt", network.state_dict(), tiny_model(network).card)
    figures.print_tables(arguments(tmp_path), all_columns(columns.MODELS))
    (line,) = (line for line in printed(capsys)[1] if line.startswith("Compared with"))
    assert line.startswith(f"Compared with 20 real pairs{words}")
    compared = {"real_pairs": 20, "trained_on": trained_on, "words": line}
    assert strictly(tmp_path / "tables.json")["compared_with"] == compared


def test_a_figure_that_is_no_number_is_missing_in_print_and_in_json(tmp_path: Path, capsys: Any) -> None:
    evaluated(tmp_path / "cosimgen")
    evaluated(tmp_path / "cvae")
    rates = {"presence_f1": 0.5, "presence_f1_chance": math.nan, "hit_rate": 0.5, "unrequested_rate": math.nan}
    asked = {"class sets": {"by class": rates}, "single class": {"by class": {"ppv": None}}}
    (tmp_path / "cvae" / "asked.json").write_text(json.dumps(asked), "utf-8")
    figures.print_tables(arguments(tmp_path), all_columns(["CVAE", "CoSimGen"], [1.0]))
    rows, lines = printed(capsys)
    assert not any("nan" in line for line in lines)
    assert rows["unrequested rate, asked by class"] == ["–", "0.125"]
    assert rows["F1 less chance, asked by class"] == ["–", "0.25"]
    assert rows["PPV, asked by class"] == ["–", "0.25"]
    assert strictly(tmp_path / "tables.json")["ours"]["CVAE"]["unrequested rate, asked by class"] is None


def test_an_ablation_says_what_differs_from_the_default_and_how(tmp_path: Path, capsys: Any) -> None:
    evaluated(tmp_path / "neither")
    evaluated(tmp_path / "no_triplet", frechet=10.0, f1=0.5)
    for variant in ("neither", "no_triplet"):
        aligned = {"retrieval_accuracy": 0.25, "distance_ratio": 0.5}
        (tmp_path / variant / "alignment.json").write_text(json.dumps(aligned), "utf-8")
    args = arguments(tmp_path, ablation=True)
    figures.print_tables(args, all_columns(["no triplet", "neither", "full width"]))
    rows, lines = printed(capsys)  # the differences come last, in rows of the same names
    assert any("neither (default)" in line for line in lines)
    assert rows["frechet_efficientnet_lite0"] == ["-2.5 better"]
    assert rows["presence F1, asked by class"] == ["-0.25 worse"]
    assert rows["matched_distance"] == ["0"]
    assert rows["no triplet"] == []  # their heading: full width is not there yet


@pytest.mark.parametrize(("scale", "files"), [("starter", ["train.json"]), ("paper", ["train.json", "paper.json"])])
def test_the_ablations_default_is_the_configs(scale: str, files: list[str]) -> None:
    config = ConfigParser()
    config.read_config([str(equal_time_plan.CONFIGS / name) for name in files])
    variants = equal_time_plan.ABLATIONS
    own_width = equal_time_plan.DEFAULT_WIDTHS[scale]
    for key, value in {**variants[equal_time_plan.DEFAULTS[scale]], **variants[own_width]}.items():
        assert config[key.replace("#", "::")] == value
    compared = equal_time_plan.models_of(arguments(Path(), ablation=True, scale=scale))
    assert set(variants) - set(compared) == {own_width}
    assert config["network::fusion"] != variants["channel fusion"]["network#fusion"]


def test_paper_scale_has_the_papers_training_on_every_dataset() -> None:
    for dataset in ("phantom", "btcv", "cholecseg8k", "mbrsc", "voc"):
        config = ConfigParser()
        args = arguments(Path(), dataset=dataset, scale="paper")
        config.read_config(equal_time_plan.training_files(args, "CoSimGen"))
        paper = json.loads((equal_time_plan.CONFIGS / "paper.json").read_text("utf-8"))
        for key, value in paper.items():
            assert config[key.replace("#", "::")] == value


@pytest.mark.parametrize("model", ["TGAN", "Pix2PixGAN", "CVAE"])
def test_a_baseline_at_paper_scale_is_no_smaller_than_cosimgen(model: str) -> None:
    args, config = arguments(Path(), scale="paper", dataset="phantom"), ConfigParser()
    config.read_config(equal_time_plan.training_files(args, model))
    config.update({key.replace("#", "::"): value for key, value in equal_time_plan.training_keys(args, model).items()})
    paper = json.loads((equal_time_plan.CONFIGS / "paper.json").read_text("utf-8"))
    written = json.loads((equal_time_plan.CONFIGS / "train.json").read_text("utf-8"))["lr_scheduler"]
    assert config["lr_scheduler"] == (written if model == "CVAE" else None)  # that of its starter scale
    assert model != "CVAE" or config["text_share"] > 0  # it is asked by text too, and the paper's loss leaves it out
    assert config["batch_size"] == paper["batch_size"]
    assert config["image_size"] == paper["image_size"]
    sizes = {"patch_size", "channel_mults", "base_channels"}
    assert {key: config["network"][key] for key in sizes} == {key: paper["network"][key] for key in sizes}
    facts = {"num_classes": 3, "num_colours": 3, "image_size": config["image_size"]}
    with torch.device("meta"):  # its shapes fit
        network = ARCHITECTURES[equal_time_plan.MODELS[model]](**facts, **config["network"])
    assert sum(parameter.numel() for parameter in network.parameters()) > 1e6


def test_a_later_calls_scales_stand_beside_those_evaluated_before(tmp_path: Path) -> None:
    evaluated(tmp_path / "cosimgen_guidance_2")
    (tmp_path / "cosimgen_guidance_8").mkdir()  # begun, not evaluated
    evaluated(tmp_path / "cosimgen_guidance_2_old")  # no column's name
    shown = columns.shown_columns(tmp_path, ["CVAE", "CoSimGen"], [4.0])
    assert [column.name for column in shown] == ["CVAE", "CoSimGen, guidance 2", "CoSimGen, guidance 4"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--num_samples 7", "--num_samples must be"),
        ("--minutes_per_model -5", "--minutes_per_model must be"),
        ("--minutes_per_model nan", "--minutes_per_model must be"),
        ("--minutes_per_model inf", "--minutes_per_model must be"),
        ("--guidance_scales 2 0.5", "--guidance_scales are"),
        ("--guidance_scales nan", "--guidance_scales are"),
        ("--guidance_scales 1 inf", "--guidance_scales are"),
        ("--ablation --guidance_scales 2", "leave --guidance_scales out"),
    ],
)
def test_options_out_of_range_are_refused_before_anything_is_trained(
    options: str, message: str, tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    command = ["reproduce_tables.py", "--dataset", "phantom", "--output_dir", str(tmp_path), *options.split()]
    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(SystemExit):
        reproduce_tables.read_arguments()
    assert message in capsys.readouterr().err


def test_a_plan_is_kept_and_another_runs_is_refused(tmp_path: Path, monkeypatch: Any) -> None:
    timed: list[str] = []

    def time_apart(args: Namespace, model: str) -> dict[str, Any]:
        timed.append(model)
        return {"max_epochs": 3}

    monkeypatch.setattr(equal_time_plan, "time_apart", time_apart)
    first = equal_time_plan.read_plan(arguments(tmp_path), ["CVAE", "CoSimGen"])
    assert equal_time_plan.read_plan(arguments(tmp_path), ["CVAE", "CoSimGen"]) == first
    assert timed == ["CVAE", "CoSimGen"]
    with pytest.raises(SystemExit, match=r"another run \(minutes_per_model 8.0, now 9.0\)"):
        equal_time_plan.read_plan(arguments(tmp_path, minutes_per_model=9.0), ["CVAE", "CoSimGen"])
    with pytest.raises(SystemExit, match=r"another run \(models CVAE, CoSimGen, now TGAN\)"):
        equal_time_plan.read_plan(arguments(tmp_path), ["TGAN"])


def test_a_run_on_the_phantom_it_made_goes_on_wherever_its_folder_is_now(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(equal_time_plan, "time_apart", lambda args, model: {"max_epochs": 3})
    here, there = tmp_path / "here", tmp_path / "there"
    first = equal_time_plan.read_plan(arguments(here, dataset_dir=str(here / "phantom")), ["CVAE"])
    here.rename(there)
    assert equal_time_plan.read_plan(arguments(there, dataset_dir=str(there / "phantom")), ["CVAE"]) == first


@pytest.mark.parametrize(
    ("options", "dataset_dir"),
    [("--dataset phantom", "out/phantom"), ("--dataset mbrsc --dataset_dir tiles", "tiles")],
)
def test_a_relative_folder_is_the_same_from_everywhere(
    options: str, dataset_dir: str, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["reproduce_tables.py", "--output_dir", "out", *options.split()])
    args = reproduce_tables.read_arguments()
    assert (args.output_dir, args.dataset_dir) == (tmp_path / "out", str(tmp_path / dataset_dir))


@pytest.mark.parametrize(
    ("times", "seconds"),
    [([0.0, 7.0], 7.0), ([0.0, 7.0, 9.0], 2.0), ([0.0, *range(100, 140), *range(140, 301, 2)], 2.0)],
)
def test_an_iteration_is_timed_after_the_warm_up(times: list[float], seconds: float) -> None:
    assert equal_time_plan.seconds_per_iteration(times) == pytest.approx(seconds, abs=0.05)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"dataset_dir": "/nowhere"}, "FileNotFoundError: .*nowhere"),
        ({"seed": -1}, "`seed` must be a non-negative"),
        ({"real_part": "val"}, "The val part of phantom holds 120 pair.s., too few to compare"),
    ],
)
def test_a_mistake_is_told_in_its_own_words_before_anything_is_trained(
    tmp_path: Path, monkeypatch: Any, change: dict[str, Any], message: str
) -> None:
    monkeypatch.setattr(equal_time_plan, "time_apart", equal_time_plan.time_quietly)
    monkeypatch.setattr(evaluated_pairs, "MIN_HALF", 100)
    given = {"dataset": "phantom", "dataset_dir": str(tmp_path / "phantom"), "output_dir": tmp_path / "out"}
    if "dataset_dir" in change:
        given["dataset"] = "mbrsc"
    try:
        with pytest.raises(SystemExit, match=message):
            equal_time_plan.read_plan(arguments(**{"folder": tmp_path, **given, **change}), ["CoSimGen"])
    finally:
        logging.disable(logging.NOTSET)
    assert not (tmp_path / "out" / "plan.json").exists()


def test_a_damaged_weight_file_is_found_before_anything_is_timed(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    checkpoints = tmp_path / "hub" / "checkpoints"
    checkpoints.mkdir(parents=True)
    (checkpoints / "vgg16-397923af.pth").write_bytes(b"half a download")
    with pytest.raises(SystemExit, match=r"ValueError: .*vgg16-397923af.pth"):
        equal_time_plan.read_plan(arguments(tmp_path / "out"), ["CVAE"])
    assert not (tmp_path / "out").exists()


def test_options_that_train_nothing_are_no_part_of_a_plan(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(equal_time_plan, "time_apart", lambda args, model: {"max_epochs": 3})
    first = equal_time_plan.read_plan(arguments(tmp_path), ["CVAE"])
    others = arguments(tmp_path, include_real=True, plan_only=True, guidance_scales=[1.0, 4.0])
    assert equal_time_plan.read_plan(others, ["CVAE"]) == first


def test_the_plan_says_time_and_memory(tmp_path: Path, capsys: Any) -> None:
    facts = {"seconds_per_iteration": 2.0, "iterations_per_epoch": 30, "batch_size": 24, "max_epochs": 8}
    plan = {model: {**facts, "gpu_memory_gib": 11.5, "memory_gib": 3.2} for model in ("CoSimGen", "TGAN")}
    plan_in_words.print_plan(arguments(tmp_path, scale="paper", num_samples=512), plan)
    cosimgen, tgan, total = capsys.readouterr().out.splitlines()[1:]
    assert "8 epochs of 30 iterations of 2 s: 8.0 minutes" in cosimgen
    # 4 x 64, and by class and by text 1.25 x 512, once and twice over; x 20 passes x 2 s / 24 / 3 / 60
    assert "about 37.9 of sampling" in cosimgen
    assert "about 0.4 of sampling" in tgan  # 4 x 64 + 1.25 x 512 by text, one pass
    assert "11.5 GiB of GPU memory" in cosimgen
    assert "up to 3.2 GiB of memory" in cosimgen
    assert "In all about 0.9 hours" in total


def test_each_model_is_asked_as_it_can_be() -> None:
    sets = {column.name: column.sets() for column in all_columns(columns.MODELS)}
    both = {("class sets", "by class"), ("single class", "by class")}
    words = {("class sets", "by text"), ("single class", "by text")}
    assert set(sets["TGAN"]) == words
    assert set(sets["Pix2PixGAN"]) == both
    assert set(sets["CVAE"]) == set(sets["CoSimGen"]) == set(sets["CoSimGen, guidance 2"]) == both | words
    for folders in sets.values():  # where the sheets and the evaluation look
        assert {"generated", "single_class"} <= set(folders.values())


def given(monkeypatch: pytest.MonkeyPatch, *words: str) -> Namespace:
    start = ["reproduce_tables.py", "--dataset", "phantom", "--output_dir", "out"]
    monkeypatch.setattr(sys, "argv", [*start, *words])
    return reproduce_tables.read_arguments()


def test_only_what_was_trained_with_a_null_condition_is_guided(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    assert given(monkeypatch).guidance_scales == [1.0, 2.0]
    assert given(monkeypatch, "--scale", "paper").guidance_scales == [1.0]
    assert given(monkeypatch, "--guidance_scales", "4", "1", "4").guidance_scales == [1.0, 4.0]
    for words, message in [(("--guidance_scales", "0.5"), "1 (no guidance) or more"), (("4",), "unrecognized")]:
        with pytest.raises(SystemExit):
            given(monkeypatch, *words)
        assert message in capsys.readouterr().err
    with pytest.raises(SystemExit):
        given(monkeypatch, "--scale", "paper", "--guidance_scales", "2")
    assert "null condition" in capsys.readouterr().err


def drawn_as_asked(folder: Path, asked: list[str]) -> None:
    """Write a set whose masks hold the left half of liver alone."""
    for part in ("images", "labels"):
        (folder / part).mkdir(parents=True)
        picture = np.zeros((16, 16), np.uint8)
        picture[:, :8] = 1
        for i in range(len(asked)):
            Image.fromarray(picture).save(folder / part / f"{i}.png")
    with (folder / "manifest.csv").open("w", newline="") as file:
        rows = [(str(i), names, f"A photo of {names}") for i, names in enumerate(asked)]
        csv.writer(file).writerows([("id", "classes_asked", "prompt"), *rows])


def test_every_set_is_counted_by_class_and_by_text(tmp_path: Path) -> None:
    column, network = columns.Column("CoSimGen", 2.0), tiny_network()
    save_model(column.training(tmp_path) / "model.pt", network.state_dict(), tiny_model(network).card)
    for place, asked in {
        "generated": ["liver", "liver; spleen"],
        "generated_by_text": ["liver"],
        "single_class": ["liver", "spleen", "aorta", "liver"],
        "single_class_by_text": ["spleen"],
    }.items():
        drawn_as_asked(column.folder(tmp_path) / place, asked)
    reproduce_tables.measure_asked(arguments(tmp_path), column)
    found = json.loads((column.folder(tmp_path) / "asked.json").read_text("utf-8"))
    assert found["class sets"]["by class"]["hit_rate"] == 2 / 3
    assert found["class sets"]["by text"]["presence_f1"] == 1
    assert (found["single class"]["by class"]["ppv"], found["single class"]["by text"]["ppv"]) == (0.5, 0.0)


def test_rates_of_nothing_are_null_in_json(tmp_path: Path) -> None:
    column, network = columns.Column("Pix2PixGAN"), tiny_network()
    save_model(column.training(tmp_path) / "model.pt", network.state_dict(), tiny_model(network).card)
    for place in column.sets().values():
        drawn_as_asked(column.folder(tmp_path) / place, ["liver; spleen; aorta"])  # nothing is left unasked
    reproduce_tables.measure_asked(arguments(tmp_path), column)
    found = strictly(column.folder(tmp_path) / "asked.json")["class sets"]["by class"]
    assert (found["hit_rate"], found["unrequested_rate"], found["presence_f1_chance"]) == (1 / 3, None, None)


def test_by_text_the_same_is_asked_in_the_samples_prompts(tmp_path: Path) -> None:
    drawn_as_asked(tmp_path / "generated", ["liver", "", "liver; spleen"])  # of nothing, nothing can be said
    keys = reproduce_tables.prompts_of(tmp_path / "generated")
    assert keys["num_samples"] == 2
    assert keys["prompts"].read_text("utf-8") == "A photo of liver\nA photo of liver; spleen\n"


def test_another_seed_is_another_run_of_every_job(tmp_path: Path, monkeypatch: Any) -> None:
    jobs: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(reproduce_tables, "run_job", lambda job, files, keys: jobs.append((job, keys)))
    column, network = columns.Column("Pix2PixGAN"), tiny_network()
    save_model(column.training(tmp_path) / "model.pt", network.state_dict(), {**tiny_model(network).card, "images": {}})
    args = arguments(tmp_path, seed=3, real_part="all")
    reproduce_tables.train(args, "Pix2PixGAN", {"max_epochs": 1}, column.training(tmp_path))
    reproduce_tables.draw_sets(args, column)
    reproduce_tables.evaluate(args, column)
    assert {job for job, _ in jobs} == {"training", "generating", "evaluating"}
    assert all(keys["seed"] == 3 for _, keys in jobs)
