"""Caching beside other processes, through kills, on a full disk, and with more pairs than memory should hold."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from power_cut import Disk
from synthetic_source import DrawnFrames

from cosimgen_monai.data import cache_pairs

FORK = get_context("fork")  # a child begins with everything imported


class Builder(FORK.Process):
    """A process that caches drawn frames below a folder and reads them all, and then says how it went."""

    def __init__(self, place: Path, num_items: int, size: int, seconds: float = 0.0) -> None:
        super().__init__(daemon=True)
        self.place, self.num_items, self.size, self.seconds = place, num_items, size, seconds
        self.receiver, self.sender = FORK.Pipe(duplex=False)
        self.start()

    def run(self) -> None:
        torch.set_num_threads(1)  # OpenMP's threads do not survive a fork
        source = DrawnFrames(self.place / "files", self.num_items, self.seconds)
        before = resident_mib()
        pairs = cache_pairs(source, source.items(), self.size, self.place / "cache")
        written = resident_mib()
        first_pixels = sum(int(pairs.pair(i)[0][0, 0, 0]) for i in range(self.num_items))
        self.sender.send({"written": written - before, "read": resident_mib() - before, "sum": first_pixels})

    def report(self) -> dict[str, float]:
        assert self.receiver.poll(30), "no report within 30 s"
        return self.receiver.recv()


def resident_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def wait_for_pairs(cache: Path, num_bytes: int) -> Path:
    """Wait until a draft holds some bytes of images; return the draft."""
    for _ in range(1000):
        for file in cache.glob(".*.draft/images.npy"):
            if file.stat().st_size > num_bytes:
                return file.parent
        time.sleep(0.01)
    raise AssertionError(f"no draft grew in {cache}: {list(cache.iterdir())}")


def test_a_killed_build_is_cleared_away_and_built_anew(tmp_path: Path) -> None:
    process = Builder(tmp_path, 200, 64, seconds=0.02)
    draft = wait_for_pairs(tmp_path / "cache", 100_000)
    process.kill()
    process.join()
    assert draft.is_dir()
    # another setting's build clears the dead draft away
    other = DrawnFrames(tmp_path / "files", 200)
    assert len(cache_pairs(other, other.items()[:3], 64, tmp_path / "cache").rows) == 3
    assert not draft.exists()
    pairs = cache_pairs(other, other.items(), 64, tmp_path / "cache")
    expected = [next(other.read(item, 64))["image"] for item in other.items()]
    np.testing.assert_array_equal(pairs.images, np.stack(expected))


def test_a_cache_is_on_the_disk_when_it_is_in_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk, source = Disk(tmp_path, monkeypatch), DrawnFrames(tmp_path / "files", 3)
    cache_pairs(source, source.items(), 8, tmp_path / "cache")
    left = {Path(name).name for name in disk.left()}
    assert {"images.npy", "labels.npy", "presence.npy", "rows.json", "faults.json"} <= left


def test_a_live_builds_draft_is_left_alone(tmp_path: Path) -> None:
    process = Builder(tmp_path, 100, 64, seconds=0.01)
    draft = wait_for_pairs(tmp_path / "cache", 10_000)
    other = DrawnFrames(tmp_path / "files", 100)
    cache_pairs(other, other.items()[:3], 64, tmp_path / "cache")
    assert draft.is_dir()
    assert process.report()["sum"] == sum_of_first_pixels(other, 64)


def kept(cache: Path) -> list[Path]:
    """Return what a cache holds, its empty lock files aside."""
    return [path for path in cache.iterdir() if path.suffix != ".lock"]


def sum_of_first_pixels(source: DrawnFrames, size: int) -> int:
    return sum(int(next(source.read(item, size))["image"][0, 0, 0]) for item in source.items())


def test_two_processes_share_one_build(tmp_path: Path) -> None:
    first = Builder(tmp_path, 60, 32, seconds=0.02)
    wait_for_pairs(tmp_path / "cache", 10_000)
    second = Builder(tmp_path, 60, 32, seconds=30.0)  # would take half an hour if it read anything
    sums = [process.report()["sum"] for process in (first, second)]
    assert sums == [sum_of_first_pixels(DrawnFrames(tmp_path / "files", 60), 32)] * 2
    assert len(kept(tmp_path / "cache")) == 1  # no draft


def test_memory_does_not_grow_with_the_number_of_pairs(tmp_path: Path) -> None:
    grown = Builder(tmp_path, 300, 512).report()  # 315 MB of pairs
    assert grown["written"] < 60
    assert grown["read"] < 60


@pytest.fixture
def small_disk() -> Iterator[None]:
    """Let no file of this process grow beyond 200 kB."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("small_disk")
def test_a_full_disk_is_one_clear_error_and_leaves_nothing(tmp_path: Path) -> None:
    source = DrawnFrames(tmp_path / "files", 100)
    with pytest.raises(ValueError, match=r"No room for the cache .*drawn-64-.*--cache_dir"):
        cache_pairs(source, source.items(), 64, tmp_path / "cache")
    assert kept(tmp_path / "cache") == []


def test_files_that_change_while_they_are_read_are_refused(tmp_path: Path) -> None:
    class Restless(DrawnFrames):
        def read(self, item: dict[str, str], image_size: int) -> Iterator[dict[str, Any]]:
            (self.folder / "image").write_bytes(b"changed")
            return super().read(item, image_size)

    source = Restless(tmp_path / "files", 2)
    with pytest.raises(ValueError, match="changed while they were read"):
        cache_pairs(source, source.items(), 16, tmp_path / "cache")
    assert kept(tmp_path / "cache") == []


def test_a_truncated_cache_is_an_error_that_names_it(tmp_path: Path) -> None:
    source = DrawnFrames(tmp_path / "files", 2)
    cache_pairs(source, source.items(), 16, tmp_path / "cache")
    images = next((tmp_path / "cache").glob("*/images.npy"))
    images.write_bytes(images.read_bytes()[:300])
    with pytest.raises(ValueError, match=f"cache {images.parent} cannot be read.*Remove this folder"):
        cache_pairs(source, source.items(), 16, tmp_path / "cache")


def test_pairs_of_two_shapes_are_refused(tmp_path: Path) -> None:
    class Uneven(DrawnFrames):
        def read(self, item: dict[str, str], image_size: int) -> Iterator[dict[str, Any]]:
            return super().read(item, image_size + int(item["group"]))

    source = Uneven(tmp_path / "files", 2)
    with pytest.raises(ValueError, match=r"row 1 is \(3, 17, 17\) uint8, the first is \(3, 16, 16\)"):
        cache_pairs(source, source.items(), 16, tmp_path / "cache")
