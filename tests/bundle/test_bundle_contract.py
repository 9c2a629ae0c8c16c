"""What MONAI expects of a bundle."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from monai.bundle import ckpt_export, verify_metadata, verify_net_in_out
from tiny import CONFIGS, INFERENCE, ROOT, TINY, TRAIN, UPSCALER, workflow

from cosimgen_monai.codec import colour_order, fibonacci_palette
from cosimgen_monai.networks import ESPCN, read_model

SCHEMA = ROOT.parent / "shared" / "schema" / "meta_schema_20240725.json"
METADATA = str(CONFIGS / "metadata.json")
MODEL = CONFIGS.parent / "models" / "model.pt"
UPSCALER_ARGS = {"num_classes": 14, "num_colours": 14}


def test_metadata_meets_monais_schema(tmp_path: Path) -> None:
    if not SCHEMA.is_file():
        pytest.skip("MONAI's metadata schema is not on this machine, and nothing is downloaded")
    shutil.copy(SCHEMA, tmp_path / "schema.json")
    verify_metadata(meta_file=METADATA, filepath=str(tmp_path / "schema.json"))


def test_network_in_and_out_are_as_the_metadata_say() -> None:
    verify_net_in_out("network_def", meta_file=METADATA, config_file=INFERENCE, device="cpu")


def test_the_model_exports_to_torchscript(tmp_path: Path) -> None:
    ckpt_export(
        "network_def",
        filepath=str(tmp_path / "model.ts"),
        ckpt_file=str(MODEL),
        meta_file=METADATA,
        config_file=INFERENCE,
        bundle_root=str(CONFIGS.parent),
    )
    extra = {"inference.json": ""}
    scripted = torch.jit.load(tmp_path / "model.ts", _extra_files=extra)
    assert json.loads(extra["inference.json"])["ckpt_path"]
    network = read_model(MODEL).network()
    pair, t, presence = torch.randn(2, 6, 64, 64), torch.tensor([900, 3]), torch.eye(14)[[6, 1]]
    torch.testing.assert_close(scripted(pair, t, presence), network(pair, t, presence))


def test_training_and_inference_have_the_required_properties(tmp_path: Path) -> None:
    for config, kind, override in ((TRAIN, "train", TINY), (INFERENCE, "infer", {"device": "cpu"})):
        run = workflow(config, kind, tmp_path, **override)
        assert run.check_properties() == []


def test_each_overlay_only_sets_keys_that_something_reads(tmp_path: Path, real_ct: Path) -> None:
    for overlay in (["paper.json"], ["data/phantom.json"], ["data/btcv.json", "paper.json"]):
        files = [TRAIN, *(str(CONFIGS / name) for name in overlay)]
        folder = {"dataset_dir": str(real_ct)} if "data/btcv.json" in overlay else {}
        workflow(files, "train", tmp_path, device="cpu", **folder)


@pytest.mark.parametrize(
    ("overlays", "centre_background", "centre"),
    [
        ([], None, 0),
        (["baselines/tgan.json"], None, 0),
        ([], "false", None),
        (["paper.json"], None, None),
        (["paper.json", "baselines/tgan.json"], None, None),
    ],
)
def test_the_background_is_in_the_centre_of_the_colours_but_not_in_the_papers(
    tmp_path: Path, overlays: list[str], centre_background: str | None, centre: int | None
) -> None:
    files = [TRAIN, *(str(CONFIGS / name) for name in overlays)]
    tiny = {key: value for key, value in TINY.items() if key.startswith("source#")}
    override = {} if centre_background is None else {"centre_background": centre_background}
    parser = workflow(files, "train", tmp_path, **tiny, **override, device="cpu").parser
    assert parser.get_parsed_content("network_args")["palette_centre"] == centre


@pytest.mark.parametrize("overlays", [[], ["baselines/tgan.json"]])
def test_colours_are_ordered_by_what_touches_where_it_is_asked(tmp_path: Path, overlays: list[str]) -> None:
    files = [TRAIN, *(str(CONFIGS / name) for name in overlays)]
    tiny = {key: value for key, value in TINY.items() if key.startswith(("source#", "image_size", "cache_dir"))}
    parser = workflow(files, "train", tmp_path, **tiny, order_colours=True, device="cpu").parser
    labels, classes = parser.get_parsed_content("train#pairs").labels, parser.get_parsed_content("source").classes
    order = colour_order(labels, classes, classes.background)
    assert order != list(range(classes.num_colours))
    expected = fibonacci_palette(classes.num_colours, centre=classes.background, order=order)
    assert torch.equal(parser.get_parsed_content("network_def").palette.cpu(), expected)


def test_the_upscaler_has_its_own_metadata(tmp_path: Path) -> None:
    network = {"config_file": UPSCALER, "device": "cpu", "source": None, "network_args": UPSCALER_ARGS}
    verify_net_in_out("network_def", meta_file=str(CONFIGS / "metadata_upscaler.json"), **network)
    formats = json.loads((CONFIGS / "metadata.json").read_text("utf-8"))["super_resolution_data_format"]
    own = json.loads((CONFIGS / "metadata_upscaler.json").read_text("utf-8"))["network_data_format"]
    assert own == formats
    sizes = [formats[side][name]["spatial_shape"] for side, name in (("inputs", "image"), ("outputs", "pred"))]
    upscaler = read_model(CONFIGS.parent / "models" / "upscaler.pt", "upscaler_path", {"espcn": ESPCN}).network()
    assert list(upscaler(torch.zeros(1, 6, *sizes[0])).shape[-2:]) == sizes[1]
