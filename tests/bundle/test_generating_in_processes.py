"""``generating`` under ``torchrun``: one plan, drawn by two processes, ends as the set of one."""

from __future__ import annotations

import csv
import os
import signal
from pathlib import Path
from typing import Any

import pytest
import torch
from launching import PATIENCE, bundle, torchrun, wait_until
from tiny import INFERENCE, generate

from cosimgen_monai.processes import Launch
from cosimgen_monai.prompts import shard_of_process

ASKED = {"num_samples": 23, "batch_size": 2, "require_classes": "true", "max_redraws": 1, "steps": 2, "upscale": 1}


def files_of(run: Path) -> dict[str, bytes]:
    files = [path for path in sorted(run.rglob("*")) if path.is_file() and path.name != ".lock"]
    return {str(path.relative_to(run)): path.read_bytes() for path in files}


@pytest.fixture
def one_thread() -> Any:
    """Draw with one thread, as ``torchrun`` does: the order of sums depends on it."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.usefixtures("one_thread")
def test_two_processes_stopped_and_started_again_draw_what_one_draws(tmp_path: Path, tiny_model: Path) -> None:
    whole, run = generate(tmp_path, tiny_model, **ASKED), tmp_path / "by_two"
    asked = {**ASKED, "device": "cpu", "ckpt_path": tiny_model, "output_dir": run}
    command = bundle("generating", INFERENCE, **asked)

    def drawn() -> int:
        manifests = list(run.glob("shard_*/manifest.csv"))
        return sum(len(list(csv.DictReader(path.open(newline="", encoding="utf-8")))) for path in manifests)

    with torchrun(*command, log=tmp_path / "stopped") as process:
        wait_until(lambda: drawn() >= 2, process)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does at Ctrl-C
        assert process.wait(timeout=60) != 0
    assert (tmp_path / "stopped").read_text("utf-8").count("stopped; the same command goes on") == 1
    assert drawn() < ASKED["num_samples"]

    with torchrun(*command, log=tmp_path / "finished") as process:
        assert process.wait(timeout=PATIENCE) == 0, (tmp_path / "finished").read_text("utf-8")
    assert files_of(run) == files_of(whole)


@pytest.mark.parametrize("whole", ["manifest.csv", ".joining"])
def test_a_process_draws_its_part_unless_the_whole_is_there(
    whole: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shard_of_process(tmp_path) is None

    def parts() -> list[str | None]:
        found = []
        for rank in range(3):
            launch = Launch(rank, 3, rank)
            monkeypatch.setattr("cosimgen_monai.prompts.shard.Launch.of_this_process", lambda launch=launch: launch)
            found.append(shard_of_process(tmp_path))
        return found

    assert parts() == ["1/3", "2/3", "3/3"]
    (tmp_path / whole).write_text("id", "utf-8")
    with pytest.raises(SystemExit) as ended:  # the first one goes on with the whole, the second has nothing to do
        parts()
    assert ended.value.code == 0
