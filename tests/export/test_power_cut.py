"""What the manifest lists is on the disk before it is listed, and stays there when shards are joined."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from power_cut import Disk

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.export import Manifest, join_shards, sample_id, shards

FORMATS = ("nifti", "png", "native", "coco", "dicom")


def test_what_is_listed_was_on_the_disk_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ct_card: dict[str, Any], make_samples: Callable, write: Callable
) -> None:
    pytest.importorskip("highdicom")
    disk, append, checked = Disk(tmp_path, monkeypatch), Manifest.append, []

    def check(manifest: Manifest, samples: list[dict[str, Any]]) -> None:
        names = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
        mine = {n for sample in samples for n in names if sample_id(sample["request"]) in n}
        # two NIfTI, three PNG, two of COCO, two of DICOM, two of its own layout, the small picture
        assert len(mine) == 12 * len(samples)
        assert mine <= disk.left()
        append(manifest, samples)
        assert "run/manifest.csv" in disk.left()
        checked.append(len(samples))

    monkeypatch.setattr(Manifest, "append", check)
    write(tmp_path / "run", ct_card, make_samples(ct_card), FORMATS)
    assert checked == [2, 1]
    assert disk.syncs["run/png/images"] == 2  # once a batch


def test_joined_shards_are_on_the_disk_before_their_folders_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ct_card: dict[str, Any], make_samples: Callable, write: Callable
) -> None:
    samples, run = make_samples(ct_card), tmp_path / "run"
    for number, part in ((1, samples[:2]), (2, samples[2:])):
        folder = run / f"shard_{number}_of_2"
        write(folder, ct_card, part)
    disk, remove, left = Disk(run, monkeypatch), shutil.rmtree, []
    # what the shards hold was synced when it was drawn; only the names are new
    for path in run.rglob("*"):
        if path.is_file():
            disk.note(path)
    monkeypatch.setattr(shards.shutil, "rmtree", lambda folder: left.append(disk.left()) or remove(folder))
    monkeypatch.setattr(shards, "claim_run_folder", lambda folder, *args, **options: None)
    join_shards(run, Manifest(run / "manifest.csv", ClassTable(**ct_card["classes"]), {}), {})
    pictures = {f"{kind}/{sample_id(s['request'])}.png" for s in samples for kind in ("png/images", "thumbnails")}
    assert {"manifest.csv"} | pictures <= left[0]
