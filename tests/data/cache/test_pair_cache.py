"""The cache is read once, never stale, and survives kills and company."""

from __future__ import annotations

import json
import logging
import os
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cosimgen_monai.codec import ClassTable
from cosimgen_monai.data import BTCV, CachedPairs, cache_pairs

WriteCase = Callable[..., tuple[Path, Path]]


class CountingBTCV(BTCV):
    """BTCV, counting the volumes it reads."""

    reads = 0

    def read(self, item: dict[str, str], image_size: int) -> Any:
        self.reads += 1
        return super().read(item, image_size)


@pytest.fixture
def source(root: Path, write_case: WriteCase) -> CountingBTCV:
    write_case("0001")
    write_case("0002")
    return CountingBTCV(root, field_of_view=100)


def load(source: BTCV, folder: Path, image_size: int = 16) -> CachedPairs:
    return cache_pairs(source, source.items(), image_size, folder)


def test_pairs_hold_what_the_source_reads(source: CountingBTCV, tmp_path: Path) -> None:
    pairs = load(source, tmp_path / "cache")
    read = [pair for item in source.items() for pair in source.read(item, 16)]
    kept = [pair for pair in read if pair["label"].any()]
    assert len(kept) == 4  # the lowest slice of each volume shows no organ
    assert (pairs.images.dtype, pairs.labels.dtype) == (np.int16, np.uint8)
    np.testing.assert_array_equal(pairs.images, np.stack([pair["image"] for pair in kept]))
    np.testing.assert_array_equal(pairs.labels, np.stack([pair["label"] for pair in kept]))
    assert (pairs.images.min(), pairs.images.max()) == (-175, 250)
    assert [(row["group"], row["slice"]) for row in pairs.rows] == [("0001", 1), ("0001", 2), ("0002", 1), ("0002", 2)]
    assert pairs.class_sets() == [(6,), (1, 6)] * 2
    assert pairs.class_set_counts() == [{"ids": [1, 6], "count": 2}, {"ids": [6], "count": 2}]
    assert pairs.slice_spacing() == 6.0


def test_the_second_call_reads_nothing(source: CountingBTCV, tmp_path: Path) -> None:
    first = load(source, tmp_path / "cache")
    assert source.reads == 2
    again = load(source, tmp_path / "cache")
    assert source.reads == 2
    np.testing.assert_array_equal(again.images, first.images)
    assert again.rows == first.rows


def changed_length(source: CountingBTCV) -> CountingBTCV:
    path = source.dataset_dir / "RawData/Training/img/img0001.nii.gz"
    before = path.stat().st_mtime_ns
    path.write_bytes(path.read_bytes() + b"\0")
    os.utime(path, ns=(before, before))
    return source


def changed_time(source: CountingBTCV) -> CountingBTCV:
    os.utime(source.dataset_dir / "RawData/Training/label/label0002.nii.gz", ns=(1, 1))
    return source


def changed_window(source: CountingBTCV) -> CountingBTCV:
    return CountingBTCV(source.dataset_dir, field_of_view=100, window=(-125, 275))


def changed_field(source: CountingBTCV) -> CountingBTCV:
    return CountingBTCV(source.dataset_dir, field_of_view=120)


def changed_classes(source: CountingBTCV) -> CountingBTCV:
    source.classes = ClassTable((*source.classes.names, "duodenum"), background=0)
    return source


@pytest.mark.parametrize("change", [changed_length, changed_time, changed_window, changed_field, changed_classes])
def test_a_change_makes_a_new_cache(
    source: CountingBTCV, tmp_path: Path, change: Callable[[CountingBTCV], CountingBTCV]
) -> None:
    load(source, tmp_path / "cache")
    changed = change(source)
    changed.reads = 0
    load(changed, tmp_path / "cache")
    assert changed.reads == 2


def test_size_and_items_have_caches_of_their_own(source: CountingBTCV, tmp_path: Path) -> None:
    assert load(source, tmp_path / "cache").images.shape == (4, 1, 16, 16)
    assert load(source, tmp_path / "cache", 24).images.shape == (4, 1, 24, 24)
    assert cache_pairs(source, source.items()[1:], 16, tmp_path / "cache").images.shape == (2, 1, 16, 16)


def test_two_threads_at_once_get_the_same(source: CountingBTCV, tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: load(source, tmp_path / "cache"), range(4)))
    assert all(np.array_equal(result.images, results[0].images) for result in results)
    assert all(result.rows == results[0].rows for result in results)
    assert len([path for path in (tmp_path / "cache").iterdir() if path.is_dir()]) == 1  # no draft is left


def test_a_killed_writers_draft_does_no_harm(source: CountingBTCV, tmp_path: Path) -> None:
    expected = load(source, tmp_path / "whole")
    name = next(path for path in (tmp_path / "whole").iterdir() if path.is_dir()).name
    draft = tmp_path / "cache" / f".{name}.draft"
    draft.mkdir(parents=True)
    (draft / "images.npy").write_bytes(b"half")
    np.testing.assert_array_equal(load(source, tmp_path / "cache").images, expected.images)


def test_no_patients_files_are_named_in_a_pairs_rows(source: CountingBTCV, tmp_path: Path) -> None:
    rows = json.dumps(load(source, tmp_path / "cache").rows)
    assert ".nii" not in rows
    assert str(tmp_path) not in rows


def test_a_pair_fetched_is_a_pair_of_the_map(source: CountingBTCV, tmp_path: Path) -> None:
    pairs = load(source, tmp_path / "cache")
    for i in range(len(pairs.rows)):
        image, label = pairs.pair(i)
        np.testing.assert_array_equal(image, pairs.images[i])
        np.testing.assert_array_equal(label, pairs.labels[i])


def test_what_is_left_out_is_counted(source: CountingBTCV, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        load(source, tmp_path / "cache")
    assert "4 pair(s) of BTCV; 2 that show only background or void are left out" in caplog.text


def test_classes_that_occur_nowhere_are_said(
    source: CountingBTCV, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    source.classes = ClassTable(("background", "spleen", "kidney", *"abc", "liver"), background=0)
    load(source, tmp_path / "cache")
    assert "In none of these 4 pair(s) of BTCV: kidney, a, b, c." in caplog.text


def test_pairs_travel_to_other_processes_by_name(source: CountingBTCV, tmp_path: Path) -> None:
    pairs = load(source, tmp_path / "cache", 64)
    expected = pairs.pair(3)
    sent = pickle.dumps(pairs)
    assert len(sent) < pairs.labels.nbytes / 4
    arrived = pickle.loads(sent)
    assert isinstance(arrived.images, np.memmap)
    assert arrived.rows == pairs.rows
    for mine, theirs in zip(expected, arrived.pair(3), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    in_memory = CachedPairs(np.asarray(pairs.images), np.array(pairs.labels), pairs.rows, pairs.presence)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(in_memory)).pair(3)[1], expected[1])
