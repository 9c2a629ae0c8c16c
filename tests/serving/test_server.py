"""The page over HTTP, from a tiny model: what is understood, drawn, shown, downloaded and refused."""

from __future__ import annotations

import ast
import base64
import errno
import gzip
import hashlib
import io
import json
import re
import shlex
import time
import zipfile
from collections.abc import Callable
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from PIL import Image

from cosimgen_monai.prompts import plan_requests
from cosimgen_monai.serving import drawings
from cosimgen_monai.serving import studio as studio_module


def picture(url: str) -> np.ndarray[Any, Any]:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.removeprefix("data:image/png;base64,")))))


def events_of(stream: HTTPResponse) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.read().splitlines()]


def test_the_page_proposes_the_keys_of_the_job(serve_page: Callable[..., Any]) -> None:
    content = serve_page(seed=12345678, steps=7, guidance_scale=1.25).ask("GET", "/")[1].decode()
    fields = dict(re.findall(r'<input name="(\w+)" type="number".*? value="([^"]*)"', content))
    assert fields == {"number": "4", "seed": "12345678", "steps": "7", "guidance_scale": "1.25"}


def test_the_page_is_one_file_that_needs_no_network(page: Any) -> None:
    answer, content = page.ask("GET", "/")
    text = content.decode()
    assert answer.status == 200
    assert "a &lt;/script&gt;&lt;b&gt;phantom" in text
    assert "Every pair is synthetic" in text
    assert "never for diagnosis" in text
    assert not re.search(r"https?://|<link(?! rel=\"icon\" href=\"data:,\")|src=\"(?!data:)", text)
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("asked", "understood"),
    [
        ({"prompt": "liver and the spleen"}, {"asked": [1, 2], "refused": [], "by": "text", "notes": []}),
        ({"prompt": "", "classes": ["aorta"]}, {"asked": [3], "by": "classes"}),
        ({"prompt": "   ", "classes": ["liver"]}, {"asked": [1], "by": "classes", "notes": []}),
        ({"prompt": "some liver", "classes": ["liver", "spleen"]}, {"asked": [1, 2], "by": "both"}),
        ({"prompt": "aorta"}, {"notes": ["no training image holds these together"]}),
        ({"prompt": "liver, splen"}, {"asked": [1], "notes": ["'splen' names no class, nearest: 'spleen'"]}),
        ({"prompt": "liver, no spleen"}, {"asked": [1], "refused": [2], "by": "classes"}),
        ({"prompt": "$liver @# %seed asked.txt"}, {"asked": [1]}),
        ({"prompt": "<img src=x onerror=alert(1)> liver 肝臓"}, {"asked": [1]}),
    ],
)
def test_what_is_understood(page: Any, asked: dict[str, Any], understood: dict[str, Any]) -> None:
    (event,) = page.post("/read", **asked)
    assert event["event"] == "read"
    assert {key: event[key] for key in understood} == understood


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"prompt": ""}, r"^Type a prompt, or tick a class\.$"),
        ({"prompt": "    "}, r"^A prompt is empty"),
        ({"prompt": "liver " * 1667}, r"10,002 characters.*1,000 are allowed"),
        ({"prompt": "肝臓"}, r"names no class of this model; known: 'aorta', 'liver', 'spleen'"),
        ({"prompt": "livr"}, r"nearest: 'liver'"),
        ({"prompt": "../../etc/passwd.txt"}, r"names no class"),
        ({"prompt": "liver without liver"}, r"asks for \['liver'\] and refuses the same"),
        ({"prompt": "no liver"}, r"only says what is not wanted"),
        ({"prompt": "liver", "classes": ["spleen"]}, r"contradict each other"),
        ({"prompt": "\ud800 liver"}, r"The prompt is no text"),
        ({"prompt": 3}, r"The prompt is no text"),
        ({"prompt": "", "classes": ["background"]}, r"Unknown class 'background'"),
        ({"classes": "liver"}, r"no list of names"),
        ({"number": 0}, r"The number of pairs must be a whole number from 1 to 16"),
        ({"number": 17}, r"from 1 to 16"),
        ({"number": True}, r"from 1 to 16"),
        ({"seed": -1}, r"The seed must be a whole number from 0"),
        ({"seed": 2**53}, r"The seed must be"),
        ({"steps": 2.5}, r"The number of steps must be a whole number of 1 or more"),
        ({"steps": 1001}, r"`steps` must be 1 to 1000"),
        ({"guidance_scale": 0.5}, r"Guidance must be a number from 1 \(none\) to 20"),
        ({"guidance_scale": float("inf")}, r"Guidance must be"),
        ({"guidance_scale": float("nan")}, r"Guidance must be"),
        ({"extra": 1}, r"The form must have the fields"),
    ],
)
def test_a_form_that_cannot_be_drawn_is_one_line(page: Any, asked: dict[str, Any], message: str) -> None:
    (event,) = page.post("/draw", **asked)
    assert event["event"] == "error"
    assert re.search(message, event["message"])
    assert "\n" not in event["message"]


def test_a_drawing_is_told_from_the_words_to_the_files(page: Any) -> None:
    events = page.post("/draw")
    names = [event["event"] for event in events]
    assert names == ["read", *["step", "frame"] * 3, "pair", "pair", "done"]
    for event in events:
        if event["event"] == "frame":
            assert sorted(event["pictures"]) == ["0", "1"]
            assert {picture(url).shape for urls in event["pictures"].values() for url in urls} == {(16, 16, 3)}
    pairs, done = events[-3:-1], events[-1]
    assert [pair["id"] for pair in pairs] == ["cosimgen_000000", "cosimgen_000001"]
    for pair in pairs:
        answer, content = page.ask("GET", f"/drawings/{done['drawing']}/png/{pair['id']}.zip")
        files = zipfile.ZipFile(io.BytesIO(content))
        assert files.namelist() == [f"png/{kind}/{pair['id']}.png" for kind in ("images", "labels", "overlays")]
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{pair["id"]}_png.zip"'
        image, label, over = (np.asarray(Image.open(files.open(name))) for name in files.namelist())
        assert np.abs(picture(pair["pictures"][0]).mean(axis=2) - image).max() <= 1  # a CT file is grey
        assert np.array_equal(picture(pair["pictures"][2]), over)
        areas = {i: float((label == i).mean()) for i in np.unique(label).tolist() if i}
        assert dict(pair["areas"]) == pytest.approx(areas)
        _, content = page.ask("GET", f"/drawings/{done['drawing']}/nifti/{pair['id']}.zip")
        volumes = zipfile.ZipFile(io.BytesIO(content))
        assert len(volumes.namelist()) == 2
        mask = nib.Nifti1Image.from_bytes(gzip.decompress(volumes.read(volumes.namelist()[1])))
        assert np.array_equal(np.asarray(mask.dataobj)[::-1, ::-1, 0].T, label)


def test_everything_comes_with_its_manifest_and_card(page: Any) -> None:
    done = page.post("/draw", prompt='liver, "no" spleen\n</script>')[-1]
    _, content = page.ask("GET", f"/drawings/{done['drawing']}.zip")
    files = zipfile.ZipFile(io.BytesIO(content))
    assert {"manifest.csv", "dataset_card.md", "faults.csv"} <= set(files.namelist())
    assert sum(name.startswith("png/") for name in files.namelist()) == 6
    assert b"Every image here is synthetic" in files.read("dataset_card.md")
    requests = plan_requests(page.studio.classes, 2, 7, ["liver"])
    manifest = files.read("manifest.csv").decode()
    assert all(str(request.seed) in manifest for request in requests)
    assert page.ask("GET", f"/drawings/{done['drawing']}.zip")[1] == content


def test_the_arguments_ask_for_the_same_pairs(page: Any) -> None:
    prompt = 'liver\'s "left" lobe; rm -rf, 肝臓'
    done = page.post("/draw", prompt=prompt, classes=["liver"], guidance_scale=1.2345678)[-1]
    words = shlex.split(done["arguments"])
    assert dict(zip(words[::2], map(ast.literal_eval, words[1::2]), strict=True)) == {
        "--prompts": [prompt],
        "--classes": [["liver"]],
        "--num_samples": 2,
        "--batch_size": 2,
        "--seed": 7,
        "--steps": 3,
        "--guidance_scale": 1.2345678,
    }
    assert page.post("/draw", prompt="$liver")[-1]["arguments"] is None  # a command line would execute it


def test_the_same_form_draws_the_same_bytes_and_another_seed_others(page: Any) -> None:
    first, again, other = (
        [event["pictures"] for event in page.post("/draw", seed=seed) if event["event"] == "pair"] for seed in (7, 7, 8)
    )
    assert first == again
    assert first != other


def test_more_pairs_than_a_batch_each_get_frames_of_their_own(serve_page: Callable[..., Any]) -> None:
    events = serve_page(batch_size=2).post("/draw", number=3)
    shown = [sorted(event["pictures"]) for event in events if event["event"] == "frame"]
    assert shown == [["0", "1"]] * 3 + [["2"]] * 3
    assert [event["index"] for event in events if event["event"] == "pair"] == [0, 1, 2]


def test_a_baseline_draws_in_one_pass_and_has_no_steps_to_choose(serve_page: Callable[..., Any]) -> None:
    page = serve_page(architecture="tgan")
    content = page.ask("GET", "/")[1].decode()
    assert re.findall(r'<input name="(\w+)" type="(\w+)"', content)[2:] == [
        ("steps", "hidden"),
        ("guidance_scale", "hidden"),
    ]
    assert [event["event"] for event in page.post("/draw", steps=1)] == ["read", "pair", "pair", "done"]


def test_many_steps_send_few_frames(page: Any) -> None:
    names = [event["event"] for event in page.post("/draw", number=1, steps=100)]
    assert names.count("step") == 100
    assert 30 <= names.count("frame") <= 41


def test_a_second_drawing_waits_and_one_that_nobody_watches_ends(page: Any, tmp_path: Path) -> None:
    first = page.draw(steps=1000)
    assert json.loads(first.readline())["event"] == "read"
    assert json.loads(first.readline())["event"] == "step"
    second = page.draw(number=1)
    assert [json.loads(second.readline())["event"] for _ in range(2)] == ["read", "waiting"]
    first.close()
    begin = time.monotonic()
    assert events_of(second)[-1]["event"] == "done"
    assert time.monotonic() - begin < 20
    assert len(list((tmp_path / "kept").iterdir())) == 1


def test_a_page_that_is_closed_ends_a_drawing(page: Any) -> None:
    stream = page.draw(steps=1000)
    assert json.loads(stream.readline())["event"] == "read"
    page.studio.close()
    assert "done" not in [event["event"] for event in events_of(stream)]


def test_a_full_disk_is_one_line(page: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(studio_module, "open_writers", full)
    assert page.post("/draw")[-1] == {"event": "error", "message": "[Errno 28] No space left on device"}
    monkeypatch.undo()
    assert page.post("/draw")[-1]["event"] == "done"  # the turn was given back


def test_only_the_last_drawings_are_kept(page: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawings, "MAX_KEPT", 2)
    names = [page.post("/draw", number=1, steps=1, seed=seed)[-1]["drawing"] for seed in range(3)]
    assert len(list((tmp_path / "kept").iterdir())) == 2
    assert page.ask("GET", f"/drawings/{names[0]}.zip")[0].status == 404
    assert page.ask("GET", f"/drawings/{names[1]}.zip")[0].status == 200


@pytest.mark.parametrize("path", ["/secret", "/drawings/..%2f..%2fetc.zip", "/drawings/x/../y.zip", "//evil.example/"])
def test_other_paths_are_not_found(page: Any, path: str) -> None:
    answer, content = page.ask("GET", path)
    assert answer.status == 404
    assert content.count(b"\n") == 1


@pytest.mark.parametrize(
    ("status", "method", "path", "headers"),
    [
        (403, "GET", "/", {"Host": "evil.example:8008"}),  # a name that was made to mean 127.0.0.1
        (403, "POST", "/draw", {"Host": "evil.example", "Origin": "http://evil.example"}),
        (403, "POST", "/draw", {"Origin": "http://evil.example"}),
        (403, "POST", "/read", {"Origin": "null"}),
        (415, "POST", "/draw", {"Content_Type": "text/plain"}),  # what another site's form may send
        (413, "POST", "/draw", {"Content_Length": "1000000000"}),
        (413, "POST", "/draw", {"Content_Length": "-1"}),
        (404, "POST", "/", {}),
    ],
)
def test_other_websites_draw_nothing(page: Any, status: int, method: str, path: str, headers: dict[str, str]) -> None:
    given = {"Content_Type": "application/json", **headers}
    answer, content = page.ask(method, path, b"{}", **given)
    assert answer.status == status
    assert b"event" not in content
    assert answer.headers["Access-Control-Allow-Origin"] is None


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_form_is_refused(page: Any, body: bytes) -> None:
    answer, content = page.ask("POST", "/read", body, Content_Type="application/json")
    assert answer.status == 400
    assert json.loads(content)["message"].startswith("The form")
