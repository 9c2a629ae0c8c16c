"""An error's words are the last thing that is read."""

from __future__ import annotations

from pathlib import Path
from pydoc import ErrorDuringImport, safeimport

import pytest
from torch.distributed.elastic.multiprocessing.errors import ChildFailedError, ProcessFailure

from cosimgen_monai.settings import errors


def test_torchrun_says_the_words_at_the_end_of_its_own_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "error.json"
    monkeypatch.setenv("TORCHELASTIC_ERROR_FILE", str(file))
    wrapped = RuntimeError("Failed to evaluate")
    wrapped.__cause__ = ValueError("`output_dir` größe holds another run;\nchoose another.")
    errors._show(RuntimeError, wrapped, None)
    words = "ValueError: `output_dir` größe holds another run;\nchoose another."
    assert words in capsys.readouterr().err
    failures = {0: ProcessFailure(0, 1, 1, "none"), 1: ProcessFailure(1, 2, 1, str(file))}
    failures[0].timestamp += 1  # a process that was ended because the other had failed
    last = str(ChildFailedError("bundle", failures)).split("Root Cause")[1]
    assert words.replace("\n", "\n  ") in last


@pytest.mark.parametrize(
    ("number", "said"), [(1, "Connection reset by peer"), (2, "another process of this run was lost")]
)
def test_only_of_several_processes_one_can_be_lost(
    number: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(errors.Launch, "of_this_process", lambda: errors.Launch(0, number, 0))
    monkeypatch.setattr(errors, "is_first_failure", lambda: True)
    errors._show(OSError, OSError("Connection reset by peer: http://mlflow:5000"), None)
    assert said in capsys.readouterr().err


def test_without_torchrun_no_file_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TORCHELASTIC_ERROR_FILE", raising=False)
    monkeypatch.chdir(tmp_path)
    errors._show(ValueError, ValueError("wrong"), None)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_while_a_module_is_imported_is_told_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "slow_module.py").write_text("raise KeyboardInterrupt", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ErrorDuringImport) as raised:  # as MONAI's resolver looks a module up
        safeimport("slow_module")
    wrapped = RuntimeError("Failed to evaluate")
    wrapped.__cause__ = raised.value
    errors._show(RuntimeError, wrapped, None)
    assert capsys.readouterr().err == "\nstopped; the same command goes on from what it has written, or begins again.\n"
