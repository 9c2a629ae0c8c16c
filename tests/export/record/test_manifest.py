"""The manifest: what it lists is there, and a killed run draws what it still lacks."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.export import Manifest, sample_id

Make = Callable[..., Any]
PROMPTS = [
    "A photo of liver, spleen and aorta",
    'A "photo" of liver',
    "A photo\nof liver",
    "A photo\r\nof\rliver",
    "A photo\u2028of\x0bliver\x85",
    "Ein Foto der Leber (Größe 5 µm) \U0001fac0",
]


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_row_says_what_was_asked_and_what_was_found(tmp_path: Path, ct_card, make_samples: Make, write: Make) -> None:
    write(tmp_path, ct_card, make_samples(ct_card, "A photo of liver"))
    assert read(tmp_path / "manifest.csv") == [
        {
            "id": "cosimgen_000000",
            "prompt": "A photo of liver",
            "classes_asked": "liver",
            "classes_refused": "",
            "asked_by": "text",
            "classes_found": "liver; spleen",
            "areas": f"{128 / 48**2:.5f}; {275 / 48**2:.5f}",
            "certainty": "",
            "faults": "",
            "redraws": "0",
            "seed": "100",
            "sampler": "ddim",
            "steps": "3",
        }
    ]


def test_any_prompt_survives(tmp_path: Path, ct_card, make_samples: Make, write: Make) -> None:
    samples = make_samples(ct_card, *PROMPTS)
    write(tmp_path, ct_card, samples)
    manifest = Manifest(tmp_path / "manifest.csv", ClassTable(**ct_card["classes"]), {})
    assert [row["prompt"] for row in manifest.rows] == PROMPTS
    assert [row["prompt"] for row in read(tmp_path / "manifest.csv")] == PROMPTS
    assert manifest.missing([sample["request"] for sample in samples]) == []


def test_a_run_goes_on_where_it_stopped(tmp_path: Path, ct_card, make_samples: Make, write: Make) -> None:
    samples = make_samples(ct_card, "a", "b", "c", "d")
    write(tmp_path, ct_card, samples[:2])
    manifest = Manifest(tmp_path / "manifest.csv", ClassTable(**ct_card["classes"]), {})
    missing = manifest.missing([sample["request"] for sample in samples])
    assert [request.index for request in missing] == [2, 3]
    write(tmp_path, ct_card, samples[2:])
    assert [row["id"] for row in read(tmp_path / "manifest.csv")] == [f"cosimgen_{i:06d}" for i in range(4)]
    assert (tmp_path / "nifti/Dataset900_phantomSynthetic/dataset.json").read_text("utf-8").count("imagesTr") == 4


@pytest.mark.parametrize("prompt", PROMPTS)
def test_a_row_cut_at_any_byte_is_drawn_again(
    tmp_path: Path, ct_card, make_samples: Make, write: Make, prompt: str
) -> None:
    samples = make_samples(ct_card, "first", prompt)
    write(tmp_path, ct_card, samples)
    path, classes = tmp_path / "manifest.csv", ClassTable(**ct_card["classes"])
    whole = path.read_bytes()
    start = whole.index(b"cosimgen_000001")
    for cut in range(start + 1, len(whole)):
        path.write_bytes(whole[:cut])
        manifest = Manifest(path, classes, {})
        assert manifest.missing([sample["request"] for sample in samples]) == [samples[1]["request"]], whole[:cut]
        assert path.read_bytes() == whole[:cut]  # looking changes nothing
    write(tmp_path, ct_card, samples[1:])
    assert path.read_bytes() == whole


@pytest.mark.parametrize("cut", [1, 10])
def test_a_cut_header_is_written_again(tmp_path: Path, ct_card, make_samples: Make, write: Make, cut: int) -> None:
    samples = make_samples(ct_card, "first")
    write(tmp_path, ct_card, samples)
    path = tmp_path / "manifest.csv"
    whole = path.read_bytes()
    path.write_bytes(whole[:cut])
    write(tmp_path, ct_card, samples)
    assert path.read_bytes() == whole


def test_a_row_is_written_after_its_files(
    tmp_path: Path, ct_card, make_samples: Make, write: Make, monkeypatch
) -> None:
    append = Manifest.append

    def checked(self: Manifest, samples: list[dict[str, Any]]) -> None:
        for sample in samples:
            name = sample_id(sample["request"])
            assert (tmp_path / f"nifti/Dataset900_phantomSynthetic/labelsTr/{name}.nii.gz").is_file()
            assert (tmp_path / f"png/overlays/{name}.png").is_file()
        append(self, samples)

    monkeypatch.setattr(Manifest, "append", checked)
    assert len(write(tmp_path, ct_card, make_samples(ct_card)).rows) == 3
    assert (tmp_path / "contact_sheet.png").is_file()


def test_a_finished_manifest_is_in_the_order_of_the_ids(tmp_path: Path, ct_card, make_samples: Make, write) -> None:
    samples = make_samples(ct_card, *PROMPTS)
    write(tmp_path / "straight", ct_card, samples)
    write(tmp_path / "mixed", ct_card, [samples[i] for i in (3, 0, 5)])
    manifest = write(tmp_path / "mixed", ct_card, [samples[i] for i in (4, 2, 1)])
    assert [row["id"] for row in manifest.rows] == [sample_id(sample["request"]) for sample in samples]
    for file in ("manifest.csv", "nifti/Dataset900_phantomSynthetic/dataset.json", "contact_sheet.png"):
        assert (tmp_path / "mixed" / file).read_bytes() == (tmp_path / "straight" / file).read_bytes()
