"""A tiny model, trained once for all tests of the bundle."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from tiny import train_tiny


@pytest.fixture(scope="session", autouse=True)
def heed_ctrl_c() -> None:
    """Let jobs that tests start hear a Ctrl-C: they inherit its being ignored from whatever runs in the background."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished tiny training."""
    return train_tiny(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def tiny_model(tiny_run: Path) -> Path:
    """The model of the tiny training."""
    return tiny_run / "model.pt"
