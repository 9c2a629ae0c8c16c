"""The figures of a folder of tables, whatever it lacks, and of single models."""

from __future__ import annotations

import csv
import json
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tiny_parts import embed_prompts, tiny_model, tiny_network

from cosimgen_monai.networks import save_model

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
import draw_figures as figures


class Embed:
    """The stand-in of the sentence encoder, by its fingerprint too."""

    fingerprint = "tiny"

    def __call__(self, prompts: Any) -> Any:
        return embed_prompts(prompts)


@pytest.fixture(autouse=True)
def _tiny_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "SentenceEncoder", Embed)


def trained(folder: Path, drawn: bool = True) -> None:
    """Write what a model leaves in a folder of tables: its file and, where it got so far, both its sets."""
    network = tiny_network()
    images = {"dataset": "phantom", "modality": "CT"}
    card = tiny_model(network, images=images, sentence_encoder={"name": "tiny", "sha256": "tiny"}).card
    save_model(folder / "training" / "model.pt", network.state_dict(), card)
    if drawn:
        drawn_pairs(folder)


def drawn_pairs(folder: Path) -> None:
    """Write the sets of a column."""
    for kind in ("generated", "single_class"):
        place = folder / kind
        for part, value in (("images", 90), ("labels", 1)):
            (place / part).mkdir(parents=True)
            Image.fromarray(np.full((16, 16), value, np.uint8)).save(place / part / "a.png")
        with (place / "manifest.csv").open("w", newline="") as file:
            csv.writer(file).writerows([("id", "classes_asked"), ("a", "liver")])


def a_plan(folder: Path, models: list[str], ablation: bool) -> Namespace:
    folder.mkdir(exist_ok=True)
    asked = {"dataset": "phantom", "dataset_dir": "phantom", "ablation": str(ablation)}
    (folder / "plan.json").write_text(json.dumps({"asked": asked, "models": {name: {} for name in models}}))
    return Namespace(output_dir=folder, include_real=False, seed=0)


def test_what_is_there_is_drawn_and_what_is_missing_named(tmp_path: Path, capsys: Any) -> None:
    args = a_plan(tmp_path, ["TGAN", "CVAE", "CoSimGen"], ablation=False)
    figures.tables(args)
    assert "not there yet: TGAN, CVAE, CoSimGen" in capsys.readouterr().out
    assert not list(tmp_path.glob("*.png"))
    trained(tmp_path / "cvae")
    trained(tmp_path / "cosimgen", drawn=False)
    figures.tables(args)
    assert "not there yet: TGAN" in capsys.readouterr().out
    assert {path.name for path in tmp_path.glob("*.png")} == {"figure_5.png", "figure_6.png"}
    one = Image.open(tmp_path / "figure_5.png").height
    trained(tmp_path / "tgan")
    figures.tables(args)
    two = Image.open(tmp_path / "figure_5.png").height
    assert two > one  # a row more
    drawn_pairs(tmp_path / "cosimgen_guidance_2")  # its weights are CoSimGen's
    figures.tables(args)
    assert Image.open(tmp_path / "figure_5.png").height - two == two - one


def test_an_ablation_has_the_embeddings_of_each_variant(tmp_path: Path) -> None:
    args = a_plan(tmp_path, ["both losses", "no triplet"], ablation=True)
    trained(tmp_path / "both_losses")
    figures.tables(args)
    one = Image.open(tmp_path / "figure_8.png").width
    trained(tmp_path / "no_triplet", drawn=False)
    figures.tables(args)
    assert Image.open(tmp_path / "figure_8.png").width > 1.8 * one


def run_main(monkeypatch: pytest.MonkeyPatch, *words: Any) -> None:
    monkeypatch.setattr(sys, "argv", ["draw_figures.py", *map(str, words)])
    figures.main()


def test_single_models_are_drawn_from_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    trained(tmp_path, drawn=False)
    model = tmp_path / "training/model.pt"
    run_main(monkeypatch, "embeddings", "--models", model, "--output", tmp_path / "e.png")
    assert '"retrieval_accuracy"' in capsys.readouterr().out
    options = ["--steps", 4, "--num_shown", 3, "--device", "cpu", "--output", tmp_path / "d.png"]
    run_main(monkeypatch, "diffusion", "--ckpt_path", model, "--prompts", "A photo of liver", *options)
    assert Image.open(tmp_path / "d.png").width == 8 + 3 * 130 + 8
    with pytest.raises(SystemExit, match=r"plan.json is missing"):
        run_main(monkeypatch, "tables", "--output_dir", tmp_path)
