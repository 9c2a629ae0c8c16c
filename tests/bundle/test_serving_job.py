"""``serving`` as a user runs it: the page's pairs are those of ``generating``, and Ctrl-C ends it in a line."""

from __future__ import annotations

import ast
import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from tiny import INFERENCE, command_line, generate, root_cause, workflow

FORM = {"prompt": "liver and spleen", "classes": [], "number": 3, "seed": 5, "steps": 2, "guidance_scale": 1.5}


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Iterator[Any]:
    """The job, started on a free port, its address, and the folder in which it runs and keeps its drawings."""
    folder = tmp_path_factory.mktemp("serving")
    few = {"port": 0, "ckpt_path": tiny_model, "device": "cpu", "upscale": 1, "batch_size": 2}
    command = [sys.executable, "-u", "-m", "monai.bundle", "run", "serving", "--config_file", INFERENCE]
    process = subprocess.Popen(
        command + command_line(few),
        cwd=folder,
        env={**os.environ, "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = ""
    while not (found := re.search(r"http://127\.0\.0\.1:\d+", said)):
        line = process.stdout.readline()
        assert line, said
        said += line
    yield process, found[0], folder
    process.kill()
    process.wait()
    process.stdout.close()


def post(address: str, path: str, form: dict[str, Any]) -> list[dict[str, Any]]:
    request = Request(address + path, json.dumps(form).encode(), {"Content-Type": "application/json"})
    with urlopen(request, timeout=60) as answer:
        return [json.loads(line) for line in answer]


def test_the_pages_pairs_are_those_of_generating(tmp_path: Path, tiny_model: Path, job: Any) -> None:
    _, address, _ = job
    events = post(address, "/draw", FORM)
    assert events[0]["asked"] == [1, 6]
    names = [event["event"] for event in events]
    assert names == ["read", *["step", "frame"] * 2, "pair", "pair", *["step", "frame"] * 2, "pair", "done"]
    words = shlex.split(events[-1]["arguments"])
    asked = {key[2:]: ast.literal_eval(value) for key, value in zip(words[::2], words[1::2], strict=True)}
    run = generate(tmp_path, tiny_model, **asked)
    with urlopen(f"{address}/drawings/{events[-1]['drawing']}.zip", timeout=60) as answer:
        files = zipfile.ZipFile(io.BytesIO(answer.read()))
    assert sum(name.endswith((".png", ".nii.gz")) for name in files.namelist()) == 3 * 5
    for name in set(files.namelist()) - {"manifest.csv", "dataset_card.md"}:
        assert files.read(name) == (run / name).read_bytes(), name
    assert _without_threads(files.read("manifest.csv")) == _without_threads((run / "manifest.csv").read_bytes())


def _without_threads(manifest: bytes) -> bytes:
    """Leave the number of threads out, which another process may have counted otherwise."""
    return re.sub(rb",cpu,\d+,", b",cpu,", manifest)


def test_ctrl_c_ends_it_in_one_line(job: Any) -> None:
    process, address, folder = job
    with urlopen(address, timeout=60) as answer:
        assert b"Draw pairs from words" in answer.read()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 0
    rest = process.stdout.read()
    assert re.search(r"INFO The prompt page is closed\.\n$", rest)
    assert "Traceback" not in rest
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ({"port": "http"}, r"`port` must be a whole number from 0"),
        ({"host": "no address"}, r"`host` 'no address' is no address"),
        ({"steps": 0}, r"`steps` must be a positive integer"),
        ({"hosts": "localhost"}, r"Unknown key.*nearest: 'host'"),
    ],
)
def test_serving_refuses(tmp_path: Path, tiny_model: Path, override: dict[str, Any], message: str) -> None:
    settings = {"ckpt_path": str(tiny_model), "device": "cpu", "upscale": 1, "run_id": "serving", **override}
    with pytest.raises(Exception) as caught:  # noqa: PT011  (MONAI wraps what an expression raises)
        workflow(INFERENCE, "infer", tmp_path, **settings).run()
    assert re.search(message, str(root_cause(caught.value)), re.DOTALL)
