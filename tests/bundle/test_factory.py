"""Whole sets as a user orders them: drawn again, in shards, planned only, listed."""

from __future__ import annotations

import csv
import re
import shutil
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from tiny import generate, root_cause

from cosimgen_monai.data import BTCV
from cosimgen_monai.settings import release_run_folder

EVERYTHING = ["nifti", "png", "native"]
STRICT = {"require_classes": "true", "max_redraws": 2, "num_samples": 7, "formats": EVERYTHING}


def rows_of(run: Path) -> list[dict[str, str]]:
    with (run / "manifest.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def files_of(run: Path) -> dict[str, bytes]:
    kept = [path for path in sorted(run.rglob("*")) if path.is_file()]
    own = ("plan.json", ".lock", "manifest.parquet")
    return {str(path.relative_to(run)): path.read_bytes() for path in kept if path.name not in own}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Path:
    return generate(tmp_path_factory.mktemp("whole"), tiny_model, **STRICT)


def test_what_lacks_a_class_is_drawn_again_then_listed(whole: Path) -> None:
    rows = rows_of(whole)
    assert [row["id"] for row in rows] == [f"cosimgen_{i:06d}" for i in range(7)]
    assert {row["redraws"] for row in rows if row["faults"]} <= {"2"}
    for row in rows:
        lacking = set(row["classes_asked"].split("; ")) - set(row["classes_found"].split("; "))
        assert {f"lacks {name}" for name in lacking} <= set(row["faults"].split("; "))
    with (whole / "faults.csv").open(newline="", encoding="utf-8") as file:
        listed = list(csv.DictReader(file))
    assert [row["id"] for row in listed] == [row["id"] for row in rows if row["faults"]]
    assert listed  # two epochs of training do not draw what is asked


def test_a_strict_run_that_was_killed_ends_with_the_same_bytes(tmp_path: Path, tiny_model: Path, whole: Path) -> None:
    cut = generate(tmp_path, tiny_model, **STRICT)
    lines = (cut / "manifest.csv").read_bytes().splitlines(keepends=True)
    (cut / "manifest.csv").write_bytes(lines[0] + lines[6] + lines[3])  # later ones were done before earlier ones
    assert files_of(generate(tmp_path, tiny_model, **STRICT)) == files_of(whole)


def test_shards_joined_are_the_single_run(tmp_path: Path, tiny_model: Path, whole: Path) -> None:
    for i in (2, 1, 3):
        shard = generate(tmp_path, tiny_model, shard=f"{i}/3", **STRICT)
        assert len(rows_of(shard / f"shard_{i}_of_3")) == (3, 2, 2)[i - 1]
    run = generate(tmp_path, tiny_model, run_id="joining", **STRICT)
    assert files_of(run) == files_of(whole)
    assert generate(tmp_path, tiny_model, **STRICT) == run  # the same plan: finished


class Killed(Exception):
    """What a kill is to a process."""


def shards_of(folder: Path, model: Path, number: int = 2, **asked: Any) -> Path:
    """Draw a run's shards and return the folder that holds them."""
    for i in range(1, number + 1):
        run = generate(folder, model, shard=f"{i}/{number}", **{**STRICT, **asked})
    return run


def join(folder: Path, model: Path, **asked: Any) -> Path:
    return generate(folder, model, run_id="joining", **{**STRICT, **asked})


def kill_at(monkeypatch: pytest.MonkeyPatch, what: str, calls: int) -> None:
    """Kill the joining at the n-th call of a function."""
    module, name = what.rsplit(".", 1)
    real, left = getattr(import_module(module), name), [calls]

    def until(*args: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        return real(*args)

    monkeypatch.setattr(what, until)


@pytest.mark.parametrize(
    ("what", "calls", "again"),
    [
        ("os.replace", 5, "joining"),
        ("os.replace", 5, "generating"),
        ("cosimgen_monai.export.shards.write_rows", 0, "joining"),
        ("shutil.rmtree", 1, "joining"),
        ("shutil.rmtree", 1, "generating"),
    ],
)
def test_a_joining_that_was_killed_is_ended_by_either_job(
    what: str, calls: int, again: str, tmp_path: Path, tiny_model: Path, whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = shards_of(tmp_path, tiny_model)
    with monkeypatch.context() as patch:
        kill_at(patch, what, calls)
        with pytest.raises(Exception) as caught:  # noqa: PT011
            join(tmp_path, tiny_model)
    assert isinstance(root_cause(caught.value), Killed)
    assert generate(tmp_path, tiny_model, run_id=again, **STRICT) == run
    assert files_of(run) == files_of(whole)
    assert not list(run.glob("shard_*"))
    with pytest.raises(Exception) as caught:  # noqa: PT011
        generate(tmp_path, tiny_model, shard="1/2", **STRICT)
    assert "holds a run without shards, or shards that were joined" in str(root_cause(caught.value))


def test_other_arguments_join_nothing(tmp_path: Path, tiny_model: Path) -> None:
    run = shards_of(tmp_path, tiny_model)
    before = files_of(run)
    with pytest.raises(Exception) as caught:  # noqa: PT011
        join(tmp_path, tiny_model, num_samples=9)
    assert re.search(r"shard_1_of_2 holds another run; they differ in num_samples", str(root_cause(caught.value)))
    assert files_of(run) == before


def test_another_runs_folder_is_not_joined_into(tmp_path: Path, tiny_model: Path) -> None:
    other = generate(tmp_path, tiny_model, num_samples=3)
    before = files_of(other)
    with pytest.raises(Exception) as caught:  # noqa: PT011
        shards_of(tmp_path, tiny_model)
    assert "holds a run without shards" in str(root_cause(caught.value))
    shutil.move(shards_of(tmp_path / "elsewhere", tiny_model, 1) / "shard_1_of_1", other)
    with pytest.raises(Exception) as caught:  # noqa: PT011
        join(tmp_path, tiny_model)
    assert "holds another run" in str(root_cause(caught.value))
    assert files_of(other).items() >= before.items()


def test_a_shard_that_is_being_drawn_is_not_joined(tmp_path: Path, tiny_model: Path) -> None:
    run = shards_of(tmp_path, tiny_model)
    release_run_folder(run / "shard_2_of_2")
    with FileLock(run / "shard_2_of_2" / ".lock"), pytest.raises(Exception) as caught:  # noqa: PT011
        join(tmp_path, tiny_model)
    assert "Another process is at work" in str(root_cause(caught.value))
    assert (run / "shard_2_of_2" / "manifest.csv").is_file()


def test_a_missing_shard_is_named(tmp_path: Path, tiny_model: Path) -> None:
    generate(tmp_path, tiny_model, shard="1/3")
    with pytest.raises(Exception) as caught:  # noqa: PT011
        generate(tmp_path, tiny_model, run_id="joining")
    assert re.search(r"holds no shard \[2, 3\]: draw it", str(root_cause(caught.value)))


@pytest.mark.parametrize("shard", ["0/3", "4/3", "1", "a/b", "-1/2", 2])
def test_a_shard_that_is_none_is_refused(tmp_path: Path, tiny_model: Path, shard: Any) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011
        generate(tmp_path, tiny_model, shard=shard)
    assert re.search(r"`shard` must be i/n with i from 1 to n", str(root_cause(caught.value)))


def test_a_dry_run_says_the_cost_and_writes_nothing(
    tmp_path: Path, tiny_model: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    run = generate(tmp_path, tiny_model, dry_run="true", num_samples=1000, prompts=["liver, no spleen"])
    assert not run.exists()
    assert "1000 of 1000 samples are left, 500 batch(es) of 2\n" in caplog.text
    assert "1000 × 'liver, no spleen' (by classes) asks for liver; not for spleen" in caplog.text
    (size,) = re.findall(r"disk  ([\d.]+) MB at most", caplog.text)
    generate(tmp_path, tiny_model, num_samples=4)
    written = [path for part in ("nifti", "png") for path in (run / part).rglob("cosimgen*")]
    assert sum(path.stat().st_size for path in written) / 4 <= float(size) * 1e6 / 1000


def test_the_native_set_is_read_as_the_dataset(whole: Path) -> None:
    items = BTCV(whole / "native").items()
    assert [item["group"] for item in items] == [str(900000 + i) for i in range(7)]


def test_the_table_is_typed(whole: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(whole / "manifest.parquet").to_pylist()
    for row, text in zip(table, rows_of(whole), strict=True):
        assert row["classes_asked"] == text["classes_asked"].split("; ")
        assert row["seed"] == int(text["seed"])
        assert (row["upscale"], row["speck_size"]) == (1, int(text["speck_size"]))
        assert 0 < sum(row["areas"]) < 1
        assert len(row["areas"]) == len(row["classes_found"])


def test_the_card_says_what_it_is(whole: Path) -> None:
    card = (whole / "dataset_card.md").read_text("utf-8")
    assert "Every image here is synthetic" in card
    for words in ("Trained on: phantom", "Apache-2.0", "HU are clipped to -175 to 250", "Slices, not volumes", "never"):
        assert words in card


def test_prompts_never_name_files(tmp_path: Path, tiny_model: Path) -> None:
    prompts = ["liver/../../escape", "..\\liver: spleen?*", "liver\n\t\x00spleen", "肝臓 liver"]
    run = generate(tmp_path, tiny_model, prompts=prompts, num_samples=4)
    names = {path.name for path in run.rglob("*") if path.is_file()}
    assert all(re.fullmatch(r"[\w.]+", name) for name in names)
    assert [row["prompt"] for row in rows_of(run)] == prompts
    assert {path.name for path in tmp_path.iterdir()} == {"run"}
