"""What every job makes of every dataset's overlay: it reads all of it, or leaves what is of no use to it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from monai.bundle import ConfigParser

from cosimgen_monai.processes import check_alone
from cosimgen_monai.settings import check_config, guard

CONFIGS = Path(__file__).resolve().parents[2] / "bundle" / "configs"


@pytest.mark.parametrize("overlay", sorted(path.name for path in (CONFIGS / "data").iterdir()))
@pytest.mark.parametrize("job", ["train", "train_upscaler", "evaluate", "utility"])
def test_each_job_takes_each_dataset_s_overlay(job: str, overlay: str, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [str(CONFIGS / f"{job}.json"), str(CONFIGS / "data" / overlay)]
    config = ConfigParser.load_config_files(files)
    monkeypatch.setattr(guard, "active_config", lambda: config)
    check_config()


@pytest.mark.parametrize("typed", [["--learning_rate", "0.1"], ["--learning_rate=0.1"]])
def test_a_dataset_s_key_is_refused_where_it_was_typed_and_nothing_reads_it(
    typed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = ConfigParser.load_config_files([str(CONFIGS / "evaluate.json")]) | {"learning_rate": 0.1}
    monkeypatch.setattr(guard, "active_config", lambda: config)
    monkeypatch.setattr(sys, "argv", ["run", *typed])
    with pytest.raises(ValueError, match=re.escape("Unknown key(s) ['learning_rate']")):
        check_config()


@pytest.mark.parametrize("job", ["evaluate", "utility"])
def test_a_job_for_one_process_refuses_torchrun_before_it_begins(job: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (
        "$cosimgen_monai.processes.check_alone()"
        in ConfigParser.load_config_file(CONFIGS / f"{job}.json")["initialize"]
    )
    check_alone()
    for key, value in {"TORCHELASTIC_RUN_ID": "run", "RANK": "0", "WORLD_SIZE": "2", "LOCAL_RANK": "0"}.items():
        monkeypatch.setenv(key, value)
    with pytest.raises(ValueError, match="started 2 processes, but this job runs in one"):
        check_alone()
